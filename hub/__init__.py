"""The exchange hub: declarative contracts and mappings in, balanced and sealed accounts out."""

__version__ = "0.1.0"
