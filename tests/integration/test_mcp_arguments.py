"""Every MCP tool returns a result or an explanation for arbitrary arguments, and never crashes."""

from __future__ import annotations

import anyio
import pytest
from mcp import Client
from mcp.shared.exceptions import MCPError
from mcp_types import TextContent

from ragapp.api.mcp.server import build_server
from ragapp.service import RagService

Arguments = dict[str, object]

ODD: tuple[object, ...] = (
    -1,
    0,
    2**31,
    2**70,
    0.5,
    None,
    True,
    [],
    {},
    {"\0": "x"},
    "",
    "\0",
    "%2F",
    "x" * 9000,
)
NEEDED: dict[str, Arguments] = {
    "search": {"query": "Who built the harbour?"},
    "ask": {"question": "Who built the harbour?"},
    "get_document": {"document_id": "…"},
    "query_table": {"table_id": 1},
}
"""What the tools cannot do without."""


@pytest.mark.parametrize(
    "tool",
    [
        "search",
        "ask",
        "list_collections",
        "list_documents",
        "get_document",
        "list_tables",
        "query_table",
    ],
)
def test_no_argument_crashes_a_tool(library: RagService, tool: str) -> None:
    needed = NEEDED.get(tool, {})
    if "document_id" in needed:
        needed = {"document_id": library.documents()[0].id}
    replies = anyio.run(replies_to_each, library, tool, needed)
    # What was foreseen is told with its reason, a crash is not.
    assert [call for call, text in replies if text == f"Error executing tool {tool}"] == []


def test_no_cursor_crashes_the_list_of_resources(library: RagService) -> None:
    async def list_from(cursor: str) -> None:
        async with Client(build_server(lambda _: library, may_ingest=False)) as client:
            with pytest.raises(MCPError, match="Unknown cursor"):
                await client.list_resources(cursor=cursor)

    for cursor in ("nonsense", "0.-1", "0.²", f"0.{10**25}", "0." + "9" * 5000):
        anyio.run(list_from, cursor)


async def replies_to_each(library: RagService, tool: str, needed: Arguments) -> list[tuple[Arguments, str]]:
    """The tool's calls with each odd value in each argument, and what each was told."""
    replies: list[tuple[Arguments, str]] = []
    async with Client(build_server(lambda _: library, may_ingest=False)) as client:
        (schema,) = [one.input_schema for one in (await client.list_tools()).tools if one.name == tool]
        for name in schema.get("properties", {}):
            for odd in ODD:
                call = needed | {name: odd}
                (block,) = (await client.call_tool(tool, call)).content
                assert isinstance(block, TextContent)
                replies.append((call, block.text))
    return replies
