"""The engine that queries data files."""

from __future__ import annotations

from collections.abc import Sequence
from typing import BinaryIO, Protocol

from ragapp.types import ResultColumn, TablePlan, TableResult, TableValue


class TableEngine(Protocol):
    """Queries tables that are stored as Parquet files. Safe for many threads.

    Methods raise UsageError when the work exceeds its limits of memory and time, and StorageError.
    """

    def query(self, data: BinaryIO, columns: Sequence[ResultColumn], plan: TablePlan) -> TableResult:
        """The result of a checked plan over the Parquet file `data`, which has these columns."""

    def csv(self, data: BinaryIO, columns: Sequence[ResultColumn]) -> bytes:
        """All rows of the Parquet file as CSV in UTF-8."""

    def parquet(self, columns: Sequence[ResultColumn], rows: Sequence[Sequence[TableValue]]) -> bytes:
        """The rows as a Parquet file."""

    def close(self) -> None: ...
