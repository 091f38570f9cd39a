"""What the audit log records, and which secrets are never logged."""

from __future__ import annotations

import logging

import pytest

from tests.integration.authorization.world import OUR_CANARY, World


def test_changes_questions_and_refusals_are_recorded_without_their_content(world: World) -> None:
    document = world.waiting_document()
    world.send("reader", "DELETE", f"/v1/collections/ours/documents/{document}")
    world.send("editor", "DELETE", f"/v1/collections/ours/documents/{document}")
    world.send("reader", "POST", "/v1/ask", json={"question": f"a {OUR_CANARY}?", "collection": "ours"})
    response = world.send("root", "GET", "/v1/audit?count=3")
    noted = [(entry["name"], entry["action"], entry["object"], entry["outcome"]) for entry in response.json()]
    assert noted == [
        ("reader", "ask", "ours", "done"),
        ("editor", "delete document", document, "done"),
        ("reader", "delete document", document, "forbidden"),
    ]
    assert {entry["address"] for entry in response.json()} == {"192.0.2.7"}
    assert OUR_CANARY not in response.text
    own = world.send("root", "GET", f"/v1/audit?key_id={world.secrets['editor'].split('_')[1]}").json()
    assert {entry["name"] for entry in own} == {"editor"}


def test_no_secret_is_logged(world: World, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        for who in ("reader", "root"):
            for path in ("/v1/me", "/v1/keys", "/v1/collections/nowhere"):
                world.send(who, "GET", path)
        world.http.get("/v1/me", headers={"Authorization": f"Bearer {world.secrets['root']}x"})
        made = world.send(
            "root",
            "POST",
            "/v1/keys",
            json={"name": "x", "grants": [{"role": "reader", "collection": "ours"}]},
        )
    secrets = [*world.secrets.values(), made.json()["secret"]]
    logged = caplog.text + "".join(str(vars(record)) for record in caplog.records)
    assert caplog.records
    assert not [secret for secret in secrets if secret.split("_")[2] in logged]
