"""The store in a file."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest

from ragapp.cache_stores.sqlite import SqliteCacheStore
from ragapp.errors import StorageError
from ragapp.testing.cache_stores import MAX_ENTRIES, Clock, Open, put_entries
from tests.contract.cache_store.library import PATIENT
from tests.processes import FORKED


def test_a_claim_ends_even_if_the_clock_was_set_back(open_file: Open, clock: Clock) -> None:
    with closing(open_file()) as store:
        assert store.claim("q", "me", 60)
        clock.now -= 3600
        assert store.claim("q", "you", 60)
        assert not store.claim("q", "me", 60)


def test_files_of_earlier_versions_are_removed(tmp_path: Path, open_file: Open) -> None:
    for name in ("answers-1.db", "answers-2.db-wal", "answers-99.db"):
        (tmp_path / name).touch()
    with closing(open_file()) as store:
        assert (tmp_path / "answers-99.db").exists()
        assert not (tmp_path / "answers-1.db").exists()
        assert not (tmp_path / "answers-2.db-wal").exists()
        assert Path(store.name).exists()


def test_one_of_many_processes_gets_the_claim(open_file: Open, tmp_path: Path) -> None:
    open_file().close()
    with FORKED.Pool(4) as pool:
        won = pool.starmap(_claims, [(tmp_path, str(number)) for number in range(8)])
    assert won.count(True) == 1


def _claims(folder: Path, owner: str) -> bool:
    with closing(SqliteCacheStore(folder, MAX_ENTRIES, PATIENT)) as store:
        return store.claim("q", owner, 60)


def test_a_damaged_file_is_replaced(open_file: Open, clock: Clock) -> None:
    with closing(open_file()) as store:
        put_entries(store, clock, "a")
        path = Path(store.name)
    for file in path.parent.iterdir():
        file.write_bytes(b"This is no database. " * 500)
    with closing(open_file()) as store:
        assert store.get("a") is None
        put_entries(store, clock, "b")
        assert store.get("b") is not None


def test_a_damaged_file_that_cannot_be_removed_is_an_error(open_file: Open, tmp_path: Path) -> None:
    with closing(open_file()) as store:
        path = Path(store.name)
    path.write_bytes(b"This is no database. " * 500)
    path.with_name(f"{path.name}-wal").mkdir()
    with pytest.raises(StorageError, match="cannot be opened"):
        open_file()
