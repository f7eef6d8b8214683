"""Takes a filled source; gives what the hub's own extraction and kernel find in it, beside what was planted, table by table."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pyarrow as pa

from hub.adapter import module
from hub.compile import extract_of
from hub.extract import extract
from hub.interface import Layout, Reader
from hub.kernel.compile import compile_kernel
from hub.kernel.engine import Engine, Transformed
from hub.mapping.model import Mapping as FieldMapping
from hub.plan import Ground, Limits, Partner, Plan, Schedule
from hub.problem import Place
from hub.repository import Repository
from hub.sandbox.truth import Tally
from hub.window import Window

_EXAMPLES = 3
_NOWHERE = Place("trial")


@dataclass(slots=True)
class Found:
    """What a window found in one standard table, and up to three refused rows of each rule (local columns: all invented)."""

    tally: Tally = field(default_factory=Tally)
    warnings: Counter[str] = field(default_factory=Counter)
    examples: dict[str, list[tuple[str, Mapping[str, Any]]]] = field(default_factory=dict)


class Trial:
    """Windows of one mapping, one after the other, with a ledger in memory of what a partner would have."""

    def __init__(self, repository: Repository, mapping: FieldMapping, upper: datetime) -> None:
        table = repository.standards[f"{mapping.standard}@{mapping.version}"].tables[mapping.table]
        source = repository.sources[mapping.source]
        kernel = compile_kernel(mapping, table, source)
        schedule = Schedule(
            "trial",
            "",
            "0 */2 * * *",
            source.timezone,
            upper,
            "trial",
            table.standard,
            table.version,
            (table.name,),
            Limits(),
            _NOWHERE,
        )
        partner = Partner("trial", "", "directory", "csv", {}, {}, False, 1, timedelta(), Ground("", ""), {}, _NOWHERE)
        extraction, layout = extract_of(mapping, source), Layout(table.name, table.title, (), table.key, "")
        self._plan = Plan(f"trial/{table.name}", schedule, partner, source, mapping, table, extraction, kernel, layout, "")
        self._engine = Engine(kernel, table, upper.date())
        self._ledger: dict[bytes, bytes] = {}

    @property
    def table(self) -> str:
        """The standard table."""
        return self._plan.table.name

    def close(self) -> None:
        """Give the kernel's memory back."""
        self._engine.close()

    def forget(self) -> None:
        """The partner has nothing again."""
        self._ledger.clear()

    def window(self, reader: Reader, lower: datetime | None, upper: datetime) -> Found:
        """Read and judge one window."""
        found, keys = Found(), dict[bytes, list[tuple[bytes, str]]]()
        with reader.snapshot() as view:
            extraction = extract(self._plan, Window(self._plan.id, "trial", "regular", lower, upper), reader, view)
            for batch in extraction.batches:
                done = self._engine.transform(batch)
                found.tally.source += batch.num_rows
                self._refused(done, found)
                for number, rows in done.warnings.items():
                    found.warnings[self._plan.kernel.findings[number].rule] += rows
                columns = (done.accepted[name].to_pylist() for name in ("_key", "_digest", "_op"))
                for key, digest, operation in zip(*columns, strict=True):
                    keys.setdefault(key, []).append((digest, operation))
        self._compare(found.tally, keys)
        return found

    def _refused(self, done: Transformed, found: Found) -> None:
        rows: pa.RecordBatch = done.rejected
        for place, numbers in enumerate(done.findings.to_pylist()):
            findings = [self._plan.kernel.findings[number] for number in numbers]
            rules = sorted({finding.rule for finding in findings})
            rule = "+".join(rules)
            found.tally.rules[rule] += 1
            examples = found.examples.setdefault(rule, [])
            if len(examples) < _EXAMPLES:
                told = ", ".join(f"{finding.field or 'row'}: {finding.rule} ({finding.title})" for finding in findings)
                examples.append((told, rows.slice(place, 1).to_pylist()[0]))

    def _compare(self, tally: Tally, keys: dict[bytes, list[tuple[bytes, str]]]) -> None:
        """Doubles are refused, what the partner has or never had is left out, what is gone from a whole read is absent."""
        for key, rows in keys.items():
            digest, operation = rows[0]
            if len(rows) > 1:
                tally.rules["duplicate-key"] += len(rows)
            elif self._ledger.get(key) == digest or (operation == "D" and key not in self._ledger):
                tally.unchanged += 1
            else:
                self._ledger[key] = digest
        if self._plan.extract.watermark is None:
            gone = self._ledger.keys() - keys.keys()
            tally.absent = len(gone)
            for key in gone:
                del self._ledger[key]
        tally.kinds = Counter(tally.rules)


def opened(reader: str, url: str) -> Reader:
    """A reader of adapters/readers on a database."""
    made: Reader = module("readers", reader).connect({"url": url})
    return made
