"""Quotas of keys, and the errors when they are exhausted."""

from __future__ import annotations

import io

import pytest

from ragapp.types import Grant, KeyLimits
from tests.integration.authorization.world import QUESTION, World


@pytest.mark.parametrize(
    ("limits", "says"),
    [
        (KeyLimits(questions_per_day=2), "2 questions"),
        (KeyLimits(requests_per_minute=2), "2 requests"),
    ],
)
def test_an_exhausted_limit_gives_a_retry_time(world: World, limits: KeyLimits, says: str) -> None:
    made = world.service.auth.api_keys.create("limited", [Grant("reader", "ours")], limits=limits)
    key = {"Authorization": f"Bearer {made.secret}"}
    question = {"question": QUESTION, "collection": "ours"}
    first, second, third = (world.http.post("/v1/ask", json=question, headers=key) for _ in range(3))
    assert [first.status_code, second.status_code, third.status_code] == [200, 200, 429]
    assert int(third.headers["retry-after"]) > 0
    assert says in third.json()["detail"]


def test_uploads_are_limited_by_bytes_and_queue(world: World) -> None:
    def upload(secret: str, data: bytes) -> int:
        name = f"{next(world.numbers)}.txt"
        return world.http.post(
            "/v1/collections/ours/documents",
            files={"file": (name, io.BytesIO(data))},
            headers={"Authorization": f"Bearer {secret}"},
        ).status_code

    create = world.service.auth.api_keys.create
    grants = [Grant("editor", "ours")]
    by_bytes = create("bytes", grants, limits=KeyLimits(upload_bytes_per_day=100)).secret
    assert [upload(by_bytes, b"x" * size) for size in (60, 60, 40, 1)] == [202, 429, 202, 429]
    by_waiting = create("waiting", grants, limits=KeyLimits(waiting_documents=1)).secret
    assert [upload(by_waiting, b"x") for _ in range(2)] == [202, 429]


def test_each_key_has_its_own_limits(world: World) -> None:
    create = world.service.auth.api_keys.create
    limits = KeyLimits(requests_per_minute=1)
    for _ in range(2):
        made = create("limited", [Grant("reader", "ours")], limits=limits)
        assert world.http.get("/v1/me", headers={"Authorization": f"Bearer {made.secret}"}).status_code == 200


def test_me_shows_rights_limits_and_usage(world: World) -> None:
    made = world.service.auth.api_keys.create(
        "me", [Grant("reader", "ours")], limits=KeyLimits(questions_per_day=7)
    )
    key = {"Authorization": f"Bearer {made.secret}"}
    world.http.post("/v1/ask", json={"question": QUESTION, "collection": "ours"}, headers=key)
    me = world.http.get("/v1/me", headers=key).json()
    assert (me["id"], me["name"]) == (made.key.id, "me")
    assert me["grants"] == [{"role": "reader", "collection": "ours"}]
    assert (me["limits"]["questions_per_day"], me["usage"]["questions"]) == (7, 1)
