"""Pictures of pages do not outlive what they show."""

from __future__ import annotations

import io
import shutil
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from ragapp.bootstrap import build_service
from ragapp.service import RagService
from ragapp.settings import Settings
from ragapp.types import Document, UploadSpec
from tests.printing import Printed, pdf_of
from tests.serving import ingest_all, settings_in


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return settings_in(tmp_path)


@pytest.fixture
def service(settings: Settings) -> Iterator[RagService]:
    with closing(build_service(settings)) as service:
        yield service


def hand_in(service: RagService, settings: Settings, words: str) -> Document:
    service.upload(UploadSpec("harbour.pdf"), io.BytesIO(pdf_of([Printed(50, 700, words)])))
    ingest_all(settings)
    (document,) = service.documents()
    service.page_image(document.id, 1)
    return document


def pictures(settings: Settings) -> list[Path]:
    return list((settings.data_dir / "pages").glob("*/*"))


def test_a_new_version_removes_the_pictures_of_the_former(service: RagService, settings: Settings) -> None:
    hand_in(service, settings, "The lighthouse was built in 1862.")
    (former,) = pictures(settings)
    hand_in(service, settings, "The lighthouse was built in 1863.")
    (newer,) = pictures(settings)
    assert newer != former


def test_a_deleted_document_or_collection_takes_its_pictures_along(
    service: RagService, settings: Settings
) -> None:
    service.delete_document(hand_in(service, settings, "The lighthouse was built in 1862.").id)
    assert pictures(settings) == []
    hand_in(service, settings, "The lighthouse was built in 1862.")
    service.delete_collection("default")
    assert pictures(settings) == []


def test_the_doctor_removes_what_a_delete_elsewhere_left(service: RagService, settings: Settings) -> None:
    document = hand_in(service, settings, "The lighthouse was built in 1862.")
    assert service.doctor().ok
    away = settings.data_dir / "another replica's"
    shutil.copytree(settings.data_dir / "pages", away)
    service.delete_document(document.id)
    shutil.copytree(away, settings.data_dir / "pages", dirs_exist_ok=True)

    broken = [check for check in service.doctor().checks if not check.ok]
    assert [check.name for check in broken] == ["there are no page images of deleted documents"]
    assert document.id in broken[0].detail
    assert service.doctor(repair=True).ok
    assert pictures(settings) == []
    assert service.doctor().ok
