"""Takes a source URL, a target (ndjson, csv, postgresql), its place, a work folder; copies t_registration with dlt.

It runs in the peers' environment. dlt's own fast road is taken: rows as Arrow (``backend="pyarrow"``) where it can write
them, files without compression, COPY of CSV into PostgreSQL.
"""

import sys

import dlt
from dlt.destinations import filesystem, postgres
from dlt.sources.sql_database import sql_table
from sqlalchemy import make_url

FORMATS = {"ndjson": "jsonl", "csv": "csv", "postgresql": "csv"}


def main(source: str, target: str, place: str, work: str) -> None:
    """Extract, normalise and load, as one pipeline run."""
    dlt.config["data_writer.disable_compression"] = True
    rows = sql_table(
        credentials=source.replace("postgresql://", "postgresql+psycopg2://"),
        table="t_registration",
        backend="sqlalchemy" if target == "ndjson" else "pyarrow",  # dlt writes Arrow as CSV and Parquet, not as JSON
        chunk_size=50_000,
        reflection_level="full",
    )
    destination = postgres(credentials=with_password(place)) if target == "postgresql" else filesystem(bucket_url=place)
    pipeline = dlt.pipeline("bench", destination=destination, dataset_name="bench", pipelines_dir=work)
    pipeline.run(rows, loader_file_format=FORMATS[target], write_disposition="replace").raise_on_failed_jobs()


def with_password(place: str) -> str:
    """dlt asks for one even where the server does not."""
    url = make_url(place)
    return url.set(password=url.password or "none").render_as_string(hide_password=False)


if __name__ == "__main__":
    main(*sys.argv[1:])
