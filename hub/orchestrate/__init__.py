"""Dagster runs the exchanges: assets, checks, partitions, schedules, sensors. The account, not Dagster, holds the truth."""
