"""Whatever a model passes to a tool, it gets a result or is told what was wrong: nothing crashes."""

from __future__ import annotations

import anyio
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from mcp import Client
from mcp.server.mcpserver import MCPServer
from mcp_types import CallToolResult, TextContent

from ragapp.doors.mcp.server import build_server
from ragapp.service import RagService

NUMBERS = st.integers(-2, 60) | st.integers(-(2**70), 2**70)
NAMES = st.sampled_from(["default", "nowhere"]) | st.text(max_size=20)
ANYTHING = st.none() | st.booleans() | st.floats() | st.lists(st.integers(), max_size=2) | st.text(max_size=9)
FILTERS = st.dictionaries(st.text(max_size=9), st.text(max_size=9), max_size=3) | st.none()


def arguments_of(**kinds: st.SearchStrategy[object]) -> st.SearchStrategy[dict[str, object]]:
    """Some of the arguments, mostly of the right kind."""
    return st.fixed_dictionaries({}, optional={name: kind | ANYTHING for name, kind in kinds.items()})


@st.composite
def calls(draw: st.DrawFn, document_id: str) -> tuple[str, dict[str, object]]:
    ids = st.just(document_id) | st.text(max_size=9)
    wide = {"collection": NAMES, "k": NUMBERS, "filters": FILTERS}
    kinds = {
        "search": arguments_of(query=st.text(), mode=st.sampled_from(["hybrid", "dense", "words"]), **wide),
        "ask": arguments_of(question=st.text(), mode=st.sampled_from(["auto", "extractive"]), **wide),
        "list_documents": arguments_of(collection=NAMES, containing=st.text(), offset=NUMBERS, count=NUMBERS),
        "get_document": arguments_of(
            document_id=ids, start=NUMBERS, page=NUMBERS, length=NUMBERS, version=NUMBERS
        ),
        "list_collections": arguments_of(),
    }
    tool = draw(st.sampled_from(sorted(kinds)))
    return tool, draw(kinds[tool])


@pytest.fixture(scope="module")
def server(library: RagService) -> MCPServer[None]:
    return build_server(lambda _: library, may_ingest=False)


@settings(max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_no_arguments_crash_a_tool(server: MCPServer[None], library: RagService, data: st.DataObject) -> None:
    tool, arguments = data.draw(calls(library.documents()[0].id))
    result = anyio.run(called, server, tool, arguments)
    (told,) = result.content
    assert isinstance(told, TextContent)
    # What was foreseen is told with its reason, a crash is not.
    assert told.text != f"Error executing tool {tool}", f"{tool}({arguments})"


async def called(server: MCPServer[None], tool: str, arguments: dict[str, object]) -> CallToolResult:
    async with Client(server) as client:
        return await client.call_tool(tool, arguments)
