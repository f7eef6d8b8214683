"""Takes plain data, gives JSON for machines or a rich table for people; alone may import rich for the commands."""

import dataclasses
import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from hub.cli.table import Column

NAMES = ("id", "index")  # numbers that are typed again: no separators

json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON instead of a table.")


def plain(value: Any) -> Any:
    """Dataclasses, dates and paths as JSON has them; everything else as it is."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(item) for item in value]
    if isinstance(value, datetime):
        return value.isoformat(sep=" ", timespec="seconds")
    if isinstance(value, date | Path):
        return str(value)
    if isinstance(value, timedelta):
        return value.total_seconds()
    return value


def as_json_text(value: Any) -> str:
    """One JSON document, Chinese left readable."""
    return json.dumps(plain(value), ensure_ascii=False, indent=2)


def emit(
    rows: Iterable[Any],
    columns: Sequence[str],
    *,
    as_json: bool,
    title: str = "",
    empty: str = "Nothing.",
    expendable: Sequence[str] = (),
) -> tuple[str, ...]:
    """Print rows (mappings or dataclasses): all of them as JSON, or ``columns`` of them as a table.

    A column is ``key`` or ``key:heading``; numbers stand right and get thousands separators. Where the terminal is too
    narrow, ``expendable`` columns go, the first one first: the keys of those that went, for ``say_left_out``.
    """
    data = [plain(row) for row in rows]
    if as_json:
        click.echo(json.dumps(data, ensure_ascii=False, indent=2))
        return ()
    if not data:
        click.echo(empty)
        return ()
    from rich.table import Table  # 60 ms that --json and --help need not pay
    from rich.text import Text  # no markup: [a-z] in an expression stays as it is

    from hub.cli.table import fit, needed

    screen, cells_of = console(), [_column(column, data) for column in columns]
    if not sys.stdout.isatty():  # whoever reads it there has room
        screen.width = max(screen.width, needed(cells_of))
    fitted = fit(cells_of, screen.width, expendable)
    table = Table(title=title or None, title_justify="left", header_style="bold", box=None, pad_edge=False)
    for column, width in fitted.columns:
        table.add_column(column.heading, justify="right" if column.right else "left", overflow="fold", width=width)
    for cells in zip(*(column.cells for column, _ in fitted.columns), strict=True):
        table.add_row(*map(Text, cells))
    screen.print(table)
    return fitted.left_out


def say_left_out(keys: Sequence[str]) -> None:
    """Which columns had no room, and how to see them."""
    if keys:
        click.echo(f"Left out for want of room: {', '.join(keys)}; a wider terminal or --json has them.")


def _column(column: str, data: Sequence[Mapping[str, Any]]) -> "Column":
    from hub.cli.table import Column

    key, _, heading = column.partition(":")
    cells = tuple(str(row[key]) if key in NAMES else _cell(row.get(key)) for row in data)
    return Column(key, heading or key, cells, all(isinstance(row.get(key), int | float | None) for row in data))


def console() -> Any:
    """A rich console on the standard output; wide when nobody looks, so that piped tables are not cut."""
    from rich.console import Console

    return Console(width=None if sys.stdout.isatty() else 160, highlight=False)


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, float):
        return f"{value:,.1f}"
    return str(value)
