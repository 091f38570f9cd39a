"""What was not read of a document is told wherever the document, or an answer about it, is shown."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from ragapp.api.http.app import create_app
from ragapp.bootstrap import build_service
from ragapp.service import RagService
from ragapp.settings import Settings
from ragapp.types import Answer, AskQuery, UploadSpec, final_answer
from tests import commands
from tests.mails import mail_with
from tests.serving import ingest_all, serving, settings_in

DAMAGED = b"PK\x03\x04" + bytes(100)


MAIL = mail_with(
    ("basin.docx", DAMAGED), body="The quay was widened in 1911. The drawing of the basin is attached."
)


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return settings_in(tmp_path_factory.mktemp("gaps"))


@pytest.fixture(scope="module")
def service(settings: Settings) -> Iterator[RagService]:
    service = build_service(settings)
    service.upload(UploadSpec("quay.eml"), io.BytesIO(MAIL))
    service.upload(UploadSpec("bread.txt"), io.BytesIO(b"Sourdough bread rises for twelve hours."))
    ingest_all(settings)
    yield service
    service.close()


@pytest.fixture(scope="module")
def http(service: RagService, settings: Settings) -> Iterator[httpx.Client]:
    app: FastAPI = create_app(service, settings)
    with serving(app) as url, httpx.Client(base_url=url, timeout=60) as http:
        yield http


def asked(service: RagService, question: str) -> Answer:
    return final_answer(service.ask(AskQuery(question)))


def test_a_refusal_names_what_could_not_be_read(service: RagService) -> None:
    for _ in range(2):  # the second answer may come from the cache
        answer = asked(service, "How deep is the basin?")
        assert answer.refused
        assert answer.notice == (
            "The answer may be in what could not be read of quay.eml (attachment basin.docx)."
        )


def test_an_answer_from_elsewhere_is_not_disturbed(service: RagService) -> None:
    answer = asked(service, "How long does sourdough bread rise?")
    assert "twelve hours" in answer.answer
    assert answer.notice is None


def test_the_api_lists_gaps_and_filters_by_them(http: httpx.Client) -> None:
    listing = http.get("/v1/collections/default/listing", params={"with_gaps": True}).json()
    assert (listing["with_gaps"], listing["matching"]) == (1, 1)
    (document,) = listing["documents"]
    assert document["status"] == "ready"
    (gap,) = document["gaps"]
    assert (gap["what"], gap["where"]) == ("attachment", "attachment basin.docx")
    assert "damaged" in gap["why"]
    text = http.get(f"/v1/collections/default/documents/{document['id']}/text").json()
    assert text["gaps"] == [gap]


def test_the_doctor_counts_documents_that_were_not_read_completely(service: RagService) -> None:
    report = service.doctor()
    assert report.ok
    (detail,) = [check.detail for check in report.checks if "not read" in check.name]
    assert "attachment in 1" in detail


def test_the_commands_tell_what_was_not_read(tmp_path: Path) -> None:
    (tmp_path / "quay.eml").write_bytes(MAIL)
    (tmp_path / "bread.txt").write_text("Sourdough bread rises for twelve hours.")
    data = str(tmp_path / "data")

    def ragapp(*arguments: str) -> str:
        done = commands.ragapp(*arguments, "--data-dir", data, RAGAPP_GENERATOR="extractive")
        assert done.returncode == 0, done.stderr
        return done.stdout

    report = json.loads(ragapp("ingest", str(tmp_path / "quay.eml"), str(tmp_path / "bread.txt"), "--json"))
    gaps = {document["name"]: document["gaps"] for document in report["documents"]}
    assert gaps["bread.txt"] == []
    assert [gap["where"] for gap in gaps["quay.eml"]] == ["attachment basin.docx"]
    (lacking,) = json.loads(ragapp("documents", "list", "--gaps", "--json"))
    assert lacking["gaps"] == gaps["quay.eml"]
    assert "ready with gaps" in ragapp("documents", "list")
    shown = ragapp("documents", "show", lacking["id"])
    assert "attachment basin.docx" in shown
    assert "not read: attachment basin.docx of quay.eml." in ragapp("ingest", str(tmp_path / "quay.eml"))
