"""One module per way of reading a business system (see hub/interface.py)."""
