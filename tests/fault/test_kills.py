"""A worker is killed with SIGKILL at random instants of a real ingest, on each database.

The doctor looks after each kill. `RAGAPP_TEST_KILL_SEED` chooses the instants.
"""

from __future__ import annotations

import io
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from pydantic import SecretStr

from ragapp.bootstrap import build_service
from ragapp.service import RagService
from ragapp.settings import Settings
from ragapp.testing.soak import repeats
from ragapp.types import UploadSpec

KILLS = repeats(3, 200)
SEED = int(os.environ.get("RAGAPP_TEST_KILL_SEED", "11"))
LONGEST = 3.0
"""Seconds until a worker is killed, of which it needs half to load its model."""
PATIENCE = 300.0


def worker(settings: Settings) -> subprocess.Popen[bytes]:
    environment = os.environ | {
        "RAGAPP_LEASE_SECONDS": str(settings.lease_seconds),
        "RAGAPP_MODELS_DIR": str(settings.models_dir),
        "RAGAPP_DATABASE_URL": settings.resolved_database_url,
    }
    command = [sys.executable, "-m", "ragapp.cli", "worker", "--data-dir", str(settings.data_dir)]
    return subprocess.Popen(command, env=environment)


def text_of(number: int, edition: int) -> str:
    beats = [f"Buoy {number} of edition {edition} rings {beat} times in fog." for beat in range(30)]
    return "\n\n".join(beats)


def upload(service: RagService, number: int, edition: int) -> None:
    service.upload(UploadSpec(f"buoy-{number}.txt"), io.BytesIO(text_of(number, edition).encode()))


def assert_healthy(service: RagService) -> None:
    report = service.doctor()
    assert report.ok, [check for check in report.checks if not check.ok]


def wait_until_ready(service: RagService) -> None:
    deadline = time.monotonic() + PATIENCE
    while jobs := service.jobs():
        assert time.monotonic() < deadline, jobs
        for job in jobs:
            if job.status == "failed":  # it was at work at three kills
                service.retry_job(job.document_id)
        time.sleep(0.05)


@pytest.mark.timeout(60 + 20 * KILLS + int(PATIENCE))
def test_repeated_kills_lose_and_duplicate_nothing(
    tmp_path: Path, database_url: str, model_folder: Callable[[str], Path]
) -> None:
    model = model_folder("bge-small-en-v1.5")
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / model.name).symlink_to(model)  # the doctor reads models, too: only this one
    settings = Settings(
        data_dir=tmp_path / "data",
        models_dir=tmp_path / "models",
        database_url=SecretStr(database_url),
        generator="extractive",
        lease_seconds=1.0,
    )
    dice, editions = random.Random(SEED), dict[int, int]()
    with closing(build_service(settings)) as service:
        for kill in range(KILLS):
            process = worker(settings)
            for number in (kill, dice.randrange(kill + 1)):
                editions[number] = editions.get(number, 0) + 1
                upload(service, number, editions[number])
            if kill % 3 == 2:
                gone = dice.choice(sorted(editions))
                editions.pop(gone)
                names = {one.name: one.id for one in service.documents()}
                service.delete_document(names[f"buoy-{gone}.txt"])
            time.sleep(dice.uniform(0.0, LONGEST))
            process.send_signal(signal.SIGKILL)
            process.wait()
            assert_healthy(service)
        process = worker(settings)
        try:
            wait_until_ready(service)
        finally:
            process.terminate()
            process.wait()
        assert_healthy(service)
        texts = {one.name: service.document_text(one.id).text for one in service.documents()}
    assert texts == {f"buoy-{number}.txt": text_of(number, edition) for number, edition in editions.items()}
