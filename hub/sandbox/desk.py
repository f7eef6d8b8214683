"""What a sandbox partner is to the process that hosts it: Desk (an open door), and Setting (all that a door needs to open)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from hub.plan import Partner
from hub.sandbox.faults import Injector
from hub.sandbox.receiver import Receiver


@dataclass(frozen=True, slots=True)
class Setting:
    """A partner about to open: its YAML, its back office, its faults, a folder of its own, the secret that callers must know.

    ``database``: the URL of the database that it keeps for its senders; empty: a file in its folder.
    """

    partner: Partner
    receiver: Receiver
    injector: Injector
    folder: Path
    secret: str
    database: str = ""

    def variable(self, setting: str) -> str:
        """The variable that the partner's YAML reads for one of its settings: HUB_PARTNER_CITY_PLATFORM_URL."""
        return f"HUB_PARTNER_{self.partner.name.upper()}_{setting.upper()}"


@dataclass(frozen=True, slots=True)
class Desk:
    """An open partner: where it is, what callers must know to reach it, and how to close it."""

    address: str
    environment: Mapping[str, str]
    close: Callable[[], None]
