"""Takes the folder of one release of a standard; gives it as a Standard, with every mistake in its files."""

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from pathlib import Path

from hub.contract.codes import load_codes
from hub.contract.elements import load_elements
from hub.contract.model import CodeList, Standard, Table
from hub.contract.table import Release, digest_of, load_table
from hub.document import misnamed, read
from hub.problem import Place, Problem, nearest


def load_standard(folder: Path, root: Path) -> tuple[Standard | None, tuple[Problem, ...]]:
    """``contracts/<standard>/<version>/``. Parts that are wrong are left out; None without a sound standard.yaml."""
    document, found = read(folder / "standard.yaml", root, "standard")
    lists = load_codes(folder / "codes", root)
    library = load_elements(folder / "elements", root, lists)
    digests = {name: _digest(codes) for name, codes in lists.sound.items()}
    tables, others = load_tables(folder, root, Release(folder.parent.name, folder.name, library, lists, digests))
    problems = [*found, *lists.problems, *library.problems, *others]
    if document is None or document.faults:
        return None, tuple(problems)
    data = document.data
    wrong = misnamed(document, "standard", folder.parent.name) + misnamed(document, "version", folder.name)
    if wrong:  # others find a release by its folder, and would not find this one
        return None, (*problems, *wrong)
    try:
        effective = date.fromisoformat(data["effective_from"])
    except ValueError:
        message = f"'{data['effective_from']}' is not a day"
        return None, (*problems, Problem(document.place("effective_from"), "bad-date", message, "write 2026-01-31"))
    return Standard(
        name=data["standard"],
        version=data["version"],
        title=data["title"],
        authority=data["authority"],
        status=data["status"],
        effective_from=effective,
        source=data.get("source", {}),
        elements=library.sound,
        code_lists=lists.sound,
        tables=tables,
        place=document.place("standard"),
    ), tuple(problems)


def load_tables(folder: Path, root: Path, release: Release) -> tuple[dict[str, Table], list[Problem]]:
    """The sound tables of ``folder/tables/<domain>/*.yaml`` by name."""
    tables: dict[str, Table] = {}
    problems: list[Problem] = []
    paths = sorted(folder.glob("tables/*/*.yaml"))
    for path in paths:
        document, found = read(path, root, "table")
        problems += found
        if document is None:
            continue
        table, wrong = load_table(document, release)
        problems += wrong
        if document.sound("table"):
            problems += misnamed(document, "table", path.stem)
        if table is None:
            continue
        if table.name in tables:
            message = f"the table {table.name} is already in {tables[table.name].place}"
            problems.append(Problem(table.place, "duplicate-name", message, "rename one"))
        else:
            tables[table.name] = table
    names = {path.stem for path in paths}
    problems += [*_twins(tables, "code", lambda table: table.code), *_twins(tables, "title", lambda table: table.title)]
    problems += [*_domains(tables), *_references(tables, names)]
    if not paths:
        message = "the release has no tables"
        problems.append(
            Problem(Place(folder.relative_to(root).as_posix()), "no-tables", message, "write tables/<domain>/<table>.yaml")
        )
    return tables, problems


def _twins(tables: Mapping[str, Table], what: str, get: Callable[[Table], str]) -> Iterator[Problem]:
    seen: dict[str, Table] = {}
    for table in tables.values():
        first = seen.setdefault(get(table), table)
        if first is not table:
            message = f"the {what} {get(table)} is already that of {first.name}"
            yield Problem(table.place, f"duplicate-{what}", message, "give each table its own")


def _domains(tables: Mapping[str, Table]) -> Iterator[Problem]:
    """One folder is one domain."""
    seen: dict[str, Table] = {}
    for table in tables.values():
        first = seen.setdefault(table.place.path.rpartition("/")[0], table)
        if first.domain != table.domain:
            message = f"the domain is {table.domain}, but {first.name} in the same folder has {first.domain}"
            yield Problem(table.place, "mixed-domain", message, "one folder is one domain")


def _references(tables: Mapping[str, Table], names: set[str]) -> Iterator[Problem]:
    """Fields that point into other tables; a table that exists but is wrong is not blamed twice."""
    for table in tables.values():
        for field in table.fields.values():
            if field.references is None:
                continue
            other, column = field.references
            if other not in names:
                message = f"{field.name} refers to {other}, which is no table of the release"
                yield Problem(field.place, "unknown-table", message, nearest(other, names))
            elif other in tables and column not in tables[other].fields:
                message = f"{field.name} refers to {other}.{column}, which is no field"
                yield Problem(field.place, "unknown-field", message, nearest(column, tables[other].fields))
            elif other in tables and tables[other].fields[column].notation != field.notation:
                message = f"{field.name} is {field.notation}, but {other}.{column} is {tables[other].fields[column].notation}"
                yield Problem(field.place, "reference-format", message, "make the formats equal")


def _digest(codes: CodeList) -> str:
    return digest_of([[code.code, code.name, code.valid_from, code.valid_to] for each in codes.codes.values() for code in each])
