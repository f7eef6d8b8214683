"""Takes a root and a state folder, seeds the business systems and opens the partners in this process; alone knows who plays whom.

A partner is played by its transport: ``sql`` by the ministry's front-end database, ``http`` by a platform, ``sftp`` by a bank. So
a new partner file is played at once, if its secrets are named HUB_PARTNER_<NAME>_<SETTING>.
"""

import secrets
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from datetime import datetime
from pathlib import Path

from hub.contract.model import Table
from hub.interface import ConfigurationError
from hub.load import load
from hub.plan import Partner
from hub.problem import Problems, nearest
from hub.repository import Repository
from hub.sandbox import faults
from hub.sandbox.bank import open_bank
from hub.sandbox.desk import Desk, Setting
from hub.sandbox.environment import merge
from hub.sandbox.ledger import Ledger
from hub.sandbox.ministry import open_ministry
from hub.sandbox.platform import open_platform
from hub.sandbox.receiver import Reason, Receiver, Refusals
from hub.sandbox.server import Settings
from hub.sandbox.truth import write
from hub.sandbox.world.fill import fill
from hub.sandbox.world.script import scripts

PLAYERS: Mapping[str, Callable[[Setting], Desk]] = {"sql": open_ministry, "http": open_platform, "sftp": open_bank}
_REASONS = {
    "sql": (Reason("登记机关代码", "unknown-office", "登记机关未在部级机构库登记"),),
    "http": (Reason("实施编码", "unknown-item", "事项实施编码不在事项库内"),),
    "sftp": (Reason("账号", "account-closed", "账户已销户"),),
}


@contextmanager
def play(settings: Settings) -> Iterator[Mapping[str, str]]:
    """Everything on: partner -> address. The variables that the YAML files read stand in ``<state>/env``.

    Raises ConfigurationError (an unknown partner or fault, a mistake in a YAML file).
    """
    repository, problems = load(Path(settings.root))
    errors = [problem for problem in problems if problem.severity == "error"]
    if errors:
        raise Problems(errors)
    partners = _chosen(repository.partners, settings.partners)
    struck = faults.parse(settings.faults, {name: partner.system for name, partner in partners.items()})
    folder = Path(settings.state) / "sandbox"
    environment = _seeded(settings, repository, folder)
    with ExitStack() as stack:
        addresses: dict[str, str] = {}
        for name, partner in partners.items():
            setting = _setting(settings, repository, partner, folder / name, struck)
            stack.callback(setting.receiver.ledger.close)
            desk = PLAYERS[partner.system](setting)
            stack.callback(desk.close)
            environment |= desk.environment
            addresses[name] = desk.address
        merge(Path(settings.state) / "env", environment)
        yield addresses


def ledger(state: Path, partner: str) -> Ledger:
    """What a sandbox partner has received; also while it runs."""
    return Ledger(state / "sandbox" / partner / "ledger.db")


def _chosen(known: Mapping[str, Partner], wanted: tuple[str, ...] | None) -> dict[str, Partner]:
    possible = {name: partner for name, partner in known.items() if partner.system in PLAYERS}
    for name in wanted or ():
        if name not in known:
            raise ConfigurationError(f"adapters/partners has no '{name}'; {nearest(name, possible)}")
        if name not in possible:
            raise ConfigurationError(
                f"the sandbox cannot play '{name}', which is reached by {known[name].system}; it plays: {', '.join(PLAYERS)}"
            )
    return possible if wanted is None else {name: possible[name] for name in wanted}


def _seeded(settings: Settings, repository: Repository, folder: Path) -> dict[str, str]:
    """The business systems' addresses; they are filled when they are not there yet."""
    urls = {name: settings.sources or f"sqlite:///{folder.resolve() / f'{name}.db'}" for name in repository.sources}
    truth = folder / "truth.json"
    if not truth.exists():  # written last: a seed cut short is done again
        upper = datetime.fromisoformat(settings.upper)
        write(fill(scripts(repository), urls, settings.seed, settings.people, upper), truth)
    return {f"HUB_SOURCE_{name.upper()}_URL": url for name, url in urls.items()}


def _setting(
    settings: Settings, repository: Repository, partner: Partner, folder: Path, struck: tuple[faults.Fault, ...]
) -> Setting:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    receiver = Receiver(
        Ledger(folder / "ledger.db"),
        _tables(repository, partner),
        datetime.now,
        envelope=partner.envelope,
        refusals=Refusals(settings.seed, settings.refuse, _REASONS[partner.system]),
    )
    injector = faults.Injector(partner.name, struck, settings.seed)
    return Setting(partner, receiver, injector, folder, secrets.token_urlsafe(24), settings.databases.get(partner.name, ""))


def _tables(repository: Repository, partner: Partner) -> dict[str, Table]:
    """The tables that the partner expects, in the release that its schedules name."""
    tables: dict[str, Table] = {}
    for schedule in repository.schedules.values():
        if schedule.partner == partner.name:
            release = repository.standards[f"{schedule.standard}@{schedule.version}"]
            tables |= {name: release.tables[name] for name in schedule.tables}
    return tables
