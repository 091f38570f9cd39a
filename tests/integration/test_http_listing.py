"""Lists of documents in parts, their metadata and chunks, and archives handed in, over plain HTTP."""

from __future__ import annotations

import io
import uuid
import zipfile

import httpx
import pytest

from ragapp.client import RagappClient
from ragapp.errors import RagappError, UsageError
from ragapp.service import RagService
from ragapp.types import AskQuery, DocumentQuery, SearchQuery, UploadSpec


@pytest.fixture
def shelf(http: httpx.Client) -> str:
    """A new collection's name."""
    name = uuid.uuid4().hex
    assert http.post("/v1/collections", json={"name": name}).status_code == 201
    return name


@pytest.fixture
def client(library_url: str) -> RagappClient:
    return RagappClient(library_url)


def archive(files: dict[str, bytes]) -> io.BytesIO:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as into:
        for name, data in files.items():
            into.writestr(name, data)
    packed.seek(0)
    return packed


def put(client: RagappClient, shelf: str, *names: str) -> None:
    for size, name in enumerate(names, start=1):
        client.upload(UploadSpec(name, shelf), io.BytesIO(b"x" * size))


def names(client: RagappClient, shelf: str, **wanted: object) -> list[str]:
    return [one.name for one in client.listing(DocumentQuery(shelf, **wanted)).documents]  # type: ignore[arg-type]


def test_the_parts_of_a_list_make_the_whole(client: RagappClient, shelf: str) -> None:
    put(client, shelf, *(f"{number}.txt" for number in range(7)))
    parts = [names(client, shelf, order="status", offset=at, count=3) for at in (0, 3, 6)]
    assert [len(part) for part in parts] == [3, 3, 1]
    assert sorted(name for part in parts for name in part) == [f"{number}.txt" for number in range(7)]


def test_a_list_is_sorted_and_filtered_and_counts_all(client: RagappClient, shelf: str) -> None:
    put(client, shelf, "b.txt", "A.txt", "100%_c.md")
    assert names(client, shelf, order="name", descending=False) == ["100%_c.md", "A.txt", "b.txt"]
    assert names(client, shelf, order="size") == ["100%_c.md", "A.txt", "b.txt"]
    assert names(client, shelf) == ["100%_c.md", "A.txt", "b.txt"]
    assert names(client, shelf, containing="a.TXT") == ["A.txt"]
    assert names(client, shelf, containing="%_") == ["100%_c.md"]
    assert names(client, shelf, statuses=["ready"]) == []
    found = client.listing(DocumentQuery(shelf, containing=".txt", count=1))
    assert (found.matching, found.statuses, found.bytes) == (2, {"queued": 3}, 6)


def test_metadata_are_set_and_taken_away_by_name(client: RagappClient, shelf: str) -> None:
    stored = client.upload(
        UploadSpec("a.txt", shelf, metadata={"year": "2025", "draft": "yes"}), io.BytesIO(b"x")
    )
    changed = client.set_metadata(stored.document.id, {"year": "2026", "draft": None, "owner": "Ada"})
    assert changed.metadata == {"year": "2026", "owner": "Ada"}
    assert client.document(stored.document.id) == changed


def test_changed_metadata_narrow_the_next_search(client: RagappClient) -> None:
    tides = next(one for one in client.documents("default") if one.name == "tides.txt")
    client.set_metadata(tides.id, {"place": "harbour"})
    hits = client.search(SearchQuery("tide", filters={"place": "harbour"})).hits
    assert {hit.document_name for hit in hits} == {"tides.txt"}
    client.set_metadata(tides.id, {"place": None})
    assert client.search(SearchQuery("tide", filters={"place": "harbour"})).hits == ()


def test_chunks_are_those_that_overlap_the_span(client: RagappClient, library: RagService) -> None:
    tides = next(one for one in client.documents("default") if one.name == "tides.txt")
    (chunk,) = client.document_chunks(tides.id)
    assert client.document_text(tides.id).text[chunk.start : chunk.end] == chunk.text
    assert client.document_chunks(tides.id, start=chunk.end) == []
    assert client.document_chunks(tides.id, end=chunk.start) == []
    assert client.document_chunks(tides.id) == library.document_chunks(tides.id)


def test_each_document_of_an_archive_is_accepted_or_refused_by_itself(
    client: RagappClient, shelf: str
) -> None:
    inner = archive({"deep.txt": b"d"}).getvalue()
    files = {"a.txt": b"a", "more/a.txt": b"b", "large.txt": b"x" * 100_001, ".hidden": b"h", "in.zip": inner}
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as into:
        for name, data in files.items():
            into.writestr(name, data)
    packed.seek(0)
    report = client.upload_archive(shelf, "all.zip", packed)
    accepted = {one.document.source: one.document.name for one in report.accepted}
    assert accepted == {
        "all.zip!/a.txt": "a.txt",
        "all.zip!/more/a.txt": "a.txt",
        "all.zip!/in.zip!/deep.txt": "deep.txt",
    }
    assert [(one.name, one.problem.status) for one in report.refused] == [("large.txt", 413)]


@pytest.mark.parametrize("data", [b"PK\x03\x04 torn", archive({".DS_Store": b"x"}).getvalue()])
def test_an_archive_without_documents_is_refused_by_its_own_name(
    client: RagappClient, shelf: str, data: bytes
) -> None:
    with pytest.raises(RagappError, match=r"mine\.zip") as raised:
        client.upload_archive(shelf, "mine.zip", io.BytesIO(data))
    assert "tmp" not in str(raised.value)


def test_a_source_does_not_name_an_archive(http: httpx.Client, shelf: str) -> None:
    sent = {"file": ("all.zip", archive({"a.txt": b"a"}).getvalue())}
    refused = http.post(f"/v1/collections/{shelf}/documents", files=sent, data={"source": "s"})
    assert refused.status_code == UsageError.http_status


def test_disk_use_is_reported(client: RagappClient) -> None:
    embedder = next(one for one in client.models() if one.name == "bge-small-en-v1.5")
    assert embedder.installed
    assert embedder.present == embedder.bytes
    used = client.disk_use()
    assert used.database > 0
    assert used.originals > 0


def test_answers_are_counted_by_day(client: RagappClient) -> None:
    before = sum(day.answers for day in client.history.days(1))
    for question in ("When does the tide turn?", "When does the tide turn?", "Who is the king of Mars?"):
        list(client.ask(AskQuery(question)))
    (today,) = client.history.days(1)
    assert today.answers == before + 3
    assert today.cached >= 1
    assert today.refused >= 1
    assert today.median_ms is not None
