"""One module per kind of outside system that receives parts (see hub/interface.py)."""
