"""DuckDB, which may read and write the given files and nothing else."""

from __future__ import annotations

import os
from collections.abc import Sequence

import duckdb

MEMORY = "1GB"
"""Memory of one query. The kernel's limit for the process is above it."""
THREADS = 4


def connect(paths: Sequence[str]) -> duckdb.DuckDBPyConnection:
    """A database in memory. No statement can reach other files or the network, load extensions, or lift these
    limits.
    """
    connection = duckdb.connect(":memory:")
    allowed = ", ".join(literal(path) for path in paths)
    for setting in (
        f"memory_limit = '{MEMORY}'",
        f"threads = {min(THREADS, os.cpu_count() or 1)}",
        "temp_directory = ''",
        "autoinstall_known_extensions = false",
        "autoload_known_extensions = false",
        "preserve_insertion_order = true",
        f"allowed_paths = [{allowed}]",
        "enable_external_access = false",
        "lock_configuration = true",
    ):
        connection.execute(f"SET {setting}")
    return connection


def literal(text: str) -> str:
    """The text as a literal of SQL."""
    quoted = text.replace("'", "''")
    return f"'{quoted}'"


def identifier(name: str) -> str:
    """The name of a column in SQL."""
    quoted = name.replace('"', '""')
    return f'"{quoted}"'


PARQUET = (
    "(FORMAT parquet, COMPRESSION uncompressed, ROW_GROUP_SIZE 40960, DICTIONARY_SIZE_LIMIT 1000, "
    "USE_TMP_FILE false)"
)
"""Uncompressed, so that a search of the files for deleted text sees the values."""
