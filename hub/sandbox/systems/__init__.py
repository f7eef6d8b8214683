"""The local business systems of the sandbox, one module each: the tables as a vendor would have made them."""
