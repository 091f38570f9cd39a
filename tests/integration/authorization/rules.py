"""The role that each route requires, and a request that succeeds with that role.

A new route needs a line here. `test_access_routes` then asks it with too little, too much and nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import httpx

from ragapp.types import Grant
from tests.integration.authorization.world import QUESTION, Who, World, rpc

Send = Callable[[World, Who | None], httpx.Response]
"""Sends the request as somebody, or without a key; to a thing of `ours` made for it where it changes one."""

DOCUMENTS = "/v1/collections/ours/documents"
TABLES = "/v1/collections/ours/tables"
DOCUMENT = f"{DOCUMENTS}/{{id}}"


@dataclass(frozen=True)
class Rule:
    """`least` is the lowest role in `ours` that is served; `root` is admin of all collections.

    `stranger` is what the admin of `theirs` gets; `own`: only the reader, whose it is, is served, whatever
    the role; `served` is the status of success.
    """

    least: Who
    send: Send
    stranger: int = 404
    own: bool = False
    served: int = 200


def plain(method: str, path: str, json: object = None) -> Send:
    return lambda world, who: world.send(who, method, path, json=json)


def read(path: str, served: int = 200) -> Rule:
    """Of a document that is searched."""
    address = DOCUMENT + path
    return Rule("reader", lambda w, who: w.send(who, "GET", address.format(id=w.document)), served=served)


def fresh(method: str, path: str, json: object = None) -> Send:
    """To a document that waits in the queue."""
    return lambda w, who: w.send(who, method, path.format(id=w.waiting_document()), json=json)


def own(
    make: Callable[[World, Who], str], method: str, path: str, json: object = None, served: int = 200
) -> Rule:
    """Of an answer or conversation of the reader's."""
    return Rule(
        "reader",
        lambda w, who: w.send(who, method, path.format(id=make(w, "reader")), json=json),
        own=True,
        served=served,
    )


def for_root(method: str, path: str, json: object = None, served: int = 200) -> Rule:
    """Of the installation, whose existence is no secret."""
    return Rule("root", plain(method, path, json), stranger=403, served=served)


def _create_collection(world: World, who: Who | None) -> httpx.Response:
    return world.send(who, "POST", "/v1/collections", json={"name": f"new {next(world.numbers)}"})


def _delete_collection(world: World, who: Who | None) -> httpx.Response:
    """Of one in which the admin of `ours` is admin too."""
    name = world.service.create_collection(f"ours {next(world.numbers)}").name
    return world.send(who, "DELETE", f"/v1/collections/{name}")


def _upload(world: World, who: Who | None) -> httpx.Response:
    return world.send(who, "POST", DOCUMENTS, file=(f"{next(world.numbers)}.txt", b"x"))


def _retry(world: World, who: Who | None) -> httpx.Response:
    document_id = world.waiting_document()
    world.service.cancel_job(document_id)
    return world.send(who, "POST", f"/v1/jobs/{document_id}/retry")


def _revoke(world: World, who: Who | None) -> httpx.Response:
    made = world.service.auth.api_keys.create("passing", [Grant("reader", "ours")])
    return world.send(who, "DELETE", f"/v1/keys/{made.key.id}")


def task(method: str, path: str, served: int) -> Rule:
    """Of work in the background that has ended, and printed nothing."""
    return Rule(
        "root", lambda w, who: w.send(who, method, path.format(id=w.task)), stranger=403, served=served
    )


A_SEARCH = {"query": QUESTION, "collection": "ours"}
A_QUESTION = {"question": QUESTION, "collection": "ours"}
A_CHAT = {"model": "ragapp/ours", "messages": [{"role": "user", "content": QUESTION}]}
A_KEY = {"name": "passing", "grants": [{"role": "reader", "collection": "ours"}]}

OPEN = frozenset({"GET /healthz", "GET /readyz"})
"""Without a key."""

LISTS: Mapping[str, Send] = MappingProxyType(
    {
        "GET /openapi.json": plain("GET", "/openapi.json"),
        "GET /v1/status": plain("GET", "/v1/status"),
        "GET /v1/me": plain("GET", "/v1/me"),
        "GET /v1/collections": plain("GET", "/v1/collections"),
        "GET /v1/jobs": plain("GET", "/v1/jobs?status=ready&status=queued"),
        "GET /v1/models": plain("GET", "/v1/models"),
        "GET /v1/conversations": plain("GET", "/v1/conversations"),
        "POST /v1/conversations": lambda w, who: w.send(
            who, "POST", "/v1/conversations", json={"title": "x"}
        ),
        "POST /mcp": plain("POST", "/mcp", rpc("resources/list")),
    }
)
"""With any key; each sees what is theirs."""

AN_EVALUATION = {"kind": "retrieval", "set": "x"}
A_QUESTION_SET = {"collection": "ours", "name": "x", "count": 1}

# A service by itself offers no evaluations, and says so: to those to whom it would offer them.
EVALUATIONS: Mapping[str, Rule] = MappingProxyType(
    {
        "POST /v1/evals": for_root("POST", "/v1/evals", AN_EVALUATION, served=422),
        "POST /v1/evals/questions": for_root("POST", "/v1/evals/questions", A_QUESTION_SET, served=422),
        "GET /v1/evals/sets": for_root("GET", "/v1/evals/sets", served=422),
        "POST /v1/evals/sets": Rule(
            "root",
            lambda w, who: w.send(who, "POST", "/v1/evals/sets", file=("x.jsonl", b"{}")),
            stranger=403,
            served=422,
        ),
        "DELETE /v1/evals/sets/{name}": for_root("DELETE", "/v1/evals/sets/x", served=422),
        "GET /v1/evals/sets/{name}/questions": for_root("GET", "/v1/evals/sets/x/questions", served=422),
        "PUT /v1/evals/sets/{name}/questions": for_root(
            "PUT", "/v1/evals/sets/x/questions", {"questions": []}, served=422
        ),
        "GET /v1/evals/runs": for_root("GET", "/v1/evals/runs", served=422),
        "GET /v1/evals/runs/{run}/report": for_root("GET", "/v1/evals/runs/x/report", served=422),
        "GET /v1/evals/runs/{run}/questions": for_root(
            "GET", "/v1/evals/runs/x/questions?question=1", served=422
        ),
        "GET /v1/evals/comparison": for_root("GET", "/v1/evals/comparison?before=x&after=y", served=422),
    }
)

RULES: Mapping[str, Rule] = MappingProxyType(
    {
        "POST /v1/collections": Rule("root", _create_collection, stranger=403, served=201),
        "GET /v1/collections/{collection}": Rule("reader", plain("GET", "/v1/collections/ours")),
        "DELETE /v1/collections/{collection}": Rule("root", _delete_collection, served=204),
        "GET /v1/collections/{collection}/listing": Rule(
            "reader", plain("GET", "/v1/collections/ours/listing")
        ),
        "GET /v1/collections/{collection}/documents": Rule("reader", plain("GET", DOCUMENTS)),
        "POST /v1/collections/{collection}/documents": Rule("editor", _upload, served=202),
        "GET /v1/collections/{collection}/documents/{document_id}": read(""),
        "GET /v1/collections/{collection}/documents/{document_id}/text": read("/text"),
        "GET /v1/collections/{collection}/documents/{document_id}/chunks": read("/chunks"),
        "GET /v1/collections/{collection}/documents/{document_id}/pages/{page}": read("/pages/1"),
        # A text has no pictures: a reader is told so, others not even that.
        "GET /v1/collections/{collection}/documents/{document_id}/pages/{page}.png": read(
            "/pages/1.png", 415
        ),
        "GET /v1/collections/{collection}/documents/{document_id}/pages/{page}/boxes": read(
            "/pages/1/boxes", 415
        ),
        "GET /v1/collections/{collection}/tables": Rule("reader", plain("GET", TABLES)),
        "GET /v1/collections/{collection}/tables/{table_id}": Rule(
            "reader", lambda w, who: w.send(who, "GET", f"{TABLES}/{w.table}")
        ),
        "POST /v1/collections/{collection}/tables/{table_id}/query": Rule(
            "reader", lambda w, who: w.send(who, "POST", f"{TABLES}/{w.table}/query", json={})
        ),
        "PATCH /v1/collections/{collection}/documents/{document_id}": Rule(
            "editor", fresh("PATCH", DOCUMENT, {"metadata": {"a": "b"}})
        ),
        "DELETE /v1/collections/{collection}/documents/{document_id}": Rule(
            "editor", fresh("DELETE", "/v1/collections/-/documents/{id}"), served=204
        ),
        "GET /v1/jobs/{document_id}": Rule("reader", fresh("GET", "/v1/jobs/{id}")),
        "POST /v1/jobs/{document_id}/cancel": Rule("editor", fresh("POST", "/v1/jobs/{id}/cancel")),
        "POST /v1/jobs/{document_id}/retry": Rule("editor", _retry),
        "POST /v1/search": Rule("reader", plain("POST", "/v1/search", A_SEARCH)),
        "POST /v1/ask": Rule("reader", plain("POST", "/v1/ask", A_QUESTION)),
        "POST /v1/chat/completions": Rule("reader", plain("POST", "/v1/chat/completions", A_CHAT)),
        "GET /v1/models/{model:path}": Rule("reader", plain("GET", "/v1/models/ragapp/ours")),
        "GET /v1/cache": for_root("GET", "/v1/cache"),
        "DELETE /v1/cache": Rule("editor", plain("DELETE", "/v1/cache?collection=ours")),
        "GET /v1/answers/{answer_id}": own(World.answer, "GET", "/v1/answers/{id}"),
        "POST /v1/answers/{answer_id}/feedback": own(
            World.answer, "POST", "/v1/answers/{id}/feedback", {"thumbs": "up"}, served=204
        ),
        "GET /v1/conversations/{conversation_id}": own(World.conversation, "GET", "/v1/conversations/{id}"),
        "GET /v1/conversations/{conversation_id}/answers": own(
            World.conversation, "GET", "/v1/conversations/{id}/answers"
        ),
        "PATCH /v1/conversations/{conversation_id}": own(
            World.conversation, "PATCH", "/v1/conversations/{id}", {"title": "renamed"}
        ),
        "DELETE /v1/conversations/{conversation_id}": own(
            World.conversation, "DELETE", "/v1/conversations/{id}", served=204
        ),
        "GET /metrics": for_root("GET", "/metrics"),
        "GET /v1/admin/models": for_root("GET", "/v1/admin/models"),
        "GET /v1/admin/models/found": for_root("GET", "/v1/admin/models/found"),
        "PUT /v1/admin/generator": for_root(
            # The settings of the tests name a generator, which decides.
            "PUT",
            "/v1/admin/generator",
            json={"generator": "extractive"},
            served=422,
        ),
        "GET /v1/admin/disk": for_root("GET", "/v1/admin/disk"),
        "GET /v1/admin/days": for_root("GET", "/v1/admin/days"),
        "POST /v1/tasks": for_root("POST", "/v1/tasks", {"kind": "doctor"}, served=202),
        "GET /v1/tasks": for_root("GET", "/v1/tasks"),
        "GET /v1/tasks/{task_id}": task("GET", "/v1/tasks/{id}", 200),
        "GET /v1/tasks/{task_id}/result": task("GET", "/v1/tasks/{id}/result", 409),
        "POST /v1/tasks/{task_id}/cancel": task("POST", "/v1/tasks/{id}/cancel", 409),
        **EVALUATIONS,
        "GET /v1/keys": for_root("GET", "/v1/keys"),
        "POST /v1/keys": for_root("POST", "/v1/keys", A_KEY, served=201),
        "DELETE /v1/keys/{key_id}": Rule("root", _revoke, stranger=403),
        "PUT /v1/me/collection": Rule(
            "reader", plain("PUT", "/v1/me/collection", {"collection": "ours"}), served=204
        ),
        "GET /v1/audit": for_root("GET", "/v1/audit"),
    }
)
