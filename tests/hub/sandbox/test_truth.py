"""The truth of a window: an account that balances, and a file that gives it back."""

from collections import Counter
from pathlib import Path

from hub.sandbox.truth import Tally, Truth, read, write


def test_delivered_is_what_is_left() -> None:
    """source + absent = delivered + unchanged + rejected."""
    tally = Tally(source=10, absent=2, unchanged=3, kinds=Counter({"too-long": 1, "duplicate-key": 2}))
    assert (tally.rejected, tally.delivered) == (3, 6)


def test_a_truth_comes_back_from_its_file(tmp_path: Path) -> None:
    """Written and read, it is the same."""
    truth = Truth({"b": Tally(5, 1, 2, Counter({"x": 1}), Counter({"rule": 1}), Counter({"w": 3})), "a": Tally()})
    write(truth, tmp_path / "truth.json")
    assert read(tmp_path / "truth.json") == truth


def test_a_table_never_mentioned_is_empty() -> None:
    """Asking for it makes it."""
    assert Truth({}).tally("marriage_office") == Tally()
