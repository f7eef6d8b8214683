"""Takes an empty folder; makes it a root in which jinmin/1.0.0 and a made-up jinmin/1.1.0 stand side by side.

python tests/cases/evolution/build.py /tmp/evolution
"""

import shutil
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
REPOSITORY = HERE.parents[2]
TABLES = ("marriage_office", "marriage_registrar", "marriage_registration", "blank_certificate_stock")

CHANGES = {  # the way: the file, a line of it by its beginning, what in that line, what instead
    "optional field added, another removed": (
        "tables/marriage/marriage_office.yaml", "  slrq:", "slrq:      {element: 业务日期, title: 设立日期}",
        "fwsj:      {element: 时段, title: 服务时间}",
    ),
    "required field added": (
        "tables/marriage/marriage_registration.yaml", "  djzt_dm:", "  djzt_dm:",
        "  djqd_dm:        {element: 预约渠道代码, title: 登记渠道代码, required: true}\n  djzt_dm:",
    ),
    "field renamed": ("tables/marriage/marriage_registrar.yaml", "  zgzsbh:", "zgzsbh:", "zgzsh:"),
    "key changed": ("tables/marriage/marriage_registrar.yaml", "key:", "djy_bh", "zjhm"),
    "rule added": (
        "tables/marriage/blank_certificate_stock.yaml", "rules:", "rules:",
        "rules:\n  - {name: 一次领用不超过一百张, sql: lysl <= 100, severity: error}",
    ),
    "format narrowed": ("elements/marriage.yaml", "证件印制号:", "an..20", "an..12"),
    "format widened": ("elements/common.yaml", "姓名:", "c..50", "c..100"),
    "level raised": ("elements/marriage.yaml", "婚姻证字号:", "level: 重要", "level: 敏感"),
    "version": ("standard.yaml", "version:", "1.0.0", "1.1.0"),
    "day": ("standard.yaml", "effective_from:", "2026-01-01", "2027-01-01"),
}  # fmt: skip
"""Two more ways are whole files beside this one: a code added, a code ended on a day."""


def build(root: Path) -> Path:
    """The root, which must not exist or be empty."""
    release = root / "contracts" / "jinmin" / "1.0.0"
    real = REPOSITORY / "contracts" / "jinmin" / "1.0.0"
    _vocabulary(real, release)
    shutil.copy(real / "standard.yaml", release)
    (release / "tables" / "marriage").mkdir(parents=True)
    for table in TABLES:
        shutil.copy(real / "tables" / "marriage" / f"{table}.yaml", release / "tables" / "marriage")
    shutil.copytree(release, root / "contracts" / "jinmin" / "1.1.0")
    for file, line, old, new in CHANGES.values():
        _change(root / "contracts" / "jinmin" / "1.1.0" / file, line, old, new)
    _mappings(root)
    for room in ("contracts", "adapters", "schedules", "mappings"):
        shutil.copytree(HERE / room, root / room, dirs_exist_ok=True)
    shutil.copy(REPOSITORY / "dagster.yaml", root)
    return root


def _vocabulary(real: Path, release: Path) -> None:
    """The elements that the tables share, and the code lists of these."""
    for part in ("elements", "codes"):
        (release / part).mkdir(parents=True)
    used = ""
    for name in ("common", "marriage"):
        used += Path(shutil.copy(real / "elements" / f"{name}.yaml", release / "elements")).read_text(encoding="utf-8")
    for line in (real / "codes" / "index.yaml").read_text(encoding="utf-8").splitlines(keepends=True):
        if f"codes: {line.partition(': ')[0].rstrip(':')}," in used:
            with (release / "codes" / "index.yaml").open("a", encoding="utf-8") as index:
                index.write(line)
            shutil.copy(real / "codes" / line.partition("file: ")[2].partition(",")[0], release / "codes")


def _mappings(root: Path) -> None:
    """The real mappings of the tables, with the source and the crosswalks that they use."""
    for folder in ("mappings/marriage", "mappings/crosswalks", "adapters/sources"):
        (root / folder).mkdir(parents=True)
    shutil.copy(REPOSITORY / "adapters" / "sources" / "marriage.yaml", root / "adapters" / "sources")
    for table in TABLES:
        shutil.copy(REPOSITORY / "mappings" / "marriage" / f"{table}.yaml", root / "mappings" / "marriage")
    for path in (REPOSITORY / "mappings" / "crosswalks").glob("marriage_*.csv"):
        shutil.copy(path, root / "mappings" / "crosswalks")


def _change(path: Path, beginning: str, old: str, new: str) -> None:
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    found = [number for number, line in enumerate(lines) if line.startswith(beginning) and old in line]
    assert len(found) == 1, f"{path.name}: {len(found)} lines begin with {beginning!r} and hold {old!r}"
    lines[found[0]] = lines[found[0]].replace(old, new)
    path.write_text("".join(lines), encoding="utf-8")


if __name__ == "__main__":
    sys.stdout.write(f"{build(Path(sys.argv[1]))}\n")
