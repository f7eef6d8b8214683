"""Takes refused rows, keeps each one once with its reasons, counts and shows them; alone writes the quarantine table.

A row is named by its stage and content. The same bad row of a later window is counted (``seen``), not stored again. It is
*superseded* when its key is delivered or refused anew later, or when a window that reads the whole table no longer brings
it; *replayed* when a replay takes it back into the stream; *discarded* by a person. Rows are personal data: listings hold
none, ``shown`` masks them.

Stages: ``kernel`` (the row is what the source gave), ``window`` (its key came twice), ``encode`` (the format cannot say it),
``partner`` (the partner refused it); for the last three the row is what the kernel had made of it.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from itertools import islice
from operator import itemgetter
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from sqlalchemy import Connection, Engine, Row, Select, bindparam, case, delete, func, select, update

from audit.entry import token, utc
from audit.record import record
from hub.interface import ConfigurationError
from hub.lease import insert_for
from hub.mask import masked, of_columns, of_fields
from hub.plan import Plan
from hub.run import Run
from hub.state.database import State, reading, writing
from hub.state.tables import QUARANTINE as Q
from hub.state.tables import WINDOW

_CHUNK = 1000
_OWN = ("fingerprint", "row", "findings", "words", "key", "digest", "op", "copies")  # what differs from row to row


@dataclass(frozen=True, slots=True)
class Reject:
    """One refused row: its content as a JSON object of texts, ``findings`` as (field or '', rule code), key and digest if any.

    A finding about several fields names them with ``/`` between. ``words``: what the partner said about it.
    """

    row: str
    findings: tuple[tuple[str, str], ...]
    op: str = "I"
    key: bytes | None = None
    digest: bytes | None = None
    words: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """A row in quarantine. ``row`` is empty in listings; windows are keys; ``seen`` counts windows, ``copies`` equal rows."""

    id: int
    exchange: str
    stage: str
    state: str
    findings: tuple[tuple[str, str], ...]
    first_window: str
    last_window: str
    seen: int
    copies: int
    standard: str
    refused_at: str
    words: str = ""
    row: Mapping[str, str | None] | None = None


@dataclass(frozen=True, slots=True)
class Reason:
    """How many rows of an exchange were refused for one field and rule. A row with two findings counts under both."""

    exchange: str
    field: str
    rule: str
    rows: int


def store(
    connection: Connection, window: int, stage: str, rejects: Iterable[Reject], now: datetime, *, part: str | None = None
) -> None:
    """Keep the rejects of one stage of one window (and part) in the caller's transaction; doing it again replaces them."""
    opened = connection.execute(select(WINDOW).where(WINDOW.c.id == window)).one()
    here = (Q.c.exchange == opened.exchange) & (Q.c.last_window == window)
    mine = here & (Q.c.stage == stage) & (Q.c.part_id == part)
    rows = iter(rejects)
    chunk = list(islice(rows, _CHUNK))
    if not chunk and connection.execute(select(Q.c.id).where(mine).limit(1)).first() is None:
        return
    connection.execute(update(Q).where(mine).values(copies=0))
    common = {
        "exchange": opened.exchange,
        "stage": stage,
        "state": "open",
        "standard": opened.standard,
        "plan": opened.plan,
        "part_id": part,
        "first_window": window,
        "last_window": window,
        "replay_window": None,
        "seen": 1,
        "refused_at": utc(now),
        "changed_at": utc(now),
    }
    statement = _upsert(connection).values(common | {name: bindparam(name) for name in _OWN})
    while chunk:
        _each(connection, statement, list(_named(stage, chunk)))
        chunk = list(islice(rows, _CHUNK))
    connection.execute(delete(Q).where(mine, Q.c.copies == 0, Q.c.first_window == window))
    connection.execute(
        update(Q).where(mine, Q.c.copies == 0, Q.c.state == "open").values(state="superseded", changed_at=utc(now))
    )
    _supersede_older(connection, opened.exchange, window, now)


def _each(connection: Connection, statement: Any, rows: Sequence[Mapping[str, Any]]) -> None:
    """Execute for each row, compiled once: SQLAlchemy's own way takes as long for the parameters as SQLite for the rows."""
    compiled = statement.compile(dialect=connection.dialect)
    given = compiled.params
    whole = [given | row for row in rows]
    in_place = itemgetter(*compiled.positiontup) if compiled.positional else None
    connection.exec_driver_sql(str(compiled), [in_place(row) for row in whole] if in_place else whole)


def _named(stage: str, rejects: Sequence[Reject]) -> Iterator[dict[str, Any]]:
    """Values of a chunk; equal rows of it are one entry with so many copies."""
    copies = Counter(reject.row for reject in rejects)
    for content, reject in {reject.row: reject for reject in rejects}.items():
        yield {
            "fingerprint": hashlib.sha256(f"{stage}\x1f{content}".encode(errors="surrogatepass")).hexdigest(),
            "row": content,
            "findings": _spelled(reject.findings),
            "words": reject.words or None,
            "key": reject.key and reject.key.hex(),
            "digest": reject.digest and reject.digest.hex(),
            "op": reject.op,
            "copies": copies[content],
        }


@lru_cache(maxsize=10_000)
def _spelled(findings: tuple[tuple[str, str], ...]) -> str:
    """Findings as JSON: few combinations, many rows."""
    return json.dumps(findings, ensure_ascii=False, separators=(",", ":"))


def _upsert(connection: Connection) -> Any:
    insert = insert_for(connection)(Q)
    again = Q.c.last_window == insert.excluded.last_window
    fresh = (
        "findings",
        "words",
        "key",
        "digest",
        "op",
        "standard",
        "plan",
        "part_id",
        "last_window",
        "replay_window",
        "changed_at",
    )
    changes = {name: insert.excluded[name] for name in fresh} | {
        "seen": Q.c.seen + case((again, 0), else_=1),
        "copies": insert.excluded.copies + case((again, Q.c.copies), else_=0),
        "state": case((Q.c.state == "discarded", "discarded"), else_="open"),
    }
    return insert.on_conflict_do_update(index_elements=["exchange", "fingerprint"], set_=changes)


def _supersede_older(connection: Connection, exchange: str, window: int, now: datetime) -> None:
    """A key that is refused anew is one row at the source, not two: its older refusals are history."""
    newer = select(Q.c.key).where(Q.c.exchange == exchange, Q.c.last_window == window, Q.c.key.is_not(None))
    older = _open(exchange) & Q.c.key.in_(newer) & (Q.c.last_window < window)
    connection.execute(update(Q).where(older).values(state="superseded", changed_at=utc(now)))


def supersede(connection: Connection, exchange: str, window: int, keys: pa.Array | pa.ChunkedArray, now: datetime) -> None:
    """The partner has these keys (16 bytes) in the form of ``window``: refusals of earlier windows are history."""
    older = select(Q.c.id, Q.c.key).where(_open(exchange), Q.c.key.is_not(None), Q.c.last_window < window)
    rows = connection.execute(older).all()
    if not rows or not len(keys):
        return
    known = pa.array([bytes.fromhex(row.key) for row in rows], pa.binary(16))
    wanted = keys.combine_chunks() if isinstance(keys, pa.ChunkedArray) else keys
    ids = pa.array([row.id for row in rows], pa.int64()).filter(pc.is_in(known, wanted.cast(pa.binary(16)))).to_pylist()
    for start in range(0, len(ids), _CHUNK):
        chosen = Q.c.id.in_(ids[start : start + _CHUNK])
        connection.execute(update(Q).where(chosen).values(state="superseded", changed_at=utc(now)))


def supersede_unseen(connection: Connection, exchange: str, window: int, now: datetime) -> None:
    """``window`` has read the whole table: what it did not bring is gone at the source."""
    gone = _open(exchange) & (Q.c.last_window < window)
    connection.execute(update(Q).where(gone).values(state="superseded", changed_at=utc(now)))


def see(connection: Connection, window: int, ids: Sequence[int], now: datetime) -> None:
    """Refused rows that came again in the same form, and were held back."""
    for start in range(0, len(ids), _CHUNK):
        chosen = Q.c.id.in_(ids[start : start + _CHUNK]) & (Q.c.last_window != window)
        changes = {"last_window": window, "seen": Q.c.seen + 1, "copies": 1, "changed_at": utc(now)}
        connection.execute(update(Q).where(chosen).values(**changes))


def refused_forms(engine: Engine, exchange: str) -> Mapping[bytes, int]:
    """Key and digest (32 bytes) of each row that the partner refused and nobody has settled, with its entry's id."""
    forms = select(Q.c.id, Q.c.key, Q.c.digest).where(
        Q.c.exchange == exchange, Q.c.stage == "partner", Q.c.state.in_(("open", "discarded")), Q.c.key.is_not(None)
    )
    with reading(engine) as connection:
        return {bytes.fromhex(row.key + row.digest): row.id for row in connection.execute(forms)}


def open_keys(engine: Engine, exchange: str) -> pa.Array:
    """The keys (16 bytes) of open entries, as far as they have one."""
    with reading(engine) as connection:
        keys = connection.scalars(select(Q.c.key).where(_open(exchange), Q.c.key.is_not(None)))
        return pa.array([bytes.fromhex(key) for key in keys], pa.binary(16))


def reasons(engine: Engine, exchange: str | None = None, window: str | None = None) -> tuple[Reason, ...]:
    """Why rows were refused, the most frequent reason first: those in quarantine now, or those of one window."""
    query = select(Q.c.exchange, Q.c.findings, func.sum(Q.c.copies).label("rows")).group_by(Q.c.exchange, Q.c.findings)
    if exchange is not None:
        query = query.where(Q.c.exchange == exchange)
    if window is not None:
        query = query.join(WINDOW, WINDOW.c.id == Q.c.last_window).where(WINDOW.c.key == window)
    else:
        query = query.where(Q.c.state == "open")
    found: Counter[tuple[str, str, str]] = Counter()
    with reading(engine) as connection:
        for row in connection.execute(query):
            for field, rule in json.loads(row.findings):
                found[row.exchange, field, rule] += int(row.rows)
    ordered = sorted(found.items(), key=lambda item: (-item[1], item[0]))
    return tuple(Reason(*names, rows) for names, rows in ordered)


def listed(
    engine: Engine, exchange: str | None = None, *, state: str = "open", rule: str | None = None, newest: int = 100
) -> tuple[Entry, ...]:
    """The newest entries, without their rows."""
    query = _entries().where(Q.c.state == state).order_by(Q.c.id.desc()).limit(newest)
    if exchange is not None:
        query = query.where(Q.c.exchange == exchange)
    if rule is not None:
        query = query.where(Q.c.findings.contains(f',"{rule}"]', autoescape=True))
    with reading(engine) as connection:
        return tuple(_entry(row, "", None) for row in connection.execute(query))


def shown(state: State, plan: Plan, entry: int, run: Run, *, unmask: bool = False) -> Entry:
    """One entry with its row, masked; unmasked it is logged before it is given. ConfigurationError for an unknown id."""
    with reading(state.engine) as connection:
        row = connection.execute(_entries().where(Q.c.id == entry, Q.c.exchange == plan.id)).first()
    if row is None:
        raise ConfigurationError(f"{plan.id} has no row {entry} in quarantine")
    if unmask:
        with writing(state.engine) as connection:
            body = {"exchange": plan.id, "window": row.last_key, "row": entry, "by": token(run.owner)}
            record(connection, "quarantine.unmasked", body, run.clock())
    content = json.loads(row.row)
    masks = of_columns(plan) if row.stage == "kernel" else of_fields(plan)
    seen = content if unmask else {name: masked(value, masks.get(name, "all")) for name, value in content.items()}
    return _entry(row, (row.words or "") if unmask else "", seen)


def example(state: State, plan: Plan, field: str, rule: str, run: Run) -> str:
    """What one open row that was refused for ``field`` and ``rule`` has there, masked: ``r.sex=9``; '' if there is none."""
    wanted = json.dumps([field, rule], ensure_ascii=False, separators=(",", ":"))
    query = select(Q.c.id).where(_open(plan.id), Q.c.findings.contains(wanted, autoescape=True)).order_by(Q.c.id.desc()).limit(1)
    with reading(state.engine) as connection:
        found = connection.scalar(query)
    if found is None:
        return ""
    entry = shown(state, plan, found, run)
    mapped = plan.mapping.fields.get(field)
    names = mapped.columns if entry.stage == "kernel" and mapped is not None else tuple(field.split("/"))
    row = entry.row or {}
    return " ".join(f"{name}={'NULL' if row[name] is None else row[name]}" for name in names if name in row)


def discard(state: State, exchange: str, entries: Sequence[int], reason: str, run: Run) -> int:
    """Give up open rows, for a reason that goes into the log as a code; how many there were."""
    if not reason.strip():
        raise ConfigurationError("rows are discarded for a reason: say which")
    now = run.clock()
    with writing(state.engine) as connection:
        chosen = _open(exchange) & Q.c.id.in_(entries) & Q.c.replay_window.is_(None)
        done = connection.execute(update(Q).where(chosen).values(state="discarded", changed_at=utc(now))).rowcount
        if done:
            body = {"exchange": exchange, "window": None, "rows": done, "reason": token(reason), "by": token(run.owner)}
            record(connection, "quarantine.discarded", body, now)
    return done


def _open(exchange: str) -> Any:
    return (Q.c.exchange == exchange) & (Q.c.state == "open")


def _entries() -> Select[Any]:
    first, last = WINDOW.alias("first_one"), WINDOW.alias("last_one")
    return (
        select(Q, first.c.key.label("first_key"), last.c.key.label("last_key"))
        .join(first, first.c.id == Q.c.first_window)
        .join(last, last.c.id == Q.c.last_window)
    )


def _entry(row: Row[Any], words: str, content: Mapping[str, str | None] | None) -> Entry:
    findings = tuple((field, rule) for field, rule in json.loads(row.findings))
    names = ("id", "exchange", "stage", "state", "seen", "copies", "standard", "refused_at")
    same = {name: getattr(row, name) for name in names}
    return Entry(findings=findings, first_window=row.first_key, last_window=row.last_key, words=words, row=content, **same)
