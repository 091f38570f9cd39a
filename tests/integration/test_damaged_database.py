"""A database that was damaged: the doctor reports a failed check, every other command says what to do."""

from __future__ import annotations

import json
import os
import random
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import Engine, text
from typer.testing import CliRunner

from ragapp.cli.health import CHECK_FAILED
from ragapp.cli.program import app
from ragapp.errors import StorageError
from ragapp.store.engine import WRITE
from ragapp.store.file_blobs import BlobFolder
from ragapp.store.sql_store import SqlStore

Damage = Callable[[Path], None]


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with a document in it, all of whose database is in one file."""
    folder = tmp_path_factory.mktemp("whole")
    file = folder / "heron.md"
    file.write_text("\n\n".join(f"# Place {n}\n\nThe heron waits at place {n}." for n in range(300)))
    CliRunner().invoke(app, ["ingest", str(file), "--data-dir", str(folder)], catch_exceptions=False)
    with closing(sqlite3.connect(folder / "ragapp.db")) as c:
        c.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return folder


def overwritten(at: int, data: bytes) -> Damage:
    def damage(file: Path) -> None:
        with file.open("r+b") as stream:
            stream.seek(at)
            stream.write(data)

    return damage


def altered(*statements: str) -> Damage:
    def damage(file: Path) -> None:
        with closing(sqlite3.connect(file)) as c:
            for statement in ("PRAGMA foreign_keys = OFF", *statements):
                c.execute(statement)
            c.commit()

    return damage


def every_other_page(file: Path) -> None:
    for at in range(8192, file.stat().st_size, 8192):
        overwritten(at, random.Random(at).randbytes(4096))(file)


def shortened(numerator: int, denominator: int) -> Damage:
    return lambda file: os.truncate(file, file.stat().st_size * numerator // denominator)


OPENING = {
    "header": overwritten(0, bytes(100)),
    "size of pages": overwritten(16, b"\x03\x07"),
    "format": overwritten(44, b"\0\0\0\x63"),
    "page of the schema": overwritten(100, random.Random(1).randbytes(3900)),
    "cut off in the middle": shortened(1, 2),
    "cut off in a page": lambda file: os.truncate(file, file.stat().st_size // 3 + 77),
    "cut off in the header": lambda file: os.truncate(file, 50),
    "emptied": shortened(0, 1),
    "text": lambda file: file.write_text("not a database at all\n" * 300) and None,
    "archive": lambda file: file.write_bytes(b"PK\3\4" + bytes(5000)) and None,
    "no revision": altered("DROP TABLE alembic_version"),
}
READING = {
    "pages": every_other_page,
    "no chunks": altered("DROP TABLE chunks"),
    "no documents": altered("DROP TABLE documents"),
    "no vectors": altered("DROP TABLE vectors"),
    "no change log": altered("DROP TABLE changes"),
    "no revision number": altered("UPDATE collections SET revision = 'many'"),
}
UNNOTICED = {
    "no keys": altered("DROP TABLE keys"),
    "no answers": altered("DROP TABLE answers"),
    "no column": altered("ALTER TABLE answers DROP COLUMN answer"),
    "no JSON": altered("UPDATE versions SET seconds = '{\"parse'"),
    "no number": altered("UPDATE versions SET pages = 'many'"),
    "no time": altered("UPDATE versions SET accepted_at = 'yesterday'"),
}


def damaged(whole: Path, tmp_path: Path, damage: Damage) -> Path:
    folder = tmp_path / "data"
    shutil.copytree(whole, folder)
    damage(folder / "ragapp.db")
    return folder


@pytest.mark.parametrize("how", [*OPENING, *READING, *UNNOTICED])
def test_the_doctor_reports_a_failed_check(whole: Path, tmp_path: Path, how: str) -> None:
    folder = damaged(whole, tmp_path, (OPENING | READING | UNNOTICED)[how])
    repair = ["--repair"] if how == "pages" else []
    arguments = ["doctor", "--json", "--data-dir", str(folder), *repair]
    done = CliRunner().invoke(app, arguments, catch_exceptions=False)
    report = json.loads(done.stdout)
    assert (done.exit_code, report["ok"]) == (CHECK_FAILED, False)
    failed = [check["detail"] for check in report["checks"] if not check["ok"]]
    assert "ragapp restore" in failed[0]


@pytest.mark.parametrize("how", [*OPENING, *READING])
def test_other_commands_say_what_to_do(whole: Path, tmp_path: Path, how: str) -> None:
    folder = damaged(whole, tmp_path, (OPENING | READING)[how])
    for command in (["documents", "list"], ["search", "heron"]):
        done = CliRunner().invoke(app, [*command, "--data-dir", str(folder)])
        if how in OPENING or done.exit_code:
            assert isinstance(done.exception, StorageError)
            assert "ragapp restore" in str(done.exception)
            assert "\n" not in str(done.exception)


@pytest.mark.parametrize("how", ["header", "pages"])
def test_a_damaged_database_makes_no_backup(whole: Path, tmp_path: Path, how: str) -> None:
    folder = damaged(whole, tmp_path, (OPENING | READING)[how])
    done = CliRunner().invoke(app, ["backup", str(tmp_path / "copy.tar"), "--data-dir", str(folder)])
    assert isinstance(done.exception, StorageError)
    assert "damaged" in str(done.exception)
    assert not (tmp_path / "copy.tar").exists()


def test_a_vector_that_was_cut_off_is_reported(whole: Path, tmp_path: Path) -> None:
    folder = damaged(whole, tmp_path, altered("UPDATE vectors SET vector = substr(vector, 1, 6)"))
    shutil.rmtree(folder / "views", ignore_errors=True)  # so that the vectors are read again
    done = CliRunner().invoke(app, ["search", "heron", "--data-dir", str(folder)])
    assert isinstance(done.exception, StorageError)
    assert "a vector has another length" in str(done.exception)
    done = CliRunner().invoke(app, ["doctor", "--data-dir", str(folder)], catch_exceptions=False)
    assert done.exit_code == CHECK_FAILED


def test_a_file_in_place_of_the_indexes_is_named(whole: Path, tmp_path: Path) -> None:
    folder = damaged(whole, tmp_path, lambda file: None)
    shutil.rmtree(folder / "views", ignore_errors=True)
    (folder / "views").write_text("no folder")
    done = CliRunner().invoke(app, ["doctor", "--data-dir", str(folder)], catch_exceptions=False)
    assert done.exit_code == CHECK_FAILED
    done = CliRunner().invoke(app, ["search", "heron", "--data-dir", str(folder)])
    assert isinstance(done.exception, StorageError)
    assert "is not a folder" in str(done.exception)


def test_a_new_database_may_be_an_empty_file(tmp_path: Path) -> None:
    (tmp_path / "ragapp.db").touch()
    arguments = ["documents", "list", "--json", "--data-dir", str(tmp_path)]
    assert CliRunner().invoke(app, arguments, catch_exceptions=False).exit_code == 0


def test_a_table_that_was_lost_is_damage_on_every_database(engine: Engine, tmp_path: Path) -> None:
    with engine.execution_options(**WRITE).begin() as c:
        c.execute(text("DROP TABLE feedback"))
        c.execute(text("DROP TABLE changes"))
    store = SqlStore(engine, BlobFolder(tmp_path / "blobs"), 10_000)
    failed = [check for check in store.check(repair=False) if not check.ok]
    assert [check.name for check in failed] == ["every table and column exists"]
    assert "changes, feedback" in failed[0].detail
    store.create_collection("shore", "e", 2)
    with pytest.raises(StorageError, match="damaged"):
        store.changes(store.collection("shore").id, 0)
