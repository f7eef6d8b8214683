"""Takes plain data, gives JSON for machines or a rich table for people; alone may import rich for the commands."""

import dataclasses
import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import click

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


def emit(rows: Iterable[Any], columns: Sequence[str], *, as_json: bool, title: str = "", empty: str = "Nothing.") -> None:
    """Print rows (mappings or dataclasses): all of them as JSON, or ``columns`` of them as a table.

    A column is ``key`` or ``key:heading``; numbers stand right and get thousands separators.
    """
    data = [plain(row) for row in rows]
    if as_json:
        click.echo(json.dumps(data, ensure_ascii=False, indent=2))
        return
    if not data:
        click.echo(empty)
        return
    from rich.table import Table  # 60 ms that --json and --help need not pay
    from rich.text import Text  # no markup: [a-z] in an expression stays as it is

    table = Table(title=title or None, title_justify="left", header_style="bold", box=None, pad_edge=False)
    keys = [column.partition(":")[0] for column in columns]
    for column, key in zip(columns, keys, strict=True):
        numeric = all(isinstance(row.get(key), int | float | None) for row in data)
        table.add_column(column.partition(":")[2] or key, justify="right" if numeric else "left", overflow="fold")
    for row in data:
        table.add_row(*[Text(str(row[key]) if key in NAMES else _cell(row.get(key))) for key in keys])
    console().print(table)


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
