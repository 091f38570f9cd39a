"""API keys over HTTP: creation, use, refusal, revocation and rights."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from ragapp.api.http.app import create_app
from ragapp.api.http.server import check_host
from ragapp.bootstrap import build_service
from ragapp.client import RagappClient
from ragapp.errors import AuthenticationError, ForbiddenError, NotFoundError, QuotaError, UsageError
from ragapp.service import RagService
from ragapp.settings import Settings
from ragapp.types import Grant, KeyLimits, KeySpec
from tests.integration.authorization.world import QUESTION, World
from tests.serving import serving, settings_in


@pytest.fixture
def fresh_settings(tmp_path: Path) -> Settings:
    return settings_in(tmp_path)


@pytest.fixture
def fresh(fresh_settings: Settings) -> Iterator[RagService]:
    """A service for which no key was ever made."""
    with closing(build_service(fresh_settings)) as service:
        yield service


def browser(service: RagService, settings: Settings, address: str = "127.0.0.1") -> TestClient:
    return TestClient(create_app(service, settings), base_url="http://127.0.0.1", client=(address, 4711))


# -- until there is a key, and from then on


def test_local_callers_need_no_key_until_one_exists(fresh: RagService, fresh_settings: Settings) -> None:
    http = browser(fresh, fresh_settings)
    assert http.get("/v1/me").json()["grants"] == [{"role": "admin", "collection": None}]
    made = fresh.auth.api_keys.create("a", [Grant("reader", None)])
    assert http.get("/v1/me").status_code == 401
    fresh.auth.api_keys.revoke(made.key.id)
    assert http.get("/v1/me").status_code == 401, "the last key's end opens nothing"


def test_remote_callers_always_need_a_key(fresh: RagService, fresh_settings: Settings) -> None:
    assert browser(fresh, fresh_settings, "192.0.2.1").get("/v1/me").status_code == 401
    at_the_machine = browser(fresh, fresh_settings)
    for header in ("X-Forwarded-For", "Forwarded", "X-Real-IP"):
        assert at_the_machine.get("/v1/me", headers={header: "192.0.2.1"}).status_code == 401


def test_callers_behind_a_local_proxy_need_a_key(fresh: RagService, fresh_settings: Settings) -> None:
    http = browser(fresh, fresh_settings.model_copy(update={"allowed_hosts": ("rag.example",)}))
    assert http.get("/v1/me", headers={"Host": "rag.example"}).status_code == 401
    assert http.get("/v1/me", headers={"Host": "localhost:8000"}).status_code == 200


def test_a_key_revoked_at_one_replica_is_invalid_at_all(fresh: RagService, fresh_settings: Settings) -> None:
    made = fresh.auth.api_keys.create("a", [Grant("reader", None)])
    key = {"Authorization": f"Bearer {made.secret}"}
    with closing(build_service(fresh_settings)) as replica:
        http = browser(replica, fresh_settings)
        assert http.get("/v1/me", headers=key).status_code == 200
        fresh.auth.api_keys.revoke(made.key.id)
        assert http.get("/v1/me", headers=key).status_code == 401


def test_other_machines_are_admitted_once_a_key_exists(fresh: RagService, fresh_settings: Settings) -> None:
    with pytest.raises(UsageError, match="keys create"):
        check_host("0.0.0.0", fresh_settings)
    fresh.auth.api_keys.create("a", [Grant("reader", None)])
    check_host("0.0.0.0", fresh_settings)


@pytest.mark.parametrize(
    "sent",
    [
        "",
        "Bearer",
        "Bearer x",
        "Basic eDp5",
        "Bearer ragapp_{id}_" + "0" * 48,
        "Bearer {secret}0",
        "{secret}",
    ],
)
def test_malformed_keys_are_rejected(world: World, sent: str) -> None:
    secret = world.secrets["root"]
    header = sent.format(id=secret.split("_")[1], secret=secret)
    response = world.http.get("/v1/me", headers={"Authorization": header})
    assert response.status_code == 401
    assert secret not in response.text


def test_revoked_and_expired_keys_are_rejected(world: World) -> None:
    root = world.key("root")
    wanted = {"name": "brief", "grants": [{"role": "reader", "collection": "ours"}], "days": 0.5}
    made = world.http.post("/v1/keys", json=wanted, headers=root).json()
    brief = {"Authorization": f"Bearer {made['secret']}"}
    assert world.http.get("/v1/me", headers=brief).json()["name"] == "brief"
    assert world.http.delete(f"/v1/keys/{made['key']['id']}", headers=root).json()["revoked_at"]
    assert world.http.get("/v1/me", headers=brief).status_code == 401


@pytest.mark.parametrize(
    "grant",
    [
        {"role": "king", "collection": "ours"},
        {"role": "reader"},
        {"role": "reader", "colection": "ours"},
        {"role": "reader", "collection": None, "collections": ["ours"]},
    ],
)
def test_incomplete_grants_are_rejected(world: World, grant: dict[str, object]) -> None:
    """Least of all one that opens everything because a name was misspelt."""
    response = world.http.post("/v1/keys", json={"name": "x", "grants": [grant]}, headers=world.key("root"))
    assert response.status_code == 422


def test_listed_keys_show_their_last_use_and_no_secret(world: World) -> None:
    response = world.send("root", "GET", "/v1/keys")
    reader = next(key for key in response.json() if key["name"] == "reader")
    world.send("reader", "GET", "/v1/me")
    again = world.send("root", "GET", "/v1/keys")
    assert next(key for key in again.json() if key["id"] == reader["id"])["last_used_at"]
    assert not [secret for secret in world.secrets.values() if secret.split("_")[2] in again.text]


# -- what a key may see


def test_hidden_and_missing_things_give_the_same_error(world: World) -> None:
    theirs = world.service.documents("theirs")[0].id
    for path, unknown, hidden in [
        ("/v1/collections/{}", "nowhere", "theirs"),
        ("/v1/collections/-/documents/{}", "0" * 32, theirs),
        ("/v1/collections/-/documents/{}/text", "0" * 32, theirs),
        ("/v1/jobs/{}", "0" * 32, theirs),
    ]:
        output = [world.send("reader", "GET", path.format(one)) for one in (unknown, hidden)]
        assert [response.status_code for response in output] == [404, 404]
        details = [response.json()["detail"] for response in output]
        assert details[0].replace(unknown, "X") == details[1].replace(hidden, "X")


def test_metrics_need_read_access_to_everything(world: World) -> None:
    """So that what scrapes them needs no key that can do harm."""
    made = world.service.auth.api_keys.create("prometheus", [Grant("reader", None)])
    key = {"Authorization": f"Bearer {made.secret}"}
    assert world.http.get("/metrics", headers=key).status_code == 200
    assert world.http.get("/v1/admin/disk", headers=key).status_code == 403
    assert world.send("admin", "GET", "/metrics").status_code == 403


def test_a_refusal_names_the_needed_role(world: World) -> None:
    response = world.send("reader", "DELETE", f"/v1/collections/ours/documents/{world.document}")
    assert response.status_code == 403
    assert "editor" in response.json()["detail"]


def test_answers_need_read_access_to_their_collection(world: World) -> None:
    """Its quotes would be read from there."""
    api_keys = world.service.auth.api_keys
    name = f"passing {next(world.numbers)}"
    world.service.create_collection(name)
    made = api_keys.create("both", [Grant("reader", name), Grant("reader", "ours")])
    key = {"Authorization": f"Bearer {made.secret}"}
    answer = world.http.post("/v1/ask", json={"question": QUESTION, "collection": name}, headers=key).json()[
        "answer_id"
    ]
    assert world.http.get(f"/v1/answers/{answer}", headers=key).status_code == 200
    world.service.delete_collection(name)
    assert world.http.get(f"/v1/answers/{answer}", headers=key).status_code == 404


def test_conversations_of_others_cannot_be_continued(world: World) -> None:
    conversation = world.conversation("reader")
    question = {"question": "And then?", "collection": "ours", "conversation_id": conversation}
    assert world.send("editor", "POST", "/v1/ask", json=question).status_code == 404
    assert world.send("reader", "POST", "/v1/ask", json=question).status_code == 200


def test_cached_answers_are_shared_only_between_equal_scopes(world: World) -> None:
    question = {"question": f"{QUESTION} {next(world.numbers)}", "collection": "ours"}

    def asked(key: str) -> str:
        response = world.http.post("/v1/ask", json=question, headers={"Authorization": f"Bearer {key}"})
        status: str = response.json()["cache"]["status"]
        return status

    assert [asked(world.secrets[who]) for who in ("reader", "editor")] == ["miss", "exact"]
    wider = world.service.auth.api_keys.create("wider", [Grant("reader", "ours"), Grant("reader", "theirs")])
    assert asked(wider.secret) == "miss"
    assert asked(world.secrets["root"]) == "miss"


def test_documents_are_queued_under_the_key_that_uploaded_them(world: World) -> None:
    name = f"{next(world.numbers)}.txt"
    world.send("editor", "POST", "/v1/collections/ours/documents", file=(name, b"x")).raise_for_status()
    (job,) = [job for job in world.service.jobs("ours", statuses=["queued"]) if job.name == name]
    assert job.owner == world.secrets["editor"].split("_")[1]


# -- the client


def test_the_client_sends_its_key_and_raises_the_same_errors(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    with serving(create_app(world.service, Settings())) as url:
        with RagappClient(url, api_key=world.secrets["reader"]) as client:
            assert client.access.me().name == "reader"
            assert [one.name for one in client.collections()] == ["ours"]
            with pytest.raises(NotFoundError):
                client.collection("theirs")
            with pytest.raises(ForbiddenError, match="editor"):
                client.delete_document(world.document)
            with pytest.raises(ForbiddenError):
                client.access.keys()
        with RagappClient(url, api_key="") as client, pytest.raises(AuthenticationError):
            client.access.me()
        monkeypatch.setenv("RAGAPP_API_KEY", world.secrets["root"])
        with RagappClient(url) as client:
            made = client.access.create_key(
                KeySpec(
                    "limited", (Grant("reader", "ours"),), days=1, limits=KeyLimits(requests_per_minute=1)
                )
            )
            known = client.access.keys()
            assert made.key in known
            assert client.access.audit(1)[0].action == "create key"
            with RagappClient(url, api_key=made.secret) as limited:
                limited.access.me()
                with pytest.raises(QuotaError) as caught:
                    limited.access.me()
            assert caught.value.retry_after is not None
            assert client.access.revoke_key(made.key.id).revoked_at is not None


def test_the_client_rejects_malformed_keys() -> None:
    with pytest.raises(UsageError, match="Copy"):
        RagappClient(api_key="ragapp_…")
