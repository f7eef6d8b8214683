"""`hub contract diff`: what changed between two releases, judged for those who report and for those who use."""

from collections import Counter
from collections.abc import Sequence

import click

from hub.cli.output import as_json_text, emit, json_option
from hub.contract.change import BREAKING, REVIEW, Change
from hub.contract.diff import diff
from hub.contract.load import load_standard
from hub.contract.model import Standard
from hub.contract.release import pair
from hub.problem import Problems
from hub.root import find_root

COLUMNS = ("kind", "subject:what", "change", "reporting:报送方", "using:用数方", "cure")
_SHOWN = 48  # characters of a value, and fields of an element, that a table shows


@click.command()
@click.argument("old")
@click.argument("new")
@click.option("--fail-on", multiple=True, type=click.Choice(["reporting", "using"]), help="Exit code 1 if it breaks this side.")
@click.option("--breaking", is_flag=True, help="Only what breaks one of the two sides.")
@json_option
@click.pass_context
def command(context: click.Context, old: str, new: str, fail_on: tuple[str, ...], breaking: bool, as_json: bool) -> None:
    """Compare two releases of a standard: OLD and NEW are jinmin@1.0.0, or 1.0.0 where only one standard has it.

    Every change is judged twice: as 报送方 (who reports: tightening hurts) and as 用数方 (who uses: loosening hurts).
    """
    before, after = _releases(old, new)
    changes = diff(before, after)
    shown = [each for each in changes if not breaking or BREAKING in (each.reporting, each.using)]
    if as_json:
        click.echo(as_json_text({"old": _name(before), "new": _name(after), "summary": _counts(changes), "changes": shown}))
    else:
        emit([_row(each) for each in shown], COLUMNS, as_json=False, empty="Nothing.")
        _summary(before, after, changes)
    context.exit(1 if any(getattr(each, side) == BREAKING for each in changes for side in fail_on) else 0)


def _releases(old: str, new: str) -> tuple[Standard, Standard]:
    """Both releases and nothing else: a mistake in a mapping is no reason not to compare them."""
    root = find_root()
    folders = {f"{path.parent.name}@{path.name}": path for path in root.glob("contracts/*/*") if path.is_dir()}
    names = pair(folders.keys(), old, new)
    loaded = {name: load_standard(folders[name], root) for name in dict.fromkeys(names)}
    errors = [problem for _, problems in loaded.values() for problem in problems if problem.severity == "error"]
    before, after = (loaded[name][0] for name in names)
    if errors or before is None or after is None:
        raise Problems(errors)
    return before, after


def _row(change: Change) -> dict[str, str]:
    hits = f" ({len(change.hits)} fields: {_cut(', '.join(change.hits))})" if change.hits else ""
    hits = hits.replace("(1 fields: ", "(")
    what = change.subject if change.subject == change.title else f"{change.subject} {change.title}"
    told = " → ".join(_cut(text) for text in (change.before, change.after) if text)
    told = f"{told} →" if not change.after else told if change.before else f"→ {told}"
    verdicts = {"reporting": change.reporting, "using": change.using}
    return {"kind": change.kind, "subject": what + hits, "change": told, **verdicts, "cure": change.cure}


def _cut(text: str) -> str:
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"


def _counts(changes: Sequence[Change]) -> dict[str, dict[str, int]]:
    return {side: dict(Counter(getattr(each, side) for each in changes)) for side in ("reporting", "using")}


def _summary(before: Standard, after: Standard, changes: Sequence[Change]) -> None:
    told = f"{_name(before)} → {_name(after)} ({after.status}, from {after.effective_from}): {len(changes)} changes"
    click.echo(told)
    for side, title in (("reporting", "报送方, who reports"), ("using", "用数方, who uses")):
        counts = _counts(changes)[side]
        click.echo(f"  {title}: {counts.get(BREAKING, 0)} breaking, {counts.get(REVIEW, 0)} to review")


def _name(standard: Standard) -> str:
    return f"{standard.name}@{standard.version}"
