"""Takes the name of a system, format or reader; gives its module. Alone may import adapters: by file name, from no list."""

import importlib
import pkgutil
import re
from collections.abc import Sequence
from functools import cache
from types import ModuleType
from typing import Any

from hub.document import Document
from hub.interface import ConfigurationError
from hub.problem import Problem, nearest
from hub.schema import Schema, invalid


@cache
def names(kind: str) -> tuple[str, ...]:
    """The modules of ``adapters/<kind>/`` (systems | formats | readers), sorted."""
    package = importlib.import_module(f"adapters.{kind}")
    return tuple(sorted(module.name for module in pkgutil.iter_modules(package.__path__)))


def module(kind: str, name: str) -> ModuleType:
    """``adapters/<kind>/<name>.py``. ConfigurationError if there is no such file, or if its driver is not installed."""
    if not re.fullmatch(r"[a-z][a-z0-9_]*", name) or name not in names(kind):
        raise ConfigurationError(f"there is no adapters/{kind}/{name[:60]}.py; {nearest(name, names(kind))}")
    try:
        return importlib.import_module(f"adapters.{kind}.{name}")
    except ImportError as error:
        raise ConfigurationError(f"adapters/{kind}/{name}.py cannot be imported: {error}; install what it needs") from error


@cache
def settings_schema(kind: str, name: str) -> Schema:
    """``SETTINGS`` of an adapter. ConfigurationError if it has none, or if it is no JSON Schema."""
    schema: Any = getattr(module(kind, name), "SETTINGS", None)
    wrong = invalid(schema) if isinstance(schema, dict) else "it must be a dict"
    if wrong:
        raise ConfigurationError(f"SETTINGS in adapters/{kind}/{name}.py is no JSON Schema: {wrong}")
    return schema  # type: ignore[no-any-return]


def read_settings(document: Document, kind: str, key: str, settings: str) -> tuple[Any, Sequence[Problem]]:
    """The map at the key ``settings`` checked by the adapter that the value at ``key`` names."""
    name = document.data[key]
    if name not in names(kind):
        message = f"there is no adapters/{kind}/{name[:60]}.py"
        return {}, [Problem(document.place(key), "unknown-adapter", message, nearest(name, names(kind)))]
    try:
        return document.settings(settings_schema(kind, name), settings, key)
    except ConfigurationError as error:
        return {}, [Problem(document.place(key), "bad-adapter", str(error), "mend the adapter")]
