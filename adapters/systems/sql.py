"""Exchange database (前置库): takes parts, writes their rows into a partner's existing typed tables, reads its receipts.

Rows and one line of ``exchange_batch`` under the part's id are one transaction; adapters/exchange_tables.py has the agreement.
"""

from collections.abc import Mapping
from typing import Any

from adapters import setting
from hub.interface import Format, Settings, System

SETTINGS: Mapping[str, Any] = {
    "type": "object",
    "additionalProperties": False,
    "required": ["url"],
    "properties": {
        "url": setting.DATABASE_URL,
        "schema": setting.DATABASE_SCHEMA,
        "prefix": {"type": "string", "pattern": "^[A-Za-z0-9_]*$", "description": "before the name of every data table"},
        "tables": {
            "type": "object",
            "additionalProperties": {"type": "string"},
            "description": "our table: the partner's name for it, prefix and all",
        },
        "receipts": {
            "type": "boolean",
            "description": "false: what is committed is confirmed; default true: see exchange_receipt",
        },
        "timeout": {"type": "integer", "minimum": 1, "description": "seconds of one statement; default: 300"},
    },
}


def connect(settings: Settings, format: Format) -> System:
    """The partner's database. Nothing is opened before it is needed. ConfigurationError for a URL that cannot be used."""
    from adapters.exchange_database import ExchangeDatabase  # drivers take 0.5 s to load, and reading YAML needs none

    return ExchangeDatabase(settings, format)
