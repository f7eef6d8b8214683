"""Takes the open state, says where rows, accounts, receipts, payloads and the ledger differ from what was sealed. Reads only.

Somebody with access to the state database and the state folder, but not to the log's key, can change them: what stands there
today is compared with what the log says. ``audit.verify`` says whether the log itself is sound.
"""

import hashlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import Connection, func, select, text

from audit.canonical import canonical
from audit.crosscheck import cross_check
from audit.entry import Entry, decode
from audit.record import LOG_ENTRY
from audit.report import entries
from audit.verdict import Findings, Verdict
from hub import spool
from hub.account import COUNTED, SETTLED, Account, closed_accounts
from hub.state.database import State, reading
from hub.state.folder import Folder
from hub.state.tables import PART, SEGMENT, WINDOW

_CLOSING = ("window.closed", "window.settled")
_FIRST = ("accepted", "receipt_sha256", "refused", "sha256", "state")
_NUMBERS = (*_FIRST, "ledger_sha256")  # entries of an older hub have the first of them
_MERGED = ("rows", "sha256", "turn")


@dataclass(slots=True)
class _Said:
    """What the log says last: a digest for each closed window and settled part, because there are many; who was not found yet.

    ``merged``: for each exchange, of its ledger's newest segment.
    """

    windows: dict[tuple[str, str], bytes] = field(default_factory=dict)
    parts: dict[str, bytes] = field(default_factory=dict)
    merged: dict[str, bytes] = field(default_factory=dict)


def vouch(state: State) -> Verdict:
    """The verdict on log rows, closed accounts, settled parts and all files; DamageError if the log cannot be read.

    What is open is not compared. Runs may go on meanwhile: all rows, and the entries they are compared with, are of one moment.
    """
    rows, findings, said = cross_check(state.engine, state.folder.log), Findings(), _Said()
    with _moment(state) as connection:
        for entry in _entries(connection, state.folder):
            _hear(said, entry)
        for account in closed_accounts(connection):
            _account(said, account, findings)
        files = [*_parts(connection, said, findings), *_segments(connection, said, findings)]
    for exchange, window in said.windows:
        findings.add("account-missing", WINDOW.name, f"{exchange} {window}: the log closed it, the database has no such account")
    for part in said.parts:
        findings.add("part-missing", PART.name, f"part {part[:12]}: the log has its outcome, the database has no such part")
    for exchange in said.merged:
        findings.add("ledger-missing", SEGMENT.name, f"{exchange}: the log has its merged ledger, the database has not")
    for name, sha256, what in files:
        _file(state, name, sha256, what, findings)
    own = findings.verdict(rows.checkpoint)
    return replace(rows, findings=rows.findings + own.findings, counts={**rows.counts, **own.counts})


@contextmanager
def _moment(state: State) -> Iterator[Connection]:
    """One consistent view of the database: SQLite's transactions have it, PostgreSQL's are asked for it."""
    with reading(state.engine) as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"))
        yield connection


def _entries(connection: Connection, folder: Folder) -> Iterator[Entry]:
    """The entries that were sealed at this moment, then those that waited for the next seal."""
    sealed = connection.scalar(select(func.max(LOG_ENTRY.c.position)))
    waiting = select(LOG_ENTRY.c.entry).where(LOG_ENTRY.c.position.is_(None)).order_by(LOG_ENTRY.c.id)
    rest = connection.scalars(waiting).all()
    yield from (entry for entry in entries(folder.log) if sealed is not None and entry.index <= sealed)
    yield from (decode(-1, waits.encode()) for waits in rest)


def _hear(said: _Said, entry: Entry) -> None:
    body = entry.body
    if entry.kind in _CLOSING:
        said.windows[body["exchange"], body["window"]] = _short(body, COUNTED)
    elif entry.kind == "part.outcome" and body["state"] in SETTLED:
        said.parts[body["part"]] = _short(body, _NUMBERS if "ledger_sha256" in body else _FIRST)
    elif entry.kind == "ledger.merged":
        said.merged[body["exchange"]] = _short(body, _MERGED)


def _short(values: Mapping[str, Any], names: tuple[str, ...]) -> bytes:
    return hashlib.sha256(canonical({name: values[name] for name in names})).digest()[:16]


def _account(said: _Said, account: Account, findings: Findings) -> None:
    sealed = said.windows.pop((account.exchange, account.window), None)
    if sealed is None:
        message = f"{account.exchange} {account.window}: the database has it closed, the log never closed it"
        findings.add("account-unknown", WINDOW.name, message)
    elif sealed != _short(account.counts, COUNTED):
        message = f"{account.exchange} {account.window}: its numbers are not those that were sealed"
        findings.add("account-edited", WINDOW.name, message)


def _parts(connection: Connection, said: _Said, findings: Findings) -> Iterator[tuple[str, str, str]]:
    """Compare the settled ones; the files of all: path, the digest it must have, what it is."""
    names = ("id", "path", "receipt", "ledger", "merged", "turn", *_NUMBERS)
    upto = func.coalesce(SEGMENT.c.turn, 0).label("upto")
    joined = PART.join(WINDOW, WINDOW.c.id == PART.c.window_id).join(
        SEGMENT, SEGMENT.c.exchange == WINDOW.c.exchange, isouter=True
    )
    for row in connection.execute(select(*(PART.c[name] for name in names), upto).select_from(joined)).mappings():
        sealed = said.parts.pop(row["id"], None)
        if row["state"] in SETTLED and sealed not in (_short(dict(row), _NUMBERS), _short(dict(row), _FIRST)):
            findings.add("part-edited", PART.name, f"part {row['id'][:12]}: its outcome is not the one that was logged")
        if row["receipt"]:
            yield row["receipt"], row["receipt_sha256"], "receipt"
        yield row["path"], row["sha256"], "payload"
        if row["merged"] != (row["turn"] <= row["upto"]) or (row["ledger"] is None and row["ledger_sha256"]):
            findings.add("ledger-left-out", PART.name, f"part {row['id'][:12]}: what it delivered is in no file of the ledger")
        if row["ledger"] and row["ledger_sha256"] and not row["merged"]:
            yield row["ledger"], row["ledger_sha256"], "ledger"


def _segments(connection: Connection, said: _Said, findings: Findings) -> Iterator[tuple[str, str, str]]:
    """Compare the merged ledgers; their files. One of an older hub has no digest and is in no entry."""
    for row in connection.execute(select(SEGMENT)).mappings():
        sealed = said.merged.pop(row["exchange"], None)
        if sealed != (_short(dict(row), _MERGED) if row["sha256"] else None):
            findings.add("ledger-edited", SEGMENT.name, f"{row['exchange']}: its merged ledger is not the one that was logged")
        elif row["sha256"]:
            yield row["path"], row["sha256"], "ledger"


def _file(state: State, name: str, sha256: str, what: str, findings: Findings) -> None:
    """A receipt and the ledger stay for ever; a payload goes when it is settled and old (``hub prune``)."""
    found = spool.digest(state.folder.absolute(name))
    if found is None and (what == "receipt" or (what == "ledger" and _named(state, name))):
        findings.add(f"{what}-missing", name, f"the {what} is gone: restore the state folder from its backup")
    elif found not in (None, sha256):
        findings.add(f"{what}-edited", name, f"the {what} is not the one that was logged: restore it from a backup")


def _named(state: State, name: str) -> bool:
    """Whether a file is the ledger's still: runs go on meanwhile, and merge files."""
    mine = select(PART.c.id).where(PART.c.ledger == name, PART.c.merged.is_(False))
    with reading(state.engine) as connection:
        return connection.execute(mine.union(select(SEGMENT.c.exchange).where(SEGMENT.c.path == name))).first() is not None
