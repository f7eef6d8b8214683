"""What a standard says: notation, elements, code lists, tables, and the release that holds them."""
