"""The work on documents as people see it: through the service, the client and the command line."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing

import pytest

from ragapp.bootstrap import build_service
from ragapp.errors import ConflictError, NotFoundError, UsageError
from ragapp.service import RagService
from ragapp.settings import Settings
from ragapp.types import UploadSpec
from tests.serving import Caller, ingest_all, settings_in


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return settings_in(tmp_path_factory.mktemp("data"))


@pytest.fixture(scope="module")
def service(settings: Settings) -> Iterator[RagService]:
    with closing(build_service(settings)) as service:
        yield service


def test_work_is_listed_cancelled_retried_and_done(caller: Caller, settings: Settings) -> None:
    name = type(caller).__name__
    document = caller.upload(UploadSpec(f"{name}.txt"), io.BytesIO(f"Herons fish for {name}.".encode()))
    id_ = document.document.id
    assert id_ in {job.document_id for job in caller.jobs(statuses=["queued"])}
    assert caller.cancel_job(id_).status == "failed"
    assert caller.document(id_).error == caller.job(id_).why
    assert caller.retry_job(id_).status == "queued"
    ingest_all(settings)
    done = caller.job(id_)
    assert (done.status, done.lane, done.chunks) == ("ready", "interactive", 1)
    assert done.searchable_at is not None
    assert done.ended_at is not None
    assert done.accepted_at <= done.searchable_at <= done.ended_at
    assert {"parse", "chunk", "embed", "store"} == set(done.seconds)
    assert id_ not in {job.document_id for job in caller.jobs()}
    with pytest.raises(ConflictError):
        caller.retry_job(id_)
    with pytest.raises(NotFoundError):
        caller.job("nothing")


def test_a_source_with_nul_is_refused(caller: Caller) -> None:
    with pytest.raises(UsageError, match="NUL"):
        caller.upload(UploadSpec("a.txt", source="a\0b"), io.BytesIO(b"text"))


def run(settings: Settings, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "ragapp.cli", "jobs", *arguments]
    environment = os.environ | {"RAGAPP_DATA_DIR": str(settings.data_dir)}
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


def test_the_command_line_shows_the_reason(service: RagService, settings: Settings) -> None:
    bad = service.upload(UploadSpec("bad.pdf"), io.BytesIO(b"no PDF")).document.id
    ingest_all(settings)
    (job,) = json.loads(run(settings, "list", "--status", "failed", "--json").stdout)
    assert (job["document_id"], job["name"], job["status"]) == (bad, "bad.pdf", "failed")
    shown = json.loads(run(settings, "show", bad, "--json").stdout)
    assert "not a PDF" in shown["why"]
    assert "not a PDF" in run(settings, "show", bad).stdout
    assert json.loads(run(settings, "retry", bad, "--json").stdout)[0]["status"] == "queued"
    assert "Cancelled" in run(settings, "cancel", bad).stdout
    assert run(settings, "cancel", bad).returncode == 1
    assert run(settings, "show", "nothing").returncode == 3
    assert run(settings, "list", "--status", "asleep").returncode == 2
