"""The stores of keys, their usage and the audit log, over each supported database."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, create_engine, delete, update
from sqlalchemy.exc import DatabaseError

from ragapp.errors import NotFoundError
from ragapp.store import schema
from ragapp.store.auth import SqlAudit, SqlKeys, SqlUsage
from ragapp.store.conversations import SqlConversations
from ragapp.store.engine import WRITE, migrate, open_engine
from ragapp.store.preferences import SqlPreferences
from ragapp.types import LOCAL, AuditEntry, Grant, Key, KeyLimits, KeyUsage

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
TODAY = date(2026, 3, 1)
KEY = Key(
    id="0123456789ab",
    name="Zoë’s script",
    grants=(Grant("reader", "ours"), Grant("admin", None)),
    created_at=NOW,
    expires_at=NOW + timedelta(days=1),
    limits=KeyLimits(questions_per_day=7),
)
ENTRY = AuditEntry(NOW, KEY.id, KEY.name, "192.0.2.7", "upload", "ours/ä.txt", "done")


@pytest.fixture
def keys(engine: Engine) -> SqlKeys:
    keys = SqlKeys(engine)
    keys.add(KEY, "digest")
    return keys


# -- keys


def test_a_key_is_found_as_it_was_added(keys: SqlKeys) -> None:
    assert keys.find(KEY.id) == (KEY, "digest")
    assert keys.find("unknown") is None
    assert keys.all() == [KEY]


def test_keys_are_listed_oldest_first(keys: SqlKeys) -> None:
    younger = replace(KEY, id="b" * 12, created_at=NOW + timedelta(hours=1))
    oldest = replace(KEY, id="c" * 12, created_at=NOW - timedelta(hours=1))
    for key in (younger, oldest):
        keys.add(key, "digest")
    assert keys.all() == [oldest, KEY, younger]


def test_whether_a_key_was_ever_added(engine: Engine) -> None:
    keys = SqlKeys(engine)
    assert not keys.any()
    keys.add(KEY, "digest")
    keys.revoke(KEY.id, NOW)
    assert keys.any()


def test_a_revoked_key_keeps_the_time_of_its_revocation(keys: SqlKeys) -> None:
    assert keys.revoke(KEY.id, NOW) == replace(KEY, revoked_at=NOW)
    assert keys.revoke(KEY.id, NOW + timedelta(days=1)).revoked_at == NOW


def test_revoking_an_unknown_key_raises(keys: SqlKeys) -> None:
    with pytest.raises(NotFoundError, match="keys list"):
        keys.revoke("unknown", NOW)


def test_the_last_use_is_recorded(keys: SqlKeys) -> None:
    keys.touch(KEY.id, NOW)
    assert keys.all() == [replace(KEY, last_used_at=NOW)]


# -- preferences


def test_the_last_collection_is_remembered_for_each_user(engine: Engine) -> None:
    preferences = SqlPreferences(engine)
    assert preferences.last_collection("") is None
    for owner, name in (("", "ours"), (KEY.id, "theirs"), ("", "ärzte 医")):
        preferences.remember_collection(owner, name)
    assert preferences.last_collection("") == "ärzte 医"
    assert preferences.last_collection(KEY.id) == "theirs"


# -- usage


@pytest.mark.usefixtures("keys")
def test_what_is_spent_adds_up_by_day(engine: Engine) -> None:
    usage = SqlUsage(engine)
    assert usage.usage(KEY.id, TODAY) == KeyUsage()
    for _ in range(2):
        assert usage.spend(KEY.id, TODAY, KeyUsage(questions=1, tokens=10, upload_bytes=100), KeyLimits())
    assert usage.usage(KEY.id, TODAY) == KeyUsage(2, 20, 200)
    assert usage.usage(KEY.id, TODAY + timedelta(days=1)) == KeyUsage()


@pytest.mark.usefixtures("keys")
def test_nothing_is_spent_beyond_a_limit(engine: Engine) -> None:
    usage, within = SqlUsage(engine), KeyLimits(upload_bytes_per_day=100)
    assert not usage.spend(KEY.id, TODAY, KeyUsage(upload_bytes=101), within)
    assert usage.spend(KEY.id, TODAY, KeyUsage(upload_bytes=100), within)
    assert not usage.spend(KEY.id, TODAY, KeyUsage(upload_bytes=1), within)
    assert usage.spend(KEY.id, TODAY, KeyUsage(questions=1), within), (
        "a limit of bytes does not limit questions"
    )
    assert usage.usage(KEY.id, TODAY) == KeyUsage(questions=1, upload_bytes=100)
    lowered = KeyLimits(upload_bytes_per_day=50)
    assert usage.spend(KEY.id, TODAY, KeyUsage(questions=1), lowered), "nor does one that is exceeded already"


@pytest.mark.usefixtures("keys")
def test_no_two_callers_get_what_is_left_for_one(engine: Engine) -> None:
    usage, within = SqlUsage(engine), KeyLimits(questions_per_day=10)
    with ThreadPoolExecutor(8) as pool:
        given = list(pool.map(lambda _: usage.spend(KEY.id, TODAY, KeyUsage(questions=1), within), range(40)))
    assert given.count(True) == 10
    assert usage.usage(KEY.id, TODAY).questions == 10


# -- the audit log


def test_entries_come_newest_first_and_by_key(engine: Engine) -> None:
    audit = SqlAudit(engine)
    other = replace(ENTRY, key_id="", name="local")
    for entry in (ENTRY, other):
        audit.add(entry)
    assert audit.last(10) == [other, ENTRY]
    assert audit.last(1) == [other]
    assert audit.last(10, KEY.id) == [ENTRY]
    assert audit.last(10, "") == [other]


@pytest.mark.parametrize("change", [delete(schema.audit), update(schema.audit).values(outcome="done")])
def test_the_database_refuses_to_change_an_entry(engine: Engine, change: object) -> None:
    audit = SqlAudit(engine)
    audit.add(ENTRY)
    with (
        pytest.raises(DatabaseError, match="append-only"),
        engine.execution_options(**WRITE).begin() as connection,
    ):
        connection.execute(change)  # type: ignore[call-overload]
    assert audit.last(10) == [ENTRY]


# -- the owners of conversations


def test_conversations_from_before_keys_belong_to_the_local_user(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'old.db'}"
    before = create_engine(url)
    migrate(before, "0003")
    with before.begin() as connection:
        connection.exec_driver_sql(
            "INSERT INTO conversations (id, title, started_at, last_at) "
            "VALUES ('c', 'herons', '2026-01-01', '2026-01-01')"
        )
    before.dispose()
    conversations = SqlConversations(open_engine(url))
    assert [one.title for one in conversations.all(LOCAL.id)] == ["herons"]
    assert conversations.all(KEY.id) == []
