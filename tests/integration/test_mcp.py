"""The MCP server as the SDK's own client sees it: over HTTP, by handshake and without, and over stdio."""

from __future__ import annotations

import os
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from mcp import Client, MCPError, StdioServerParameters
from mcp_types import CallToolResult, TextContent

from ragapp.service import RagService
from ragapp.settings import Settings

pytestmark = pytest.mark.anyio

BUILT = "When was the harbour built?"
READING = {
    "search",
    "ask",
    "list_collections",
    "list_documents",
    "get_document",
    "list_tables",
    "query_table",
}


@pytest.fixture(scope="module")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="module", params=["http", "http, by handshake", "stdio", "stdio over http"])
async def client(
    request: pytest.FixtureRequest, library_url: str, library_settings: Settings
) -> AsyncIterator[Client]:
    if request.param.startswith("http"):
        mode = "legacy" if "handshake" in request.param else "auto"
        async with Client(f"{library_url}/mcp", mode=mode) as client:
            yield client
    else:
        options = ["--url", library_url] if "http" in request.param else []
        async with Client(stdio_server(library_settings.data_dir, *options)) as client:
            yield client


def stdio_server(data_dir: Path, *options: str, may_ingest: bool = False) -> StdioServerParameters:
    environment = {
        **os.environ,
        "RAGAPP_DATA_DIR": str(data_dir),
        "RAGAPP_GENERATOR": "extractive",
        "RAGAPP_MCP_INGEST": str(may_ingest).lower(),
    }
    command = ["-m", "ragapp.cli", "mcp", *options]
    return StdioServerParameters(command=sys.executable, args=command, env=environment)


def text_of(result: CallToolResult) -> str:
    (block,) = result.content
    assert isinstance(block, TextContent)
    return block.text


async def data_of(client: Client, tool: str, **arguments: object) -> dict[str, object]:
    result = await client.call_tool(tool, arguments)
    assert not result.is_error, text_of(result)
    data: dict[str, object] = result.structured_content
    return data


async def an_id(client: Client, name: str = "tides.txt") -> str:
    listed = await client.call_tool("list_documents", {"containing": name})
    return str(listed.structured_content["documents"][0]["document_id"])


async def the_resource(client: Client, name: str) -> str:
    """Its URI, from whichever part of the list it is in."""
    part = await client.list_resources()
    while not (found := [one.uri for one in part.resources if one.name == name]) and part.next_cursor:
        part = await client.list_resources(cursor=part.next_cursor)
    return str(found[0])


# -- tools


async def test_tools_only_read_unless_more_is_allowed(client: Client) -> None:
    tools = (await client.list_tools()).tools
    assert {tool.name for tool in tools} == READING
    for tool in tools:
        assert tool.title
        assert tool.annotations is not None
        assert (tool.annotations.read_only_hint, tool.annotations.open_world_hint) == (True, False)


async def test_tools_describe_their_arguments_and_results(client: Client) -> None:
    for tool in (await client.list_tools()).tools:
        assert tool.description is not None
        assert len(tool.description) > 50
        assert tool.output_schema is not None
        for name, schema in tool.input_schema.get("properties", {}).items():
            assert schema.get("description"), f"{tool.name}: {name}"


async def test_passages_are_spans_of_their_documents(client: Client, library: RagService) -> None:
    result = await client.call_tool("search", {"query": "How do bees dance?", "k": 2})
    passages = result.structured_content["passages"]
    assert [passage["number"] for passage in passages] == [1, 2]
    assert passages[0]["document"] == "bees.txt"
    for passage in passages:
        text = library.document_text(passage["document_id"], passage["version"]).text
        assert text[passage["start"] : passage["end"]] == passage["text"]
        assert passage["text"] in text_of(result)
        assert passage["uri"] in text_of(result)


async def test_an_answer_is_cited_in_data_and_text(client: Client, library: RagService) -> None:
    result = await client.call_tool("ask", {"question": BUILT})
    answer = result.structured_content
    assert answer["answer"] == "The harbour was built in 1862 by Ada Thornton. [1]"
    assert answer["sentences"][0]["verdict"] == "supported"
    (citation,) = answer["citations"]
    text = library.document_text(citation["document_id"], citation["version"]).text
    assert text[citation["start"] : citation["end"]] == citation["quote"]
    assert text_of(result).startswith(answer["answer"])
    assert f"[1] tides.txt, page 1: “{citation['quote']}” ({citation['uri']})" in text_of(result)


async def test_what_the_documents_do_not_hold_is_refused(client: Client) -> None:
    answer = await data_of(client, "ask", question="Who won the football cup of 1998?")
    assert (answer["refused"], answer["citations"]) == (True, [])


async def test_progress_is_reported_while_answering(client: Client) -> None:
    output: list[str] = []

    async def note(progress: float, total: float | None, message: str | None) -> None:
        output.append(str(message))

    await client.call_tool("ask", {"question": BUILT}, progress_callback=note)
    assert any(message.startswith("Found") for message in output)


async def test_a_document_is_read_in_parts(client: Client, library: RagService) -> None:
    document_id = await an_id(client)
    whole, start = "", 0
    while start is not None:
        result = await client.call_tool(
            "get_document", {"document_id": document_id, "start": start, "length": 40}
        )
        part = result.structured_content
        assert part["text"] in text_of(result)
        whole, start = whole + part["text"], part["next_start"]
    assert whole == library.document_text(document_id).text


async def test_documents_are_listed_in_parts(client: Client) -> None:
    names: list[str] = []
    offset = 0
    while offset is not None:
        listed = await client.call_tool("list_documents", {"offset": offset, "count": 2})
        names += [document["name"] for document in listed.structured_content["documents"]]
        offset = listed.structured_content["next_offset"]
    assert len(names) == len(set(names)) == listed.structured_content["total"]
    assert "tides.txt" in names


async def test_collections_are_listed_with_their_size(client: Client) -> None:
    listed = await client.call_tool("list_collections", {})
    (default,) = [c for c in listed.structured_content["collections"] if c["name"] == "default"]
    assert default["documents"] >= 3


@pytest.mark.parametrize(
    ("tool", "arguments", "output"),
    [
        ("ask", {"question": BUILT, "collection": "nowhere"}, "Collection 'nowhere' does not exist"),
        ("search", {"query": "x", "k": 0}, "greater than or equal to 1"),
        ("search", {"query": " "}, "empty"),
        ("search", {}, "query"),
        ("get_document", {"document_id": "nothing"}, "nothing"),
        ("ingest", {"name": "a.txt", "text": "x"}, "ingest"),
    ],
)
async def test_invalid_calls_return_an_explanation(
    client: Client, tool: str, arguments: dict[str, object], output: str
) -> None:
    result = await client.call_tool(tool, arguments)
    assert result.is_error
    assert output in text_of(result)


# -- resources and prompts


async def test_documents_are_resources(client: Client, library: RagService) -> None:
    uri = await the_resource(client, "tides.txt")
    assert uri == f"ragapp://documents/{await an_id(client)}"
    (whole,) = (await client.read_resource(uri)).contents
    (page,) = (await client.read_resource(f"{uri}/pages/1")).contents
    assert whole.text == page.text == library.document_text(uri.rpartition("/")[2]).text
    templates = (await client.list_resource_templates()).resource_templates
    assert {template.uri_template for template in templates} == {
        "ragapp://documents/{document_id}",
        "ragapp://documents/{document_id}/pages/{page}",
    }


@pytest.mark.parametrize(
    "address", ["nothing", "nothing/pages/1", "../secrets", "{id}/pages/2", "{id}/pages/x"]
)
async def test_there_is_nothing_at_another_address(client: Client, address: str) -> None:
    known = await an_id(client)
    with pytest.raises(MCPError):
        await client.read_resource(f"ragapp://documents/{address.replace('{id}', known)}")


async def test_a_prompt_contains_the_passages(client: Client) -> None:
    prompts = {prompt.name for prompt in (await client.list_prompts()).prompts}
    assert prompts == {"answer_from_passages", "research"}
    got = await client.get_prompt("answer_from_passages", {"question": BUILT})
    (message,) = got.messages
    assert isinstance(message.content, TextContent)
    assert "(tides.txt, page 1)" in message.content.text
    assert message.content.text.endswith(f"Question: {BUILT}")


# -- bringing documents in


async def test_an_ingested_document_can_be_asked_about(tmp_path: Path) -> None:
    stages: list[str] = []

    async def note(progress: float, total: float | None, message: str | None) -> None:
        stages.append(str(message))

    async with Client(stdio_server(tmp_path, may_ingest=True)) as client:
        (tool,) = [tool for tool in (await client.list_tools()).tools if tool.name == "ingest"]
        assert tool.annotations is not None
        assert (tool.annotations.read_only_hint, tool.annotations.destructive_hint) == (False, True)
        document = {"name": "mill.md", "text": "# The mill\n\nThe mill was built in 1907 by Otto Kranz.\n"}
        result = await client.call_tool("ingest", document, progress_callback=note)
        assert result.structured_content["document"]["status"] == "ready"
        assert stages
        answer = await data_of(client, "ask", question="Who built the mill?")
        assert "Otto Kranz" in str(answer["answer"])
        again = await client.call_tool("ingest", document)
        assert again.structured_content["outcome"] == "unchanged"
