"""Local codes become standard codes column by column."""

import pyarrow as pa

from hub.kernel.walk import Walks
from hub.plan import Walk


def test_columns_are_added_behind_the_others() -> None:
    """A code without a pair is null, and so is no code."""
    batch = pa.RecordBatch.from_arrays([pa.array(["A", None, "X", "B"])], ["r.zt"])
    made = Walks({"c:zt": Walk("r.zt", (("A", "1"), ("B", "2")))}).follow(batch)
    assert made.to_pydict() == {"r.zt": ["A", None, "X", "B"], "c:zt": ["1", None, None, "2"]}


def test_nothing_to_follow_is_the_same_batch() -> None:
    """No copy is made."""
    batch = pa.RecordBatch.from_arrays([pa.array(["A"])], ["r.zt"])
    assert Walks({}).follow(batch) is batch
