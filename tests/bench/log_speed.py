"""Speed of the exchange log: takes a number of entries, prints seconds and peak memory of each step. SQLite, temporary folder."""

import resource
import secrets
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import create_engine

from audit.crosscheck import cross_check
from audit.entry import encode
from audit.keys import make_or_read
from audit.prove import prove_inclusion
from audit.record import LOG_ENTRY, METADATA, record
from audit.report import entries
from audit.seal import seal
from audit.verify import verify

AT = datetime(2026, 11, 22, 2, tzinfo=UTC)
BODY = {
    "exchange": "ministry/marriage_registration",
    "window": "2026-11-22-02:00",
    "part": "ab" * 32,
    "rows": 5000,
    "state": "confirmed",
}


def main(count: int) -> None:
    """Record, seal, verify, compare and list ``count`` entries."""
    with tempfile.TemporaryDirectory() as folder:
        log, url = Path(folder) / "log", f"sqlite:///{folder}/state.db"
        engine = create_engine(url)
        METADATA.create_all(engine)
        signer = make_or_read(Path(folder) / "keys", "hub.example/log", secrets.token_bytes)
        some = min(count, 20_000)
        with engine.begin() as connection:
            told("record", some, lambda: [record(connection, "part.outcome", BODY, AT) for _ in range(some)])
        entry = encode("part.outcome", BODY, AT).decode()
        with engine.begin() as connection:
            for begin in range(some, count, 10_000):
                connection.execute(LOG_ENTRY.insert(), [{"entry": entry}] * min(10_000, count - begin))
        told("seal", count, lambda: seal(engine, log, signer, AT))
        told("seal, nothing new", 1, lambda: seal(engine, log, signer, AT))
        told("verify", count, lambda: check(verify(log, signer.verifier.vkey).ok))
        told("cross-check", count, lambda: check(cross_check(engine, log).ok))
        told("prove", 1, lambda: prove_inclusion(log, count // 2))
        told("list one window", count, lambda: list(entries(log, window="2026-11-22-04:00")))
        engine.dispose()


def check(ok: bool) -> None:
    """A figure of a step that failed is worth nothing."""
    if not ok:
        raise SystemExit("the log does not verify")


def told(name: str, count: int, work: Callable[[], object]) -> None:
    """Run ``work`` and print what it took."""
    begin = time.perf_counter()
    work()
    seconds = time.perf_counter() - begin
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(f"{name:20} {count:>9,} entries {seconds:8.3f} s {count / seconds:>12,.0f}/s   peak {peak} MiB")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
