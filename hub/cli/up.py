"""`hub up`: Dagster's UI and daemon on loopback; with --sandbox the business systems and partners are played beside it."""

from datetime import datetime
from zoneinfo import ZoneInfo

import click

from hub.root import find_root, state_folder


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Dagster has no login: put a proxy in front of any other.")
@click.option("--port", default=3000, show_default=True, type=click.IntRange(1, 65535))
@click.option("--sandbox", is_flag=True, help="Play the partners and business systems too, unless they run already.")
@click.pass_context
def command(context: click.Context, host: str, port: int, sandbox: bool) -> None:
    """Run Dagster's UI and daemon; the schedules are switched on."""
    from hub.orchestrate.home import serve  # Dagster takes a second to import; --help need not pay it

    root = find_root()
    state = state_folder(root)
    if sandbox:
        from hub.sandbox.rehearsal import ensure, shift

        ensure(root, state, shift(datetime.now(ZoneInfo("Asia/Shanghai")), 0))
    click.echo(f"Dagster's UI: http://{host}:{port}   (Ctrl-C ends it)")
    context.exit(serve(root, state, host, port))
