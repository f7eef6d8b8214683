"""adapters/README.md is done as it is written: a new format is one file, and the conformance suite finds it."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BLOCK = re.compile(r"^```python (adapters/\S+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def test_the_format_of_the_walk_through_keeps_every_promise(tmp_path: Path) -> None:
    """The file as printed passes the conformance suite, and no other file had to be touched."""
    for name in ("adapters", "hub", "audit", "tests"):
        ignored = shutil.ignore_patterns("__pycache__", "contracts", "cases", "bench", "sandbox" if name == "tests" else "")
        shutil.copytree(ROOT / name, tmp_path / name, ignore=ignored)
    shutil.copyfile(ROOT / "pyproject.toml", tmp_path / "pyproject.toml")
    blocks = BLOCK.findall((ROOT / "adapters" / "README.md").read_text(encoding="utf-8"))
    assert [path for path, _ in blocks] == ["adapters/formats/arrow.py"]
    for path, code in blocks:
        (tmp_path / path).write_text(code, encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "tests/adapters/test_conformance.py", "-k", "arrow or format", "-p", "no:xdist"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-3000:]
    count = re.search(r"(\d+) passed", done.stdout)
    assert count is not None
    listing = subprocess.run([*command, "--collect-only"], cwd=tmp_path, capture_output=True, text=True, check=True).stdout
    assert listing.count("[arrow]") + listing.count("arrow-") + listing.count("-arrow]") >= 6


def test_every_file_that_the_readme_names_is_there() -> None:
    """Links in adapters/README.md lead somewhere."""
    text = (ROOT / "adapters" / "README.md").read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)#]+)\)", text):
        assert (ROOT / "adapters" / target).exists(), target
