"""SQLite has one writer at a time. The others wait, but neither block readers nor wait forever."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import Engine, QueuePool, event, text

from ragapp.errors import StorageUnavailable
from ragapp.store.engine import WRITE, open_engine

BY_DEFAULT = 15
"""The default number of connections of SQLAlchemy."""
WAITING = 20


@pytest.fixture
def engine(tmp_path: Path) -> Engine:
    return open_engine(f"sqlite:///{tmp_path / 'ragapp.db'}")


@contextmanager
def _writing(engine: Engine) -> Iterator[None]:
    with engine.execution_options(**WRITE).begin():
        yield


def test_waiting_writers_do_not_block_readers(engine: Engine) -> None:
    assert isinstance(engine.pool, QueuePool)

    def write() -> None:
        with _writing(engine):
            pass

    with ThreadPoolExecutor(WAITING) as pool:
        with _writing(engine):
            waiting = [pool.submit(write) for _ in range(WAITING)]
            while engine.pool.checkedout() < BY_DEFAULT:
                time.sleep(0.01)
            with engine.begin() as c:
                assert c.execute(text("SELECT 1")).scalar_one() == 1
        for one in waiting:
            one.result()


def test_a_writer_that_waited_too_long_is_asked_to_retry(engine: Engine) -> None:
    event.listen(engine, "connect", lambda c, _: c.execute("PRAGMA busy_timeout = 1"))
    with _writing(engine), pytest.raises(StorageUnavailable, match="Try again"), _writing(engine):
        pass
