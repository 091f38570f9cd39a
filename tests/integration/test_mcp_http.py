"""MCP at `/mcp`: only for whom a key lets in, as that key allows, and never for a web page from elsewhere."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, closing

import anyio
import httpx
import httpx2
import pytest
from mcp import Client, MCPError
from mcp.client.streamable_http import streamable_http_client

from ragapp.api.http.app import create_app
from ragapp.bootstrap import build_service
from ragapp.service import RagService
from ragapp.settings import Settings
from ragapp.types import Grant, Role, UploadSpec
from tests.modelserver import Pieces, written_by
from tests.serving import ingest_all, serving, settings_in

LIST_TOOLS = {"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {}}
SPEAKS = {"Accept": "application/json, text/event-stream", "MCP-Protocol-Version": "2025-11-25"}

With = Callable[[str], AbstractAsyncContextManager[Client]]


@pytest.fixture(scope="module")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return settings_in(tmp_path_factory.mktemp("mcp")).model_copy(update={"mcp_ingest": True})


@pytest.fixture(scope="module")
def service(settings: Settings) -> Iterator[RagService]:
    """Two tenants with a document each."""
    with closing(build_service(settings)) as service:
        for name in ("ours", "theirs"):
            service.create_collection(name)
            service.upload(
                UploadSpec(f"{name}.txt", name), io.BytesIO(f"The word of {name} is quokka.".encode())
            )
        ingest_all(settings)
        yield service


@pytest.fixture(scope="module")
def url(service: RagService, settings: Settings) -> Iterator[str]:
    with serving(create_app(service, settings)) as url:
        yield url


@pytest.fixture
def secret(service: RagService) -> Callable[[Role], str]:
    """The secret of a new key for `ours`."""
    return lambda role: service.auth.api_keys.create(role, [Grant(role, "ours")]).secret


@asynccontextmanager
async def client_of(url: str, secret: str) -> AsyncIterator[Client]:
    headers = {"Authorization": f"Bearer {secret}"}
    async with (
        httpx2.AsyncClient(headers=headers, timeout=60) as http,
        Client(streamable_http_client(f"{url}/mcp", http_client=http)) as client,
    ):
        yield client


def test_a_key_is_needed_once_there_is_one(url: str, secret: Callable[[Role], str]) -> None:
    with httpx.Client(base_url=url, headers=SPEAKS) as http:
        key = {"Authorization": f"Bearer {secret('reader')}"}
        assert http.post("/mcp", json=LIST_TOOLS, headers=key).status_code == 200
        for wrong in ({}, {"Authorization": "Bearer ragapp_made_up"}):
            refused = http.post("/mcp", json=LIST_TOOLS, headers=wrong)
            assert (refused.status_code, refused.headers["www-authenticate"][:6]) == (401, "Bearer")


def test_a_revoked_key_opens_nothing_more(service: RagService, url: str) -> None:
    made = service.auth.api_keys.create("gone", [Grant("reader", "ours")])
    headers = {**SPEAKS, "Authorization": f"Bearer {made.secret}"}
    assert httpx.post(f"{url}/mcp", json=LIST_TOOLS, headers=headers).status_code == 200
    service.auth.api_keys.revoke(made.key.id)
    assert httpx.post(f"{url}/mcp", json=LIST_TOOLS, headers=headers).status_code == 401


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Host": "evil.example"}, 421),
        ({"Host": "127.0.0.1.evil.example:80"}, 421),
    ],
)
def test_web_pages_of_other_origins_are_rejected(
    url: str, secret: Callable[[Role], str], headers: dict[str, str], status: int
) -> None:
    key = {"Authorization": f"Bearer {secret('reader')}"}
    response = httpx.post(f"{url}/mcp", json=LIST_TOOLS, headers={**SPEAKS, **key, **headers})
    assert response.status_code == status
    assert "search" not in response.text


@pytest.mark.parametrize("method", ["GET", "DELETE", "PUT"])
def test_messages_are_posted(url: str, secret: Callable[[Role], str], method: str) -> None:
    headers = {**SPEAKS, "Authorization": f"Bearer {secret('reader')}"}
    assert httpx.request(method, f"{url}/mcp", headers=headers).status_code == 405


@pytest.mark.anyio
async def test_a_caller_sees_only_what_its_key_opens(
    service: RagService, url: str, secret: Callable[[Role], str]
) -> None:
    (theirs,) = service.documents("theirs")
    async with client_of(url, secret("reader")) as client:
        listed = await client.call_tool("list_collections", {})
        assert [one["name"] for one in listed.structured_content["collections"]] == ["ours"]
        assert [one.name for one in (await client.list_resources()).resources] == ["ours.txt"]
        foreign: dict[str, dict[str, object]] = {
            "search": {"query": "word", "collection": "theirs"},
            "ask": {"question": "What is the word of theirs?", "collection": "theirs"},
            "list_documents": {"collection": "theirs"},
            "get_document": {"document_id": theirs.id},
            "list_tables": {"collection": "theirs"},
            "query_table": {"table_id": 1},
            "ingest": {"name": "a.txt", "text": "x", "collection": "theirs"},
        }
        tools = {tool.name for tool in (await client.list_tools()).tools}
        assert tools == foreign.keys() | {"list_collections"}, "a new tool needs its line above"
        for tool, arguments in foreign.items():
            result = await client.call_tool(tool, arguments)
            assert result.is_error
            assert "quokka" not in str(result)
        for template in (await client.list_resource_templates()).resource_templates:
            uri = template.uri_template.replace("{document_id}", theirs.id).replace("{page}", "1")
            with pytest.raises(MCPError):
                await client.read_resource(uri)
        with pytest.raises(MCPError):
            await client.get_prompt("answer_from_passages", {"question": "word", "collection": "theirs"})


@pytest.mark.anyio
async def test_a_reader_may_not_ingest_documents(
    service: RagService, url: str, secret: Callable[[Role], str]
) -> None:
    async with client_of(url, secret("reader")) as client:
        result = await client.call_tool("ingest", {"name": "no.txt", "text": "A note.", "collection": "ours"})
    assert result.is_error
    assert "editor" in str(result.content)
    assert "no.txt" not in {one.name for one in service.documents("ours")}


@pytest.mark.anyio
async def test_an_editor_may(settings: Settings, url: str, secret: Callable[[Role], str]) -> None:
    async def work() -> None:
        while True:
            await anyio.to_thread.run_sync(ingest_all, settings)
            await anyio.sleep(0.1)

    document = {"name": "yes.txt", "text": "A note.", "collection": "ours"}
    async with client_of(url, secret("editor")) as client, anyio.create_task_group() as worker:
        worker.start_soon(work)
        result = await client.call_tool("ingest", document)
        worker.cancel_scope.cancel()
    assert result.structured_content["document"]["status"] == "ready"


@pytest.mark.anyio
@pytest.mark.parametrize("mode", ["auto", "legacy"])
async def test_a_model_stops_writing_when_its_caller_goes_away(
    library: RagService, library_settings: Settings, mode: str
) -> None:
    pieces = Pieces(*["The tide turns. "] * 40, endless=True)
    with (
        written_by(pieces, library_settings) as settings,
        closing(build_service(settings)) as service,
        serving(create_app(service, settings)) as url,
    ):
        writing = anyio.Event()

        async def note(progress: float, total: float | None, message: str | None) -> None:
            if "generated" in str(message):
                writing.set()

        async with anyio.create_task_group() as asking:

            async def ask() -> None:
                async with Client(f"{url}/mcp", mode=mode) as client:
                    question = {"question": "When does the tide turn?", "mode": "generate"}
                    await client.call_tool("ask", question, progress_callback=note)

            asking.start_soon(ask)
            with anyio.fail_after(60):
                await writing.wait()
            assert not pieces.stopped.is_set()
            asking.cancel_scope.cancel()
        assert await anyio.to_thread.run_sync(pieces.stopped.wait, 30)
