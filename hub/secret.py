"""Takes settings with references to secrets, gives them resolved, at run time only. Alone may read secrets.

``${env:NAME}`` is looked up in the environment, then in the file ``<state>/env`` (KEY=VALUE lines); ``${file:NAME}`` is the
content of ``<state>/secrets/NAME`` without its last line end. No message contains a value.
"""

import os
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from hub.interface import ConfigurationError
from hub.schema import SECRET


def resolve(settings: Mapping[str, Any], state_folder: Path) -> dict[str, Any]:
    """The settings with every reference replaced. ConfigurationError names the variable or file that is missing."""
    return {name: _resolved(value, state_folder) for name, value in settings.items()}


def references(settings: Any) -> tuple[str, ...]:
    """Every reference in the settings as written: ``${env:MINISTRY_URL}``."""
    if isinstance(settings, Mapping):
        return tuple(found for value in settings.values() for found in references(value))
    if isinstance(settings, list):
        return tuple(found for value in settings for found in references(value))
    return (settings,) if isinstance(settings, str) and SECRET.fullmatch(settings) else ()


def _resolved(value: Any, state_folder: Path) -> Any:
    if isinstance(value, Mapping):
        return resolve(value, state_folder)
    if isinstance(value, list):
        return [_resolved(item, state_folder) for item in value]
    match = SECRET.fullmatch(value) if isinstance(value, str) else None
    if not match:
        return value
    return _variable(match.group(2), state_folder) if match.group(1) == "env" else _file(match.group(2), state_folder)


def _variable(name: str, state_folder: Path) -> str:
    value = os.environ.get(name) or _variables(state_folder / "env").get(name)
    if not value:
        raise ConfigurationError(f"the secret {name} is not set: export {name}, or add a line {name}=… to {state_folder / 'env'}")
    return value


def _variables(path: Path) -> dict[str, str]:
    """KEY=VALUE lines; blank lines and lines that begin with # do not count."""
    if not path.is_file():
        return {}
    _guard(path)
    lines = [line.strip() for line in _text(path).splitlines()]
    pairs = [line.partition("=") for line in lines if line and not line.startswith("#")]
    return {name.strip(): value.strip() for name, _, value in pairs}


def _file(name: str, state_folder: Path) -> str:
    path = state_folder / "secrets" / name
    if not path.is_file():
        raise ConfigurationError(f"the secret file {name} is not there: write {state_folder / 'secrets' / name}")
    _guard(path)
    value = _text(path).removesuffix("\n").removesuffix("\r")
    if not value:
        raise ConfigurationError(f"the secret file {path} is empty: write the secret into it")
    return value


def _guard(path: Path) -> None:
    if path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise ConfigurationError(f"{path} can be read by others: chmod 600 {path}")


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise ConfigurationError(f"{path} cannot be read: {error.strerror}; check its owner and rights") from None
    except UnicodeDecodeError:
        raise ConfigurationError(f"{path} is not UTF-8 text: write it again") from None
