"""What several adapters let a YAML file say, as JSON Schema. Loads no driver: reading YAML must not cost one."""

from collections.abc import Mapping
from typing import Any

DATABASE_URL: Mapping[str, Any] = {
    "type": "string",
    "secret": True,
    "description": "SQLAlchemy URL: postgresql://user:password@host:5432/db, mysql+pymysql://..., sqlite:////path, dm+dmPython://...",
}
DATABASE_SCHEMA: Mapping[str, Any] = {"type": "string", "description": "database schema; default: the login's own"}
