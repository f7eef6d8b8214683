"""`hub docs build`: the data dictionary as a folder of pages that opens without a network."""

from pathlib import Path

import click

from hub.compiled import compiled
from hub.dictionary.site import write
from hub.root import find_root, state_folder


@click.command()
@click.option("--out", type=click.Path(path_type=Path), help="The folder to write; docs-site at the root if left out.")
def command(out: Path | None) -> None:
    """Write every table, field, code list, lineage and partner as pages; open index.html in a browser."""
    root = find_root()
    made = compiled(root, state_folder(root))
    made.sound()
    folder = out or root / "docs-site"
    pages = write(made.repository, folder)
    click.echo(f"{folder / 'index.html'}: {pages:,} pages")
