"""Pages over plain HTTP and through the client: text, picture, and where the cited words stand."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import httpx
import pytest

from ragapp.api.http.app import create_app
from ragapp.bootstrap import build_service
from ragapp.client import RagappClient
from ragapp.errors import NotFoundError, UnsupportedFormat
from ragapp.service import RagService
from ragapp.types import Document, UploadSpec
from tests.printing import Printed, pdf_of
from tests.serving import ingest_all, serving, settings_in

FIRST = "The lighthouse was built in 1862."
SECOND = "Its lamp burns colza oil."
CITED = len(FIRST) + 1 + SECOND.index("colza"), len(FIRST) + 1 + len(SECOND)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("pages")


@pytest.fixture(scope="module")
def service(folder: Path) -> Iterator[RagService]:
    settings = settings_in(folder)
    with closing(build_service(settings)) as service:
        data = pdf_of([Printed(50, 700, FIRST)], [Printed(50, 700, SECOND)])
        service.upload(UploadSpec("harbour.pdf"), io.BytesIO(data))
        service.upload(UploadSpec("bread.txt"), io.BytesIO(b"Bread rises for twelve hours."))
        ingest_all(settings)
        yield service


@pytest.fixture(scope="module")
def url(service: RagService, folder: Path) -> Iterator[str]:
    with serving(create_app(service, settings_in(folder))) as url:
        yield url


@pytest.fixture
def http(url: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=url, timeout=60) as http:
        yield http


@pytest.fixture
def harbour(service: RagService) -> Document:
    return next(one for one in service.documents("default") if one.name == "harbour.pdf")


def path_of(document: Document, page: str, collection: str = "default") -> str:
    return f"/v1/collections/{collection}/documents/{document.id}/pages/{page}"


def test_a_page_has_text_picture_and_boxes(http: httpx.Client, harbour: Document) -> None:
    text = http.get(path_of(harbour, "2")).json()
    assert (text["text"], text["start"], text["pages"]) == (SECOND, len(FIRST) + 1, 2)
    span = {"highlight": f"{CITED[0]}-{CITED[1]}"}
    picture = http.get(path_of(harbour, "2.png"), params=span)
    assert picture.headers["content-type"] == "image/png"
    assert picture.content.startswith(b"\x89PNG")
    boxes = http.get(path_of(harbour, "2/boxes"), params=span).json()
    assert len(boxes["boxes"]) == 1
    assert http.get(path_of(harbour, "2.png")).content != picture.content


def test_the_client_hands_out_what_the_service_does(service: RagService, url: str, harbour: Document) -> None:
    with RagappClient(url) as client:
        for way in (service, client):
            assert way.page(harbour.id, 1).text == FIRST
        assert client.page_image(harbour.id, 2, cited=CITED) == service.page_image(harbour.id, 2, cited=CITED)
        with pytest.raises(NotFoundError, match=r"harbour\.pdf has 2 pages: there is no page 3"):
            client.page_image(harbour.id, 3)
        bread = next(one for one in client.documents() if one.name == "bread.txt")
        with pytest.raises(UnsupportedFormat, match=r"bread\.txt has no pages that can be drawn"):
            client.page_image(bread.id, 1)


@pytest.mark.parametrize(
    ("page", "query", "status"),
    [
        ("3.png", {}, 404),
        ("0.png", {}, 422),
        ("x.png", {}, 422),
        ("1.png", {"highlight": "5"}, 422),
        ("1.png", {"highlight": "9-5"}, 422),
        ("1.png", {"highlight": f"{CITED[0]}-{CITED[1]}"}, 422),
        ("1.png", {"version": "7"}, 404),
        ("1.png", {"version": str(2**31)}, 422),
        ("1", {"version": str(2**63)}, 422),
        (str(10**30), {}, 404),
        ("3/boxes", {}, 404),
        ("3", {}, 404),
    ],
)
def test_what_is_not_there_is_a_problem(
    http: httpx.Client, harbour: Document, page: str, query: dict[str, str], status: int
) -> None:
    response = http.get(path_of(harbour, page), params=query)
    assert (response.status_code, response.headers["content-type"]) == (status, "application/problem+json")


def test_a_page_is_found_through_its_own_collection_only(http: httpx.Client, harbour: Document) -> None:
    for page in ("1", "1.png", "1/boxes"):
        assert http.get(path_of(harbour, page, "other")).status_code == 404


def test_a_deleted_documents_pages_are_gone(service: RagService, http: httpx.Client, folder: Path) -> None:
    settings = settings_in(folder)
    data = pdf_of([Printed(50, 700, "Nets dry on the quay.")])
    document = service.upload(UploadSpec("nets.pdf"), io.BytesIO(data)).document
    ingest_all(settings)
    assert http.get(path_of(document, "1.png")).status_code == 200
    assert list((folder / "pages" / document.id).iterdir())
    service.delete_document(document.id)
    assert http.get(path_of(document, "1.png")).status_code == 404
    assert not (folder / "pages" / document.id).exists()
