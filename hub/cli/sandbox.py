"""`hub sandbox`: starts, ends and advances the rehearsal: business systems and partners on loopback, all people synthetic."""

from datetime import datetime
from zoneinfo import ZoneInfo

import click

from hub.cli.output import as_json_text, emit, json_option
from hub.root import find_root, state_folder

_ZONE = ZoneInfo("Asia/Shanghai")


@click.group()
def command() -> None:
    """Business systems and partners on loopback, for rehearsals."""


@command.command("up")
@click.option("--partner", "partners", multiple=True, help="Only these partners; default: all the sandbox can play.")
@click.option("--fault", "faults", multiple=True, help="partner=fault[:argument][@n|@p%|@always]; see `hub sandbox faults`.")
@click.option("--people", default=None, type=int, help="Synthetic people in the business systems (default: 4,000).")
@click.option("--seed", default=None, type=int, help="The same seed makes the same people.")
@click.option("--earlier", default=0, show_default=True, help="Seed as of so many windows before the newest complete one.")
@click.option(
    "--database",
    "databases",
    multiple=True,
    envvar="HUB_SANDBOX_DATABASE",
    metavar="[sources=|front=]URL",
    help="A PostgreSQL or MariaDB server instead of files, for the business systems, the front-end databases, or both.",
)
def up_command(
    partners: tuple[str, ...],
    faults: tuple[str, ...],
    people: int | None,
    seed: int | None,
    earlier: int,
    databases: tuple[str, ...],
) -> None:
    """Seed the business systems, unless they are there, and start the partners in the background.

    --database postgresql://user@host:5432 (or mysql+pymysql://...) makes databases named hub_sandbox_... on that server and
    touches no other; `hub sandbox down --drop` removes them. An address with a password is better said in HUB_SANDBOX_DATABASE.
    """
    from hub.sandbox.databases import SOURCES, made
    from hub.sandbox.rehearsal import SEED, shift, start
    from hub.sandbox.world.fill import DEMO_PEOPLE

    root = find_root()
    running = start(
        root,
        state_folder(root),
        upper=shift(datetime.now(_ZONE), earlier),
        seed=SEED if seed is None else seed,
        people=people or DEMO_PEOPLE,
        faults=faults,
        partners=partners or None,
        databases=databases,
    )
    for database in made(state_folder(root)):
        if database.what == SOURCES:
            click.echo(f"{'business systems':20} {database.address}")
    for name, address in running.partners.items():
        click.echo(f"{name:20} {address}")
    click.echo("next: hub run")


@command.command("advance")
@click.option(
    "--at", type=click.DateTime(["%Y-%m-%d %H:%M", "%Y-%m-%d %H:%M:%S"]), help="When the changes are saved (local time)."
)
@json_option
def advance_command(at: datetime | None, as_json: bool) -> None:
    """Let business happen: new, changed, deleted and repaired rows."""
    from hub.sandbox.rehearsal import step

    root = find_root()
    moment, truth = step(root, state_folder(root), datetime.now(_ZONE).replace(tzinfo=None), at)
    if as_json:
        click.echo(as_json_text({"at": moment, "truth": truth.as_json()}))
        return
    changed = sum(tally.source + tally.absent for tally in truth.tables.values())
    click.echo(f"{changed:,} rows changed, saved at {moment:%Y-%m-%d %H:%M:%S}; the window that holds this time sees them")


@command.command("status")
@json_option
@click.pass_context
def status_command(context: click.Context, as_json: bool) -> None:
    """Whether the sandbox runs, where its partners are, and which faults they play. Exit code 1 if it does not run."""
    from hub.sandbox.server import status

    running = status(state_folder(find_root()))
    if running is None:
        click.echo("null" if as_json else "The sandbox does not run; next: hub sandbox up")
        context.exit(1)
    if as_json:
        click.echo(as_json_text(running))
    else:
        emit(
            [{"partner": name, "address": address} for name, address in running.partners.items()],
            ("partner", "address"),
            as_json=False,
        )
        click.echo(f"faults: {', '.join(running.faults) or 'none'}")


@command.command("faults")
@json_option
def faults_command(as_json: bool) -> None:
    """The faults that partners can be told to play."""
    from hub.sandbox.faults import KINDS

    rows = [{"fault": kind.name, "what": kind.title, "systems": ", ".join(sorted(kind.systems))} for kind in KINDS.values()]
    emit(rows, ("fault", "what", "systems"), as_json=as_json)


@command.command("down")
@click.option("--drop", "drop", is_flag=True, help="Also drop the databases that `up --database` made on a server, and no other.")
def down_command(drop: bool) -> None:
    """End the partners; business systems and what the partners received stay."""
    from hub.sandbox.server import down

    state = state_folder(find_root())
    click.echo("The sandbox has ended." if down(state) else "The sandbox did not run.")
    if drop:
        from hub.sandbox.rehearsal import end

        dropped = end(state)
        for database in dropped:
            click.echo(f"dropped {database.address}")
        if not dropped:
            click.echo("It has no database on a server.")
