"""Takes the events of a run, shows one moving line per run on a terminal; on anything else it says nothing."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from hub.run import Answered, Compared, Encoded, Ended, Event, Extracted, Opened, Waiting


@contextmanager
def shown(exchanges: int, *, quiet: bool = False) -> Iterator[Callable[[Event], None]]:
    """A progress callback for a run over so many exchanges."""
    if quiet or not sys.stderr.isatty():
        yield lambda _event: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = SpinnerColumn(), BarColumn(24), MofNCompleteColumn(), TimeElapsedColumn(), TextColumn("{task.description}")
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("", total=exchanges)
        ended: set[str] = set()

        def told(event: Event) -> None:
            if isinstance(event, Ended):
                ended.add(event.exchange)
            progress.update(task, completed=len(ended), description=f"{event.exchange}: {words(event)}")

        yield told


def words(event: Event) -> str:
    """An event in words, without any value of a row."""
    match event:
        case Opened(state=state, attempt=attempt):
            return f"{event.window} ({state}, attempt {attempt})"
        case Extracted(rows=rows, total=total, refused=refused):
            return f"{rows:,} of {total:,} rows read, {refused:,} refused"
        case Compared(leaving=leaving, unchanged=unchanged):
            return f"{leaving:,} rows leave, {unchanged:,} unchanged"
        case Encoded(number=number, rows=rows):
            return f"part {number}: {rows:,} rows"
        case Answered(number=number, state=state):
            return f"part {number}: {state}"
        case Waiting(seconds=seconds, reason=reason):
            return f"waits {seconds:.1f} s: {reason}"
        case Ended(state=state):
            return state
        case _:
            return ""
