"""Every MCP tool, called with the needed role, with another tenant's key and without a key."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

import pytest
from starlette.testclient import TestClient

from ragapp.api.http.app import create_app
from ragapp.service import RagService
from ragapp.settings import Settings
from tests.integration.authorization.world import OUR_CANARY, QUESTION, Who, World, rpc, rpc_result


@dataclass(frozen=True)
class Tool:
    """`arguments` of a call about `ours`; `refused` are the roles there that may not, `tells` what the
    reader is told."""

    arguments: Callable[[World], dict[str, object]]
    refused: tuple[Who, ...] = ()
    tells: str = OUR_CANARY


TOOLS: Mapping[str, Tool] = MappingProxyType(
    {
        "search": Tool(lambda world: {"query": QUESTION, "collection": "ours"}),
        "ask": Tool(lambda world: {"question": QUESTION, "collection": "ours"}),
        "list_collections": Tool(lambda world: {}, tells="ours"),
        "list_documents": Tool(lambda world: {"collection": "ours"}, tells="ours.txt"),
        "get_document": Tool(lambda world: {"document_id": world.document}),
        "list_tables": Tool(lambda world: {"collection": "ours"}, tells="Sales by region"),
        "query_table": Tool(lambda world: {"table_id": world.table}),
        "ingest": Tool(
            lambda world: {"name": "a.txt", "text": "x", "collection": "ours"}, refused=("reader",)
        ),
    }
)


@pytest.fixture(scope="module")
def tooled(world: World, service: RagService, settings: Settings) -> Iterator[World]:
    """The same world, with the tool that writes switched on."""
    app = create_app(service, settings.model_copy(update={"mcp_ingest": True}))
    with TestClient(app, base_url="http://127.0.0.1", client=("192.0.2.7", 4711)) as http:
        yield replace(world, http=http, app=app)


def test_every_tool_has_a_rule(tooled: World) -> None:
    listed = rpc_result(tooled.send("reader", "POST", "/mcp", json=rpc("tools/list")))
    assert {tool["name"] for tool in listed["tools"]} == TOOLS.keys()


@pytest.mark.parametrize("name", sorted(TOOLS))
def test_tools_work_with_the_needed_role(tooled: World, name: str) -> None:
    tool = TOOLS[name]
    if not tool.refused:
        output = tooled.call_tool("reader", name, tool.arguments(tooled))
        assert not rpc_result(output).get("isError")
        assert tool.tells in output.text
    for role in tool.refused:
        refused = rpc_result(tooled.call_tool(role, name, tool.arguments(tooled)))
        assert refused["isError"]
        assert "editor" in str(refused["content"])


@pytest.mark.parametrize("name", sorted(TOOLS))
def test_tools_reveal_nothing_to_another_tenant(tooled: World, name: str) -> None:
    tool = TOOLS[name]
    response = tooled.call_tool("stranger", name, tool.arguments(tooled))
    assert OUR_CANARY not in response.text
    assert "ours.txt" not in response.text
    if tool.arguments(tooled):
        assert "does not exist" in str(rpc_result(response)["content"])


@pytest.mark.parametrize("name", sorted(TOOLS))
def test_tools_need_a_key(tooled: World, name: str) -> None:
    assert tooled.call_tool(None, name, TOOLS[name].arguments(tooled)).status_code == 401


@pytest.mark.parametrize(("who", "status"), [("reader", True), ("stranger", False)])
def test_resources_need_read_access_to_their_document(tooled: World, who: Who, status: bool) -> None:
    listed = tooled.send("reader", "POST", "/mcp", json=rpc("resources/list"))
    uris = [one["uri"] for one in rpc_result(listed)["resources"] if one["name"] == "ours.txt"]
    response = tooled.send(who, "POST", "/mcp", json=rpc("resources/read", uri=uris[0]))
    assert (OUR_CANARY in response.text) is status
