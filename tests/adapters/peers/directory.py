"""A folder that nobody empties: the peer of adapters/systems/directory.py."""

from contextlib import contextmanager
from types import SimpleNamespace

VARIANTS = ("plain", "ok_file")


@contextmanager
def opened(variant, request):
    """A folder of its own."""
    folder = request.getfixturevalue("tmp_path") / "in"
    folder.mkdir()
    suffixes = ("", ".ok") if variant == "ok_file" else ("",)

    def effects(part):
        names = [path.name for path in folder.iterdir()]
        assert sorted(names) == sorted(f"{part.file_name}{suffix}" for suffix in suffixes)[: len(names)]
        return len(names) // len(suffixes)

    yield SimpleNamespace(
        settings={"folder": str(folder), "ok_file": variant == "ok_file"},
        effects=effects,
        answer=lambda part: None,
        down={"folder": str(folder / "nowhere")},
        secrets=(),
    )
