"""How a local table becomes a standard table: mappings, their expressions, crosswalks and inline tests."""
