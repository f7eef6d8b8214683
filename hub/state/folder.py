"""Takes the root of the state folder, gives its subfolders; the only place that knows their names.

=============  ======================================================================================
spool/         payloads, sidecars and staged rows of the windows, ``<partner>/<table>/<window>/``
ledger/        what each partner has, as Parquet: ``<partner>/<table>/``
receipts/      the partners' answers, verbatim: ``<partner>/<table>/<part id>-<digest>``
log/           the exchange log as static files (audit)
keys/          private keys
secrets/       values of ``${file:NAME}``
sandbox/       business systems and partners of the rehearsal
dagster/       DAGSTER_HOME
state.db       the state database, unless HUB_DATABASE_URL names another
env            values of ``${env:NAME}``, lines KEY=VALUE
=============  ======================================================================================

Everything in it belongs to the hub's account alone (mode 700): payloads and quarantine are personal data.
"""

from dataclasses import dataclass
from pathlib import Path

_FOLDERS = ("spool", "ledger", "receipts", "log", "keys", "secrets", "sandbox", "dagster")


@dataclass(frozen=True, slots=True)
class Folder:
    """The state folder; paths in the state database are relative to ``root``, so that it can be moved as a whole."""

    root: Path

    @property
    def spool(self) -> Path:
        """Payloads, sidecars and staged rows."""
        return self.root / "spool"

    @property
    def ledger(self) -> Path:
        """What each partner has."""
        return self.root / "ledger"

    @property
    def receipts(self) -> Path:
        """The partners' answers."""
        return self.root / "receipts"

    @property
    def log(self) -> Path:
        """The exchange log."""
        return self.root / "log"

    @property
    def keys(self) -> Path:
        """Private keys."""
        return self.root / "keys"

    @property
    def secrets(self) -> Path:
        """Values of ``${file:NAME}``."""
        return self.root / "secrets"

    @property
    def sandbox(self) -> Path:
        """Business systems and partners of the rehearsal."""
        return self.root / "sandbox"

    @property
    def dagster(self) -> Path:
        """DAGSTER_HOME."""
        return self.root / "dagster"

    @property
    def database(self) -> Path:
        """The embedded state database."""
        return self.root / "state.db"

    def absolute(self, relative: str) -> Path:
        """A path as the state database keeps it, on this machine."""
        return self.root / relative

    def relative(self, path: Path) -> str:
        """A path of the state folder, as the state database keeps it."""
        return path.relative_to(self.root).as_posix()


def prepare(root: Path) -> Folder:
    """Make the folders that are missing, closed to other accounts."""
    root.mkdir(mode=0o700, parents=True, exist_ok=True)
    for name in _FOLDERS:
        (root / name).mkdir(mode=0o700, exist_ok=True)
    return Folder(root.resolve())
