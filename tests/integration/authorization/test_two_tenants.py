"""Two tenants send arbitrary requests: neither ever sees a word of the other's documents.

Every route and MCP tool is among the requests.
"""

from __future__ import annotations

import re
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import quote

import httpx
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from ragapp.testing.soak import repeats
from ragapp.types import Grant
from tests.integration.authorization.world import (
    OUR_CANARY,
    THEIR_CANARY,
    World,
    routes,
    rpc,
    rpc_result,
)

REQUESTS = repeats(400, 20_000)

Tenant = Literal["ours", "theirs"]
TENANTS: tuple[Tenant, ...] = ("ours", "theirs")
CANARIES: Mapping[Tenant, str] = {"ours": OUR_CANARY, "theirs": THEIR_CANARY}

WORDS = ("password", "harbour", "station", "What is the password?", "herons at dusk", "trains at noon", "*")


@dataclass
class Town:
    """Both tenants' keys, and the ids of all that is theirs."""

    world: World
    keys: dict[Tenant, dict[str, str]] = field(default_factory=dict)
    own: dict[Tenant, list[str]] = field(default_factory=dict)
    ids: dict[str, list[str]] = field(default_factory=dict)
    sent: Counter[str] = field(default_factory=Counter)
    statuses: Counter[int] = field(default_factory=Counter)


@pytest.fixture(scope="module")
def town(world: World) -> Town:
    town = Town(world)
    for tenant in TENANTS:
        made = world.service.auth.api_keys.create(tenant, [Grant("editor", tenant)])
        key = town.keys[tenant] = {"Authorization": f"Bearer {made.secret}"}
        said = {"title": f"on the {CANARIES[tenant]}"}
        conversation = world.http.post("/v1/conversations", json=said, headers=key).json()["id"]
        question = {
            "question": f"What of {CANARIES[tenant]}?",
            "collection": tenant,
            "conversation_id": conversation,
        }
        answer = world.http.post("/v1/ask", json=question, headers=key).json()["answer_id"]
        document = next(d.id for d in world.service.documents(tenant) if d.name == f"{tenant}.txt")
        world.service.set_metadata(document, {"note": CANARIES[tenant]})
        for name, one in [
            ("collection", tenant),
            ("document_id", document),
            ("conversation_id", conversation),
            ("answer_id", answer),
            ("model", f"ragapp/{tenant}"),
            ("key_id", made.key.id),
        ]:
            town.ids.setdefault(name, []).append(one)
            town.own.setdefault(tenant, []).append(one)
    town.ids["collection"] += ["-", "default"]
    town.ids["page"] = ["1"]
    town.ids["task_id"] = ["0" * 32]
    return town


def test_tenants_never_see_text_of_each_other(town: Town) -> None:
    known = sorted(routes(town.world.app))
    tools = tools_of(town.world)

    @settings(
        max_examples=REQUESTS,
        suppress_health_check=list(HealthCheck),
    )
    @given(tenant=st.sampled_from(TENANTS), request=requests(known, tools, town.ids))
    def no_canary(tenant: Tenant, request: Attempt) -> None:
        assume(not request.spoils(town.own[tenant]))  # for then there would be nothing left to see
        response = request.sent_by(town.keys[tenant], town.world)
        town.sent[request.what] += 1
        town.statuses[int(response.status_code)] += 1
        other = TENANTS[1 - TENANTS.index(tenant)]
        assert CANARIES[other] not in response.text
        assert response.status_code < 500

    no_canary()
    for tenant in TENANTS:  # and nobody spoiled what is the other's
        found = town.world.http.post(
            "/v1/search", json={"query": "password", "collection": tenant}, headers=town.keys[tenant]
        )
        assert CANARIES[tenant] in found.text
    output = f"{sum(town.sent.values())} requests of {len(town.sent)} kinds, statuses {dict(town.statuses)}"
    sys.stdout.write(f"\n{output}\n")


@dataclass(frozen=True)
class Attempt:
    what: str
    method: str
    path: str
    body: object
    file: tuple[str, bytes] | None
    accept: str
    number: int
    """Of no meaning to the server: hypothesis sends no two requests that are alike in all else."""

    def spoils(self, own: Sequence[str]) -> bool:
        """Whether it changes or deletes one of those."""
        return self.method in {"DELETE", "PATCH"} and self.path.rpartition("/")[2] in own

    def sent_by(self, key: Mapping[str, str], world: World) -> httpx.Response:
        return world.http.request(
            self.method,
            self.path,
            json=self.body if self.file is None else None,
            files=None if self.file is None else {"file": self.file},
            headers={**key, "Accept": self.accept, "X-Attempt": str(self.number)},
        )


@st.composite
def requests(
    draw: DrawFn, known: list[str], tools: Mapping[str, list[str]], ids: Mapping[str, list[str]]
) -> Attempt:
    """A request to a route or an MCP tool, with ids of either tenant, or of nobody."""
    what = draw(st.sampled_from([*known, *tools]))
    number = draw(st.integers(0, 2**32))
    accept = draw(st.sampled_from(["application/json", "application/json, text/event-stream"]))
    if what in tools:
        arguments = {name: draw(_value(name, ids)) for name in tools[what]}
        message = rpc("tools/call", name=what, arguments=arguments)
        return Attempt(what, "POST", "/mcp", message, None, "application/json, text/event-stream", number)
    method, template = what.split()
    path = re.sub(r"{(\w+)(:path)?}", lambda part: quote(draw(_value(part[1], ids))), template)
    if method == "GET":
        path += draw(
            st.sampled_from(["", "?version=1", "?count=1000", "?collection=ours", "?collection=theirs"])
        )
    file, body = None, bodies(ids).get(what, st.none())
    if what == "POST /v1/collections/{collection}/documents":
        file = (draw(st.sampled_from(["a.txt", "b.txt", "c.md"])), draw(st.sampled_from([b"x", b"y"])))
    return Attempt(what, method, path, draw(body), file, accept, number)


def _value(name: str, ids: Mapping[str, list[str]]) -> SearchStrategy[str]:
    nobodys = st.text("abcdef0123456789", min_size=32, max_size=32)
    if name == "uri":
        return st.sampled_from([f"ragapp://documents/{one}" for one in ids["document_id"]])
    if name in ids:
        return st.sampled_from(ids[name]) | nobodys
    return st.sampled_from(WORDS) | st.text(
        st.characters(codec="utf-8", exclude_characters="/?#%\\"), max_size=20
    )


def bodies(ids: Mapping[str, list[str]]) -> Mapping[str, SearchStrategy[object]]:
    """Of the routes that take one."""
    of, words, choice = st.sampled_from(ids["collection"]), st.sampled_from(WORDS), st.booleans()
    conversation = st.none() | st.sampled_from(ids["conversation_id"])
    messages = words.map(lambda asked: [{"role": "user", "content": asked}])
    grant = st.fixed_dictionaries({"role": st.just("admin"), "collection": st.none() | of})
    uris = st.sampled_from([f"ragapp://documents/{one}" for one in ids["document_id"]])
    title = st.fixed_dictionaries({"title": words})
    return {
        "POST /v1/search": st.fixed_dictionaries(
            {"query": words, "collection": of, "mode": st.sampled_from(["hybrid", "dense", "words"])}
        ),
        "POST /v1/ask": st.fixed_dictionaries(
            {"question": words, "collection": of, "conversation_id": conversation, "use_cache": choice}
        ),
        "POST /v1/chat/completions": st.fixed_dictionaries(
            {"model": st.sampled_from(ids["model"]), "messages": messages, "stream": choice}
        ),
        "POST /v1/collections": st.fixed_dictionaries({"name": of}),
        "POST /v1/conversations": title,
        "PATCH /v1/conversations/{conversation_id}": title,
        "POST /v1/answers/{answer_id}/feedback": st.just({"thumbs": "up"}),
        "PATCH /v1/collections/{collection}/documents/{document_id}": st.fixed_dictionaries(
            {"metadata": st.dictionaries(st.sampled_from("ab"), words)}
        ),
        "POST /v1/keys": st.fixed_dictionaries({"name": words, "grants": st.lists(grant)}),
        "POST /v1/tasks": st.just({"kind": "doctor"}),
        "POST /mcp": st.sampled_from([rpc("resources/list"), rpc("tools/list"), rpc("prompts/list")])
        | uris.map(lambda uri: rpc("resources/read", uri=uri)),
    }


def tools_of(world: World) -> Mapping[str, list[str]]:
    """Every MCP tool, with the names of its arguments that are text."""
    listed = rpc_result(world.send("root", "POST", "/mcp", json=rpc("tools/list")))
    return {
        tool["name"]: [name for name, kind in tool["inputSchema"]["properties"].items() if _is_text(kind)]
        for tool in listed["tools"]
    }


def _is_text(kind: Mapping[str, object]) -> bool:
    return kind.get("type") == "string" and "enum" not in kind
