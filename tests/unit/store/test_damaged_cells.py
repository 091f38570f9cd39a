"""What is no time in a cell for one is reported as damage."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import Column, DateTime, MetaData, Table, select, text

from ragapp.errors import StorageError
from ragapp.store.engine import open_engine

NOTES = Table("notes", MetaData(), Column("made_at", DateTime(timezone=True)))


@pytest.mark.parametrize("cell", ["'garbage'", "7", "x'00ff'", "''", "'2026-13-45 99:00:00'"])
def test_a_damaged_time_is_one_clear_message(tmp_path: Path, cell: str) -> None:
    engine = open_engine(f"sqlite:///{tmp_path / 'a.db'}")
    try:
        with engine.begin() as c:
            NOTES.create(c)
            c.execute(text(f"INSERT INTO notes VALUES ({cell})"))
        with engine.connect() as c, pytest.raises(StorageError, match="The database is damaged"):
            c.execute(select(NOTES)).all()
    finally:
        engine.dispose()
