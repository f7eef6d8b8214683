"""Takes the open state, seals what was recorded since the last time; alone holds the log's key in the hub's process."""

import os
import secrets
from datetime import datetime

from audit.checkpoint import FILE as CHECKPOINT
from audit.checkpoint import Checkpoint
from audit.error import DamageError, ForkError, NoteError
from audit.keys import FILE, make, read
from audit.note import Signer
from audit.seal import seal
from hub.interface import ConfigurationError, PermanentError, TransientError
from hub.state.database import State

_PASSING = 60.0  # seconds


def seal_log(state: State, at: datetime) -> Checkpoint | None:
    """The log's newest head after sealing; None while nothing was ever recorded.

    PermanentError if database and log disagree (a restored backup, a damaged file): nothing is signed then.
    TransientError for a full disk.
    """
    try:
        return seal(state.engine, state.folder.log, signer(state), at)
    except (ForkError, DamageError) as error:
        raise PermanentError(f"the log was not sealed: {error}; next: hub audit verify, hub audit cross-check") from None
    except NoteError as error:
        raise ConfigurationError(f"the log's key or head in the state folder cannot be used: {error}") from None
    except OSError as error:
        raise TransientError(f"the log was not sealed: {error.strerror or type(error).__name__} in the state folder") from None


def seal_in_passing(state: State, at: datetime) -> None:
    """Seal unless that was done less than a minute ago: between the tables of one run, which is sealed at its end."""
    head = state.folder.log / CHECKPOINT
    if not head.exists() or at.timestamp() - head.stat().st_mtime >= _PASSING:
        seal_log(state, at)


def signer(state: State) -> Signer:
    """The log's key. Its name is HUB_LOG_ORIGIN when the key is first made, else a random one of this installation."""
    path = state.folder.keys / FILE
    if not path.exists():  # two processes may come to this at once, each with a name of its own: the first one's holds for both
        make(
            state.folder.keys, os.environ.get("HUB_LOG_ORIGIN") or f"jinmin-hub.local/{secrets.token_hex(4)}", secrets.token_bytes
        )
    return read(path)
