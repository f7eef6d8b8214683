"""`hub contract stats`: how large each release is, by business domain."""

import click

from hub.cli.output import emit, json_option
from hub.contract.model import Standard, Table
from hub.load import load
from hub.problem import Problems
from hub.root import find_root

COLUMNS = ("release", "domain", "tables", "fields", "required", "keys", "references", "rules")


@click.command()
@json_option
def command(as_json: bool) -> None:
    """Count domains, tables and fields of every release; the envelope of an exchange is not counted."""
    repository, problems = load(find_root())
    errors = [problem for problem in problems if problem.severity == "error"]
    if errors:
        raise Problems(errors)
    rows = [row for name, standard in sorted(repository.standards.items()) for row in _rows(name, standard)]
    emit(rows, COLUMNS, as_json=as_json, empty="There is no release.")
    if as_json:
        return
    for name, standard in sorted(repository.standards.items()):
        domains = {table.domain for table in standard.tables.values()}
        fields = sum(len(table.fields) for table in standard.tables.values())
        told = f"{len(domains)} domains, {len(standard.tables)} tables, {fields:,} fields"
        click.echo(f"{name}: {told}, {len(standard.elements)} elements, {len(standard.code_lists)} code lists")


def _rows(name: str, standard: Standard) -> list[dict[str, object]]:
    domains = dict.fromkeys(table.domain for table in standard.tables.values())
    return [
        {"release": name, "domain": domain} | _counted([table for table in standard.tables.values() if table.domain == domain])
        for domain in domains
    ]


def _counted(tables: list[Table]) -> dict[str, object]:
    fields = [field for table in tables for field in table.fields.values()]
    return {
        "tables": len(tables),
        "fields": len(fields),
        "required": sum(field.required for field in fields),
        "keys": sum(len(table.key) for table in tables),
        "references": sum(field.references is not None for field in fields),
        "rules": sum(len(table.rules) for table in tables),
    }
