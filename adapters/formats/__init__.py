"""One module per wire format (see hub/interface.py)."""
