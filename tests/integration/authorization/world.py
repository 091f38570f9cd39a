"""What the authorization tests share: two collections, each with a secret word."""

from __future__ import annotations

import io
import json
from dataclasses import dataclass, field
from functools import cached_property
from itertools import count
from typing import Any, Literal

import httpx
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts
from starlette.testclient import TestClient

from ragapp.api.http.tasks import task_order
from ragapp.api.schemas import TaskRequest
from ragapp.service import RagService
from ragapp.types import UploadSpec

OUR_CANARY = "quokkafeather"
THEIR_CANARY = "numbatlantern"
OURS = f"The password of the harbour is {OUR_CANARY}. Herons fish at dusk."
THEIRS = f"The password of the station is {THEIR_CANARY}. Trains leave at noon."
QUESTION = "What is the password of the harbour?"

Who = Literal["reader", "editor", "admin", "stranger", "root"]
"""Roles in `ours`; `stranger` is admin of `theirs` alone, `root` of all."""

MCP = {"Accept": "application/json, text/event-stream"}


@dataclass
class World:
    http: TestClient
    app: FastAPI
    service: RagService
    secrets: dict[str, str]
    numbers: count[int] = field(default_factory=count)

    @property
    def document(self) -> str:
        (document,) = [one for one in self.service.documents("ours") if one.name == "ours.txt"]
        return document.id

    @property
    def table(self) -> int:
        (table,) = self.service.tables("ours")
        return table.id

    @cached_property
    def task(self) -> str:
        task = self.service.tasks.start(task_order(TaskRequest("doctor")))
        return self.service.tasks.cancel(task.id).id

    def key(self, who: Who) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.secrets[who]}"}

    def send(
        self,
        who: Who | None,
        method: str,
        path: str,
        *,
        json: object = None,
        file: tuple[str, bytes] | None = None,
    ) -> httpx.Response:
        files = None if file is None else {"file": (file[0], io.BytesIO(file[1]))}
        headers = self.key(who) if who else {}
        return self.http.request(
            method, path, json=json, files=files, headers=headers | (MCP if path == "/mcp" else {})
        )

    def waiting_document(self) -> str:
        """A document of `ours` that no worker has come to yet."""
        name = f"{next(self.numbers)}.txt"
        return self.service.upload(UploadSpec(name, "ours"), io.BytesIO(name.encode())).document.id

    def new_collection(self) -> str:
        """`ours N`, which none but `root` has a role in."""
        return self.service.create_collection(f"ours {next(self.numbers)}").name

    def answer(self, who: Who) -> str:
        """The id of an answer that they were given."""
        response = self.send(who, "POST", "/v1/ask", json={"question": QUESTION, "collection": "ours"})
        answer_id: str = response.raise_for_status().json()["answer_id"]
        return answer_id

    def conversation(self, who: Who) -> str:
        made = self.send(who, "POST", "/v1/conversations", json={"title": f"about the {OUR_CANARY}"})
        conversation_id: str = made.raise_for_status().json()["id"]
        return conversation_id

    def call_tool(self, who: Who | None, tool: str, arguments: dict[str, object]) -> httpx.Response:
        """An MCP tool, called over HTTP."""
        return self.send(who, "POST", "/mcp", json=rpc("tools/call", name=tool, arguments=arguments))


def rpc(method: str, **parameters: object) -> dict[str, object]:
    return {"jsonrpc": "2.0", "id": 1, "method": method, "params": parameters}


def rpc_result(response: httpx.Response) -> dict[str, Any]:
    """The result of a JSON-RPC response, whether it is JSON or the one event of a stream."""
    text = response.text
    if "data:" in text:
        text = next(line.removeprefix("data:") for line in text.splitlines() if line.startswith("data:"))
    output: dict[str, dict[str, Any]] = json.loads(text)
    return output["result"]


def routes(app: FastAPI) -> set[str]:
    """`METHOD /path` of every route, in the description or not."""
    return {
        f"{method} {context.path}"
        for context in iter_route_contexts(app.routes)
        for method in (context.methods or ())
        if method != "HEAD"
    }
