"""State of the hub: folder, tables, database and its migrations."""
