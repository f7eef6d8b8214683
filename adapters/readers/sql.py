"""Databases: takes a URL, gives a reader of consistent snapshots, all columns as text. The bureau's business systems.

``postgresql://`` and ``sqlite://`` are read through ADBC (Arrow from the wire), every other database through its SQLAlchemy
dialect (MariaDB, Oracle, 达梦, 人大金仓 ...), where each row passes through Python. A URL that names a driver
(``postgresql+psycopg://``) takes the SQLAlchemy road, too.
"""

from adapters import setting
from hub.interface import Reader, Settings

SETTINGS = {
    "type": "object",
    "additionalProperties": False,
    "required": ["url"],
    "properties": {
        "url": setting.DATABASE_URL,
        "schema": setting.DATABASE_SCHEMA,
        "timezone": {
            "type": "string",
            "pattern": "^[A-Za-z0-9_+:/-]+$",
            "description": "the session's time zone, in which values that carry a zone become local times; "
            "default: the source's; MariaDB without loaded names of zones takes SYSTEM or an offset",
        },
    },
}


def connect(settings: Settings, zone: str | None = None) -> Reader:
    """The reader of one source, whose times are those of ``zone``. Nothing is opened before it is asked for.

    ConfigurationError for a URL that cannot be used.
    """
    from adapters.snapshot import reader  # drivers take 0.5 s to load, and reading YAML needs none

    return reader(settings["url"], settings.get("schema"), settings.get("timezone"), zone)
