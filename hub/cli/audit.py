"""`hub audit`: verifies a log folder offline, lists its entries, and writes proofs that need no hub to be checked."""

from dataclasses import replace
from pathlib import Path

import click

from audit.checkpoint import FILE, VKEY
from audit.error import LogError
from audit.prove import head, prove_consistency, prove_inclusion
from audit.report import entries
from audit.verdict import Verdict
from audit.verify import verify
from hub.cli import desk
from hub.cli.output import as_json_text, emit, json_option, plain
from hub.interface import DataError
from hub.root import find_root, state_folder

log_option = click.option(
    "--log", type=click.Path(exists=True, file_okay=False, path_type=Path), help="A log folder or a copy of one; default: ours."
)
_OWN_KEY = "the key is the one in the folder: who replaced both log and key is found only with --key, the key you were given"


@click.group()
def command() -> None:
    """The exchange log: verify, show, proof."""


@command.command("verify")
@log_option
@click.option("--key", help="The verifier key you were given; default: the one in the folder, which proves less.")
@click.option("--older", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="A checkpoint kept from earlier.")
@json_option
@click.pass_context
def verify_command(context: click.Context, log: Path | None, key: str | None, older: Path | None, as_json: bool) -> None:
    """Recompute every hash and signature of a log; reads files only. Exit code 1 if anything is wrong."""
    folder = log or _own()
    if log is None and not any((folder / name).exists() for name in (FILE, VKEY)):  # one without its key is damaged, not new
        raise DataError("there is no log yet: what was recorded is sealed at the end of `hub run`")
    try:
        verdict = verify(folder, key or _shown(folder), older=older.read_bytes() if older else None)
    except (LogError, OSError) as error:
        raise DataError(f"{folder}: this log cannot be verified: {error}") from None
    _tell(verdict if key else replace(verdict, notes=(*verdict.notes, _OWN_KEY)), as_json)
    context.exit(0 if verdict.ok else 1)


@command.command("show")
@log_option
@click.option("--window", help="Only this window, e.g. 2026-11-22-02:00.")
@click.option("--exchange", help="Only this exchange, e.g. ministry/marriage_registration.")
@click.option("--part", help="Only the part with this id.")
@click.option("--kind", help="Only this kind of entry, e.g. window.closed.")
@json_option
def show_command(
    log: Path | None, window: str | None, exchange: str | None, part: str | None, kind: str | None, as_json: bool
) -> None:
    """List sealed entries, oldest first."""
    try:
        found = [plain(entry) for entry in entries(log or _own(), window=window, exchange=exchange, part=part, kind=kind)]
    except LogError as error:
        raise DataError(f"the log cannot be read: {error}; next: hub audit verify") from None
    for entry in found:
        entry["what"] = ", ".join(f"{key} {value}" for key, value in entry["body"].items() if value is not None)
    emit(found, ("index", "at", "kind", "what"), as_json=as_json, empty="No such entry.")


@command.command("proof")
@log_option
@click.argument("index", type=int)
@click.option(
    "--from-size", "consistency", is_flag=True, help="INDEX is the size of an older checkpoint: prove that it was extended."
)
def proof_command(log: Path | None, index: int, consistency: bool) -> None:
    """Print the proof that entry INDEX stands in the log (tlog-proof@v1), with its checkpoint."""
    folder = log or _own()
    try:
        click.echo(prove_consistency(folder, index) if consistency else prove_inclusion(folder, index), nl=False)
    except (LogError, ValueError, IndexError) as error:
        raise DataError(f"no proof of {index}: {error}") from None


@command.command("head")
@log_option
def head_command(log: Path | None) -> None:
    """Print the newest signed checkpoint; keep it elsewhere to prove later that nothing was taken back."""
    try:
        click.echo(head(log or _own()).note, nl=False)
    except LogError as error:
        raise DataError(f"the log has no head yet: {error}; `hub run` makes one") from None


@command.command("cross-check")
@json_option
@click.pass_context
def cross_check_command(context: click.Context, as_json: bool) -> None:
    """Compare accounts, receipts, payloads and log rows with the sealed log: has anybody changed one? Exit code 1 if so."""
    from hub.vouching import vouch  # SQLAlchemy: a reviewer's copy needs none

    try:
        verdict = vouch(desk.state())
    except LogError as error:
        raise DataError(f"the log cannot be read: {error}; next: hub audit verify") from None
    _tell(verdict, as_json)
    context.exit(0 if verdict.ok else 1)


@command.command("evidence")
@click.argument("part")
@click.option(
    "--to", "target", type=click.Path(dir_okay=False, path_type=Path), help="Write it here; default: <part>.evidence.json."
)
def evidence_command(part: str, target: Path | None) -> None:
    """Write one file that proves what the log says of PART; `python audit/check_evidence.py FILE` checks it anywhere."""
    from audit.evidence import evidence

    folder = _own()
    receipts = {f"receipt-{path.name}": path.read_bytes() for path in sorted(folder.parent.glob(f"receipts/*/*/{part}-*"))}
    try:
        made = evidence(folder, part, (folder / VKEY).read_text().strip(), receipts)
    except (LogError, LookupError) as error:
        raise DataError(f"no evidence for {part}: {error}") from None
    path = target or Path(f"{part[:16]}.evidence.json")
    path.write_bytes(made)
    click.echo(f"{path}: {len(made):,} bytes, {len(receipts)} receipts")


def _tell(verdict: Verdict, as_json: bool) -> None:
    size = verdict.checkpoint.size if verdict.checkpoint else None
    if as_json:
        told = {"ok": verdict.ok, "size": size, "entries": verdict.entries, "counts": verdict.counts}
        click.echo(as_json_text(told | {"findings": verdict.findings, "notes": verdict.notes}))
        return
    for finding in verdict.findings:
        click.echo(str(finding))
    for code, count in verdict.counts.items():
        click.echo(f"{code}: {count:,} in all")
    for note in verdict.notes:
        click.echo(f"note: {note}")
    click.echo(f"{'verified' if verdict.ok else 'NOT verified'}: {verdict.entries:,} entries")
    if verdict.checkpoint:
        click.echo(verdict.checkpoint.note.rstrip())


def _shown(folder: Path) -> str:
    """The key that the folder itself shows."""
    try:
        return (folder / VKEY).read_text().strip()
    except FileNotFoundError:
        raise DataError(f"{folder} shows no key: give the one you were given with --key") from None


def _own() -> Path:
    return state_folder(find_root()) / "log"
