"""Takes a thing of the dictionary; gives the path of its page inside the site: ASCII, the same on every build. Pure."""

from hub.contract.model import Element, Standard, Table
from hub.dictionary.notes import Remark
from hub.plan import Partner

INDEX, PARTNERS, ABOUT = "index.html", "partners.html", "about.html"


def table(one: Table) -> str:
    """``jinmin/1.0.0/tables/marriage_registration.html``."""
    return f"{one.standard}/{one.version}/tables/{one.name}.html"


def release(standard: Standard, part: str) -> str:
    """``jinmin/1.0.0/elements.html``: the list of the elements (or codes) of a release."""
    return f"{standard.name}/{standard.version}/{part}.html"


def element(standard: Standard, one: Element) -> str:
    """``jinmin/1.0.0/elements/JMR00001.html``."""
    return f"{standard.name}/{standard.version}/elements/{one.id}.html"


def code_list(standard: Standard, remark: Remark) -> str:
    """``jinmin/1.0.0/codes/sex.html``."""
    return f"{standard.name}/{standard.version}/codes/{remark.page}.html"


def partner(one: Partner) -> str:
    """``partners/ministry.html``."""
    return f"partners/{one.name}.html"


def up(path: str) -> str:
    """From a page back to the root of the site: ``../../../`` or nothing."""
    return "../" * path.count("/")
