"""Takes a Repository; gives the Plan of every exchange, or every reason why one cannot be made. Pure."""

from collections.abc import Iterator
from dataclasses import replace

import pyarrow as pa

from hub.contract.model import Table
from hub.contract.table import digest_of
from hub.interface import Column, ConfigurationError, Layout
from hub.kernel.compile import compile_kernel
from hub.mapping.expression import parse
from hub.mapping.field_map import NOTHING
from hub.mapping.model import Mapping, Source
from hub.plan import Extract, Kernel, Partner, Plan, Schedule
from hub.problem import Problem, nearest
from hub.repository import Repository

ENVELOPE = (
    Column("row_guid", "记录标识", pa.string(), "an32", True),
    Column("cd_operation", "操作类型", pa.string(), "a1", True),
    Column("cd_time", "操作时间", pa.string(), "t19", True),
    Column("cd_batch", "批次号", pa.string(), "an..32", True),
    Column("data_source", "数据来源", pa.string(), "c..63", True),
    Column("data_version", "标准版本", pa.string(), "c..20", True),
)
"""The columns before the fields where a partner has ``envelope: true``; their names as in the national 办件 tables."""


def compile_plans(repository: Repository) -> tuple[tuple[Plan, ...], tuple[Problem, ...]]:
    """One plan for every table of every schedule, in the schedules' order; what is wrong is left out and told."""
    plans: dict[str, Plan] = {}
    problems: list[Problem] = []
    kernels: dict[str, Kernel | None] = {}
    for schedule in repository.schedules.values():
        partner = repository.partners.get(schedule.partner)
        for name in schedule.tables if partner else ():
            standard = repository.standards[f"{schedule.standard}@{schedule.version}"]
            table = standard.tables.get(name)
            if table is None or partner is None:
                continue  # its own file says why
            mapping, wrong = _mapping(repository, schedule, table)
            problems += wrong
            if mapping is None:
                continue
            problems += (wrong := [*_entitled(schedule, partner, table, mapping), *_twice(schedule, table, plans)])
            source = repository.sources[mapping.source]
            identity = f"{mapping.standard}@{mapping.version}/{mapping.name}/{mapping.source}"
            if identity not in kernels:
                kernels[identity] = _kernel(mapping, table, source, problems)
            kernel = kernels[identity]
            if kernel is not None and not wrong:
                plan = _plan(schedule, partner, source, mapping, table, kernel)
                plans[plan.id] = replace(plan, effective_from=standard.effective_from)
    return tuple(plans.values()), tuple(sorted(set(problems)))


def layout_of(table: Table, partner: Partner) -> Layout:
    """The columns on the wire: the envelope where the partner wants it, then the fields of the contract."""
    before = ENVELOPE if partner.envelope else ()
    columns = (*before, *(field.column for field in table.fields.values()))
    return Layout(table.name, table.title, columns, table.key, "row_guid" if partner.envelope else "/".join(table.key))


def extract_of(mapping: Mapping, source: Source) -> Extract:
    """The columns that the fields, ``deleted`` and the watermark read, in the order in which the source declares them."""
    used = {column for made in mapping.fields.values() for column in made.columns}
    used |= set(parse(mapping.deleted).columns) if mapping.deleted else set()
    used |= {mapping.watermark.column} if mapping.watermark else set()
    declared = [
        (f"{alias}.{column.name}", column.type)
        for alias, table in mapping.aliases.items()
        for column in source.tables[table].values()
    ]
    kept = [(name, type_) for name, type_ in declared if name in used]
    return Extract(
        from_sql=mapping.from_sql,
        condition=mapping.where,
        columns=tuple(name for name, _ in kept),
        types=tuple(type_ for _, type_ in kept),
        watermark=mapping.watermark.column if mapping.watermark else None,
    )


def _mapping(repository: Repository, schedule: Schedule, table: Table) -> tuple[Mapping | None, list[Problem]]:
    found = repository.mapping(table.standard, table.version, table.name)
    if found or repository.broken & {f"{table.standard}/{table.name}", table.name}:
        return found, []
    message = f"no mapping makes {table.standard}@{table.version}/{table.name} ({table.title})"
    made = {each.table for each in repository.mappings if (each.standard, each.version) == (table.standard, table.version)}
    cure = f"write mappings/<source>/{table.name}.yaml, or take the table out of the schedule ({nearest(table.name, made)})"
    return None, [Problem(schedule.place, "no-mapping", message, cure)]


def _entitled(schedule: Schedule, partner: Partner, table: Table, mapping: Mapping) -> Iterator[Problem]:
    """A partner receives what its file says and nothing else."""
    entitled = partner.receives.get(f"{table.standard}/{table.name}")
    if entitled is None:
        message = f"{partner.name} may not receive {table.standard}/{table.name} ({table.title})"
        yield Problem(
            schedule.place, "not-entitled", message, f"add it under receives: in {partner.place.path}, if the law allows it"
        )
        return
    sent = [name for name, made in mapping.fields.items() if name not in entitled and made.sql != NOTHING]
    if sent:
        message = f"{partner.name} may not receive {', '.join(sent)} of {table.standard}/{table.name}"
        cure = f"add them under receives: in {partner.place.path}, if the law allows it, or map them as absent"
        yield Problem(schedule.place, "not-entitled", message, cure)


def _twice(schedule: Schedule, table: Table, plans: dict[str, Plan]) -> Iterator[Problem]:
    other = plans.get(f"{schedule.partner}/{table.name}")
    if other:
        message = f"{other.id} is already an exchange of the schedule {other.schedule.name}"
        yield Problem(schedule.place, "duplicate-exchange", message, "one schedule sends a table to a partner")


def _kernel(mapping: Mapping, table: Table, source: Source, problems: list[Problem]) -> Kernel | None:
    try:
        return compile_kernel(mapping, table, source)
    except ConfigurationError as error:
        problems.append(Problem(mapping.place, "kernel", str(error), "correct the expression or the types of its columns"))
        return None


def _plan(schedule: Schedule, partner: Partner, source: Source, mapping: Mapping, table: Table, kernel: Kernel) -> Plan:
    extract, layout = extract_of(mapping, source), layout_of(table, partner)
    wire = [partner.system, partner.format, dict(partner.format_settings), partner.envelope]
    return Plan(
        id=f"{partner.name}/{table.name}",
        schedule=schedule,
        partner=partner,
        source=source,
        mapping=mapping,
        table=table,
        extract=extract,
        kernel=kernel,
        layout=layout,
        digest=digest_of([table.digest, mapping.digest, extract.columns, extract.types, wire]),
    )
