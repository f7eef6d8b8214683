"""`hub docs build`: the data dictionary as a folder of pages that opens without a network."""

from pathlib import Path

import click

from hub.dictionary.site import write
from hub.problem import Problems
from hub.repository import load
from hub.root import find_root


@click.command()
@click.option("--out", type=click.Path(path_type=Path), help="The folder to write; docs-site at the root if left out.")
def command(out: Path | None) -> None:
    """Write every table, field, code list, lineage and partner as pages; open index.html in a browser."""
    root = find_root()
    repository, problems = load(root)
    errors = [problem for problem in problems if problem.severity == "error"]
    if errors:
        raise Problems(errors)
    folder = out or root / "docs-site"
    pages = write(repository, folder)
    click.echo(f"{folder / 'index.html'}: {pages:,} pages")
