"""The exchange hub: declarative contracts and mappings in, balanced and sealed accounts out."""

__version__ = "0.1.0"

from hub import memory  # noqa: F401 - before pyarrow and DuckDB are loaded
