"""`hub schema`: prints the JSON Schema of a document kind, or writes all of them where an editor finds them."""

from pathlib import Path

import click

FOLDER = Path(__file__).resolve().parent.parent / "schemas"


@click.command()
@click.argument("kind", required=False)
@click.option("--to", "target", type=click.Path(file_okay=False, path_type=Path), help="Write every schema into this folder.")
def command(kind: str | None, target: Path | None) -> None:
    """Print the JSON Schema of a KIND, or list the kinds.

    In VS Code: "yaml.schemas": {"schemas/partner.json": "adapters/partners/*.yaml"}.
    """
    known = {path.stem: path for path in sorted(FOLDER.glob("*.json"))}
    if target is not None:
        target.mkdir(parents=True, exist_ok=True)
        for name, path in known.items():
            (target / f"{name}.json").write_bytes(path.read_bytes())
        click.echo(f"{len(known)} schemas written to {target}")
    elif kind is None:
        click.echo("\n".join(known))
    elif kind not in known:
        raise click.UsageError(f"no kind is called '{kind}': {', '.join(known)}")
    else:
        click.echo(known[kind].read_text(encoding="utf-8"))
