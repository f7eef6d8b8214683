"""Takes a finished window, prints what a newcomer wants to see: accounts, reasons, the log's head, what to type next."""

from pathlib import Path
from typing import Any

from audit.checkpoint import VKEY
from audit.verify import verify
from hub.account import Account, accounts
from hub.cli import desk
from hub.cli.output import console, emit
from hub.quarantine import example, reasons
from hub.run import live
from hub.state.database import open_state

COLUMNS = (
    "schedule",
    "tables",
    "source",
    "absent",
    "delivered",
    "unchanged",
    "rejected",
    "pending",
    "kB",
    "receipts",
    "balanced",
)
_TOP = 8


class Report:
    """What the demo says about the state of one root."""

    def __init__(self, root: Path, state: Path) -> None:
        self._root = root
        self._plans = desk.plans()
        self._state = open_state(state)
        self._console: Any = console()

    def say(self, text: str) -> None:
        """One line of plain text."""
        self._console.print(text, markup=False)

    def exchanges(self) -> int:
        """How many exchanges there are."""
        return len(self._plans)

    def balanced(self, key: str) -> bool:
        """Whether every exchange has a closed account of the window that adds up."""
        found = self._accounts(key)
        return len(found) == len(self._plans) and all(map(_closed, found))

    def accounts(self, key: str) -> None:
        """source + absent = delivered + unchanged + rejected + pending: a line for each schedule, then what fails it."""
        found = self._accounts(key)
        by_schedule: dict[str, list[Account]] = {}
        for one in found:
            by_schedule.setdefault(self._plans[one.exchange].schedule.name, []).append(one)
        rows = [{"schedule": name, **_sum(many)} for name, many in sorted(by_schedule.items())]
        rows += [{"schedule": f"  {one.exchange}", **_sum([one])} for one in found if not _closed(one)]
        rows.append({"schedule": "all", **_sum(found), "balanced": self.balanced(key)})
        emit(rows, COLUMNS, as_json=False)

    def reasons(self, key: str) -> None:
        """The most frequent reasons of refusal, each with one masked example."""
        found = reasons(self._state.engine, window=key)[:_TOP]
        run = live()
        rows = [
            {
                "rows": one.rows,
                "rule": one.rule,
                "exchange": one.exchange,
                "field": one.field,
                "example (masked)": _short(example(self._state, self._plans[one.exchange], one.field, one.rule, run)),
            }
            for one in found
        ]
        self.say("\nWhy rows were refused (they wait in quarantine, the others went)")
        emit(rows, ("rows", "rule", "exchange", "field", "example (masked)"), as_json=False, empty="No row was refused.")

    def proof(self) -> None:
        """The log's checkpoint, verified from its files as anybody can who has a copy and the key."""
        log = self._state.folder.log
        verdict = verify(log, (log / VKEY).read_text(encoding="utf-8").strip())
        self.say(f"\nExchange log: {verdict.entries:,} entries, {'verified' if verdict.ok else 'NOT VERIFIED'}")
        if verdict.checkpoint is not None:
            self.say("".join(f"  {line}\n" for line in verdict.checkpoint.note.splitlines()).rstrip())

    def next_steps(self) -> None:
        """What to type next."""
        lines = (
            "",
            "Next:",
            "  .venv/bin/hub status                      what is late, what failed, what to do",
            "  .venv/bin/hub windows                     the account of every table",
            "  .venv/bin/hub quarantine list             the refused rows; `show` one, mend it, `replay`",
            "  .venv/bin/hub audit show --kind part.outcome   what left, to whom, and the receipt",
            "  .venv/bin/hub audit verify                recompute the whole log",
            "  make ui                                   Dagster's UI with these runs and the schedules",
        )
        for line in lines:
            self.say(line)

    def _accounts(self, key: str) -> list[Account]:
        found = accounts(self._state.engine, newest=10_000)
        return sorted((one for one in found if one.window == key), key=lambda one: one.exchange)


def _closed(one: Account) -> bool:
    return one.balanced and one.state == "closed"


def _sum(many: list[Account]) -> dict[str, Any]:
    """The counts of several accounts together."""
    counts = {name: sum(getattr(one, name) for one in many) for name in COLUMNS[2:8]}
    size = -(-sum(one.bytes for one in many) // 1000)
    parts, balanced = sum(one.parts for one in many), all(map(_closed, many))
    return {"tables": len(many), **counts, "kB": size, "receipts": parts, "balanced": balanced}


def _short(text: str, width: int = 48) -> str:
    return text if len(text) <= width else f"{text[:width]}… ({len(text)} characters)"
