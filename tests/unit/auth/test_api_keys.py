"""API keys: their secrets, validity and recorded use."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from ragapp.auth.api_keys import ApiKeys
from ragapp.errors import AuthenticationError, NotFoundError, UsageError
from ragapp.store.auth import SqlKeys
from ragapp.store.engine import open_engine
from ragapp.types import LOCAL, Caller, Grant, KeyLimits, NewKey, Role

READER = [Grant("reader", None)]


class Clock:
    def __init__(self) -> None:
        self.now = datetime(2026, 3, 1, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def store(tmp_path: Path) -> SqlKeys:
    return SqlKeys(open_engine(f"sqlite:///{tmp_path / 'keys.db'}"))


@pytest.fixture
def api_keys(store: SqlKeys, clock: Clock) -> ApiKeys:
    return ApiKeys(store, clock)


def caller(api_keys: ApiKeys, made: NewKey) -> Caller:
    return api_keys.caller(made.secret, address="192.0.2.7", loopback=False)


def test_a_key_identifies_its_caller(api_keys: ApiKeys) -> None:
    limits = KeyLimits(questions_per_day=3)
    made = api_keys.create("alice", [Grant("editor", "reports")], limits=limits)
    assert caller(api_keys, made) == Caller(
        made.key.id, "alice", (Grant("editor", "reports"),), limits, "192.0.2.7"
    )


def test_secrets_are_unique_and_not_stored(api_keys: ApiKeys, tmp_path: Path) -> None:
    secrets = [api_keys.create("a", READER).secret for _ in range(20)]
    randoms = {secret.split("_")[2] for secret in secrets}
    assert len(randoms) == 20
    assert all(re.fullmatch(r"ragapp_[0-9a-f]{12}_[0-9a-f]{48}", secret) for secret in secrets)
    stored = b"".join(file.read_bytes() for file in tmp_path.iterdir())
    assert secrets[0].split("_")[1].encode() in stored
    assert not [random for random in randoms if random.encode() in stored]


def test_a_secret_does_not_fit_another_key_id(api_keys: ApiKeys) -> None:
    first, second = api_keys.create("a", READER), api_keys.create("b", READER)
    mixed = f"ragapp_{first.key.id}_{second.secret.split('_')[2]}"
    with pytest.raises(AuthenticationError):
        api_keys.caller(mixed, address="", loopback=True)


def test_a_key_expires(api_keys: ApiKeys, clock: Clock) -> None:
    made = api_keys.create("a", READER, valid=timedelta(days=1))
    clock.now += timedelta(days=1) - timedelta(seconds=1)
    assert caller(api_keys, made).name == "a"
    clock.now += timedelta(seconds=1)
    with pytest.raises(AuthenticationError, match="expired"):
        caller(api_keys, made)


def test_a_revoked_key_is_rejected(api_keys: ApiKeys) -> None:
    made = api_keys.create("a", READER)
    api_keys.revoke(made.key.id)
    with pytest.raises(AuthenticationError, match="revoked"):
        caller(api_keys, made)
    with pytest.raises(NotFoundError):
        api_keys.revoke("unknown")


def test_the_last_use_is_recorded_once_a_minute(api_keys: ApiKeys, clock: Clock) -> None:
    made = api_keys.create("a", READER)
    first = clock.now
    for _ in range(6):
        caller(api_keys, made)
        clock.now += timedelta(seconds=15)
    assert api_keys.keys()[0].last_used_at == first + timedelta(minutes=1)


def test_without_keys_only_local_callers_are_admitted(api_keys: ApiKeys) -> None:
    assert api_keys.caller(None, address="127.0.0.1", loopback=True).grants == LOCAL.grants
    with pytest.raises(AuthenticationError):
        api_keys.caller(None, address="192.0.2.7", loopback=False)
    api_keys.revoke(api_keys.create("a", READER).key.id)
    with pytest.raises(AuthenticationError):
        api_keys.caller(None, address="127.0.0.1", loopback=True)


@pytest.mark.parametrize(
    ("name", "grants", "valid"),
    [(" ", READER, None), ("a\0b", READER, None), ("a", [], None), ("a", READER, timedelta(0))],
)
def test_useless_keys_are_not_created(
    api_keys: ApiKeys, name: str, grants: list[Grant], valid: timedelta | None
) -> None:
    with pytest.raises(UsageError):
        api_keys.create(name, grants, valid=valid)
    assert api_keys.keys() == []


# -- what grants add up to


@pytest.mark.parametrize(
    ("grants", "collection", "role"),
    [
        ([Grant("reader", "a")], "a", "reader"),
        ([Grant("reader", "a")], "b", None),
        ([Grant("reader", "a")], None, None),
        ([Grant("reader", None), Grant("admin", "a")], "a", "admin"),
        ([Grant("reader", None), Grant("admin", "a")], "b", "reader"),
        ([Grant("reader", None), Grant("admin", "a")], None, "reader"),
        ([Grant("admin", None), Grant("reader", "a")], "a", "admin"),
        ([Grant("editor", "a"), Grant("reader", "a")], "a", "editor"),
    ],
)
def test_the_highest_role_counts(grants: list[Grant], collection: str | None, role: Role | None) -> None:
    assert Caller("k", "k", tuple(grants)).role_in(collection) == role


def test_callers_have_one_scope_when_they_may_read_the_same() -> None:
    def scope(*grants: Grant) -> str:
        return Caller("k", "k", grants).scope

    assert scope(Grant("reader", "a"), Grant("reader", "b")) == scope(
        Grant("admin", "b"), Grant("editor", "a")
    )
    assert scope(Grant("reader", None)) == scope(Grant("admin", None), Grant("reader", "a")) == LOCAL.scope
    different = [
        scope(Grant("reader", None)),
        scope(Grant("reader", "a")),
        scope(Grant("reader", "b")),
        scope(Grant("reader", "a"), Grant("reader", "b")),
        scope(Grant("reader", 'a", "b')),
    ]
    assert len(set(different)) == len(different)
