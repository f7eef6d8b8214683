"""`python -m hub.sandbox.world`: the tool with which a story is tried."""

import os
import subprocess
import sys
from pathlib import Path

from hub.repository import Repository


def tried(root: Path, stories: Path, *more: str) -> subprocess.CompletedProcess[str]:
    """Run the tool."""
    command = [sys.executable, "-m", "hub.sandbox.world", "local", "--stories", str(stories), *more]
    return subprocess.run(command, env=os.environ | {"HUB_ROOT": str(root)}, capture_output=True, text=True, check=False)


def test_a_story_is_ok_or_wrong(small: Repository, micro: object, tmp_path: Path) -> None:
    """Rows, refused and planted of each table in two windows; a defect that breaks something else is shown with examples."""
    good = tried(small.root, tmp_path)
    assert good.returncode == 0, good.stdout + good.stderr
    assert good.stdout.count("OK    person") == 2
    assert "0 WRONG" in good.stdout
    plan = tmp_path / "local.yaml"
    plan.write_text(plan.read_text(encoding="utf-8").replace("{person: unmapped}", "{person: code}"), encoding="utf-8")
    bad = tried(small.root, tmp_path, "--defects", "0.3")
    assert bad.returncode == 1
    assert "WRONG person" in bad.stdout
    assert "mz_dm: unmapped" in bad.stdout
