"""Takes a Repository and a folder; writes the site there: same files, same bytes. Alone in this package writes."""

from collections.abc import Iterable, Iterator
from importlib.resources import files
from pathlib import Path, PurePosixPath

from hub.dictionary.notes import read_notes
from hub.dictionary.pages import pages
from hub.dictionary.render import render, renderer
from hub.dictionary.search import script
from hub.interface import ConfigurationError
from hub.repository import Repository

CONTENTS = "contents.txt"
"""Names every file of the site, so that the next build removes what is no longer there, and nothing else."""

_ASSETS = ("site.css", "site.js", "language.js")


def build(repository: Repository) -> Iterator[tuple[str, bytes]]:
    """Every file of the site: path and content."""
    notes, environment = read_notes(repository), renderer()
    for name in _ASSETS:
        yield f"assets/{name}", files("hub.dictionary").joinpath("assets", name).read_bytes()
    yield "assets/entries.js", script(repository, notes).encode()
    for page in pages(repository, notes):
        yield page.path, render(environment, page.template, page.path, page.values).encode()


def write(repository: Repository, out: Path) -> int:
    """Write the site; the number of pages. ConfigurationError if ``out`` holds what is not a site, or cannot be written."""
    made = dict(build(repository))
    try:
        older = _older(out)
        _list(out, older | made.keys())  # first, so that a build that is cut short can be done again
        for name, content in made.items():
            _put(out / name, content)
        for name in older - made.keys():
            (out / name).unlink(missing_ok=True)
        _list(out, made.keys())
    except OSError as error:
        raise ConfigurationError(f"{out} cannot be written: {error.strerror}: name another folder with --out") from error
    return sum(name.endswith(".html") for name in made)


def _older(out: Path) -> set[str]:
    """The files of the site that stands there; none if the folder is new or empty."""
    if out.exists() and not out.is_dir():
        raise ConfigurationError(f"{out} is a file: name a folder with --out")
    contents = out / CONTENTS
    if contents.is_file():
        return {name for name in contents.read_text(encoding="utf-8").splitlines() if _inside(name)}
    if out.is_dir() and any(out.iterdir()):
        raise ConfigurationError(f"{out} holds files that are not a dictionary site: empty it, or name another folder with --out")
    return set()


def _inside(name: str) -> bool:
    """A file that a build may have written: nothing outside the folder."""
    path = PurePosixPath(name)
    return path.suffix in (".html", ".js", ".css") and not path.is_absolute() and ".." not in path.parts


def _list(out: Path, names: Iterable[str]) -> None:
    _put(out / CONTENTS, "".join(f"{name}\n" for name in sorted(names)).encode())


def _put(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
