"""Takes the URL of a business system's database, gives an engine; knows the systems whose schemas are known in full."""

from collections.abc import Mapping
from pathlib import Path

from sqlalchemy import Engine, MetaData, create_engine, make_url

from hub.sandbox.systems import allowance, case, marriage

SYSTEMS: Mapping[str, MetaData] = {"marriage": marriage.METADATA, "case": case.METADATA, "allowance": allowance.METADATA}


def engine(url: str) -> Engine:
    """An engine for a source's URL; PostgreSQL by psycopg 3, the folder of an SQLite file is made."""
    parsed = make_url(url)
    if parsed.drivername == "postgresql":
        parsed = parsed.set(drivername="postgresql+psycopg")
    if parsed.drivername.startswith("sqlite") and parsed.database:
        Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
    return create_engine(parsed)
