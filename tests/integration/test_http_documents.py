"""Uploading and reading documents over plain HTTP."""

from __future__ import annotations

import uuid
from collections.abc import Iterator

import httpx
import pytest

from ragapp.settings import Settings


@pytest.fixture
def documents(http: httpx.Client) -> str:
    """The address of a new collection's documents."""
    made = http.post("/v1/collections", json={"name": f"c {uuid.uuid4().hex}"})
    assert made.status_code == 201
    return f"{made.headers['location']}/documents"


def test_one_file_is_accepted_with_the_address_of_its_status(http: httpx.Client, documents: str) -> None:
    response = http.post(documents, files={"file": ("a.txt", b"x")}, data={"metadata": '{"year": "2026"}'})
    assert response.status_code == 202
    (accepted,) = response.json()["accepted"]
    assert accepted["outcome"] == "added"
    assert accepted["status_url"] == response.headers["location"]
    shown = http.get(accepted["status_url"]).json()
    assert shown == accepted["document"]
    assert shown["metadata"] == {"year": "2026"}


def test_a_file_that_is_refused_does_not_stop_the_others(
    http: httpx.Client, documents: str, library_settings: Settings
) -> None:
    large = b"x" * (library_settings.max_upload_bytes + 1)
    files = [
        ("file", (name, data)) for name, data in {"a.txt": b"a", "large.txt": large, "b.txt": b"b"}.items()
    ]
    report = http.post(documents, files=files).json()
    assert [accepted["document"]["name"] for accepted in report["accepted"]] == ["a.txt", "b.txt"]
    (refused,) = report["refused"]
    assert (refused["name"], refused["problem"]["status"]) == ("large.txt", 413)


def test_when_no_file_is_accepted_the_answer_is_a_problem(http: httpx.Client) -> None:
    files = [("file", ("a.txt", b"a")), ("file", ("b.txt", b"b"))]
    response = http.post("/v1/collections/nowhere/documents", files=files)
    assert response.status_code == 404
    assert response.headers["content-type"] == "application/problem+json"


def test_a_source_names_one_file_only(http: httpx.Client, documents: str) -> None:
    files = [("file", ("a.txt", b"a")), ("file", ("b.txt", b"b"))]
    assert http.post(documents, files=files, data={"source": "s"}).status_code == 422
    assert http.get(documents).json() == []


@pytest.mark.parametrize("metadata", ["no json", "[]", '{"a": 1}', '{"": "x"}', '{"a": "%s"}' % ("x" * 1001)])
def test_metadata_are_strings_by_name(http: httpx.Client, documents: str, metadata: str) -> None:
    response = http.post(documents, files={"file": ("a.txt", b"x")}, data={"metadata": metadata})
    assert response.status_code == 422
    assert "metadata" in response.json()["detail"]


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\reports\\q3.pdf", "q3.pdf"),
        ("in\u202evoice-fdp.exe", "invoice-fdp.exe"),
        ("bell\u0007 and\u200b nothing.txt", "bell and nothing.txt"),
        ("ملف.pdf", "ملف.pdf"),
        ("..", "unnamed"),
        ("x" * 500 + ".html", "x" * 195 + ".html"),
    ],
)
def test_a_file_name_is_only_ever_shown(http: httpx.Client, documents: str, sent: str, shown: str) -> None:
    part = f'--x\r\nContent-Disposition: form-data; name="file"; filename="{sent}"\r\n\r\ntext\r\n--x--\r\n'
    headers = {"Content-Type": "multipart/form-data; boundary=x"}
    response = http.post(documents, content=part.encode(), headers=headers)
    assert response.status_code == 202, response.text
    assert response.json()["accepted"][0]["document"]["name"] == shown


def test_a_body_over_the_limit_is_refused_whatever_length_it_says(
    http: httpx.Client, documents: str, library_settings: Settings
) -> None:
    limit = library_settings.max_upload_bytes
    sent = 0

    def endless() -> Iterator[bytes]:
        nonlocal sent
        yield b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\n\r\n'
        while sent < 100 * limit:
            sent += 10_000
            yield b"x" * 10_000

    headers = {"Content-Type": "multipart/form-data; boundary=x"}
    response = http.post(documents, content=endless(), headers=headers)
    assert "content-length" not in response.request.headers
    assert response.status_code == 413
    assert "RAGAPP_MAX_UPLOAD_BYTES" in response.json()["detail"]
    assert http.get(documents).json() == []


def test_a_large_json_body_is_refused(http: httpx.Client) -> None:
    response = http.post("/v1/search", json={"query": "x" * 2_000_000})
    assert response.status_code == 413


def test_a_document_is_reached_through_its_own_collection_only(http: httpx.Client, documents: str) -> None:
    document_id = http.post(documents, files={"file": ("a.txt", b"x")}).json()["accepted"][0]["document"][
        "id"
    ]
    elsewhere = f"/v1/collections/default/documents/{document_id}"
    assert http.get(elsewhere).status_code == 404
    assert http.get(f"{elsewhere}/text").status_code == 404
    assert http.delete(elsewhere).status_code == 404
    assert http.get(f"/v1/collections/-/documents/{document_id}").status_code == 200
    assert http.delete(f"{documents}/{document_id}").status_code == 204
    assert http.get(f"{documents}/{document_id}").status_code == 404
