"""One synthetic world for every business system: households and people in DuckDB, and the stories that fill local tables."""
