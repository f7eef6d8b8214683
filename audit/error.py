"""What can go wrong with the log, as classes: the class says what to do. It alone defines the errors of this room.

* LogError
    * EntryError   the caller handed over an entry the log must not hold: mend the caller
    * NoteError    a signed note, key or checkpoint that is malformed, or not signed by the key it should be
    * ForkError      database and log folder tell two histories: stop, nothing was signed, a person must look
    * DamageError     a file of the log is missing, torn or changed: restore the folder, then go on

A message names the place (file, position, key of the body) and never a value of an entry.
"""


class LogError(Exception):
    """Root of every error of this room."""


class EntryError(LogError, ValueError):
    """The entry breaks the entry schema (audit.entry); nothing was written."""


class NoteError(LogError, ValueError):
    """Not a well-formed note, key or checkpoint, or not signed by a key that was asked for."""


class ForkError(LogError):
    """Database and log folder disagree about what was sealed; signing on would make two histories."""


class DamageError(LogError):
    """A tile, bundle or checkpoint file is missing, torn or changed."""
