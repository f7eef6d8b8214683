"""Takes number columns, gives their text digit by digit: Arrow alone would write a small decimal as 1E-7, a zero as 0E-9."""

import pyarrow as pa

_PLAIN_SCALE = 6  # up to here Arrow writes no exponent


def plain(column: pa.Array) -> pa.Array:
    """The values as text, numbers with all the decimal places of their type and no exponent."""
    if not _small(column.type):
        return column.cast(pa.string())
    return pa.array([None if value is None else f"{value:f}" for value in column.to_pylist()], pa.string())


def written(rows: pa.RecordBatch) -> pa.RecordBatch:
    """The rows, with those columns as text of which Arrow may write a number with an exponent."""
    columns = [plain(column) if _small(column.type) else column for column in rows.columns]
    return pa.RecordBatch.from_arrays(columns, names=rows.schema.names)


def _small(type: pa.DataType) -> bool:
    return bool(pa.types.is_decimal(type)) and type.scale > _PLAIN_SCALE
