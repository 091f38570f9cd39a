"""Deleted rows leave the log of an SQLite database while it is in use."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from ragapp.files.sqlite_wal import SECURE_DELETE, LogEmptier
from tests.searching import files_with

CANARY = "canary-7f3a91"


@pytest.fixture
def database(tmp_path: Path) -> Path:
    return tmp_path / "some.db"


@pytest.fixture
def writer(database: Path) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(database, isolation_level=None)) as db:
        db.executescript(f"PRAGMA journal_mode = WAL; {SECURE_DELETE}; CREATE TABLE texts (text)")
        db.executemany("INSERT INTO texts VALUES (?)", [(f"{CANARY} {n} " + "x" * 3000,) for n in range(50)])
        yield db


def held(database: Path) -> bool:
    return bool(files_with(CANARY, database.parent))


def test_nothing_of_deleted_rows_is_left_while_the_database_is_open(
    database: Path, writer: sqlite3.Connection
) -> None:
    assert held(database)
    writer.execute("DELETE FROM texts")
    assert held(database)  # in the log: this is why it is emptied
    assert LogEmptier(database).empty()
    assert not held(database)


def test_who_still_reads_an_older_state_is_waited_for(database: Path, writer: sqlite3.Connection) -> None:
    emptier = LogEmptier(database)
    with closing(sqlite3.connect(database, isolation_level=None)) as reader:
        reader.execute("BEGIN")
        assert reader.execute("SELECT count(*) FROM texts").fetchone() == (50,)
        writer.execute("DELETE FROM texts")
        assert not emptier.empty()
        emptier.empty_soon()
        assert reader.execute("SELECT count(*) FROM texts").fetchone() == (50,)
        reader.execute("COMMIT")
        while held(database):  # the test's timeout is the limit
            time.sleep(0.02)
    emptier.close()


def test_closing_tries_once_more(database: Path, writer: sqlite3.Connection) -> None:
    emptier = LogEmptier(database)
    writer.execute("DELETE FROM texts")
    emptier.empty_soon()
    emptier.close()
    assert not held(database)
