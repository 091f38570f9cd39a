"""Two APIs and two workers share nothing but PostgreSQL, Redis and a bucket; a worker, an API die for good.

All of them are real processes of `ragapp`, and each has a data folder of its own, as on a machine of its own.
"""

from __future__ import annotations

import io
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from uuid import uuid4

import pytest

from ragapp.bootstrap import build_runtime, build_service
from ragapp.client import RagappClient
from ragapp.errors import RagappError
from ragapp.settings import Settings
from ragapp.types import Evaluation, SearchQuery, UploadSpec
from tests import redisserver
from tests.ports import free_port
from tests.postgres import PostgresServer
from tests.s3server import ACCESS_KEY, BUCKET, SECRET_KEY, S3Server

DOCUMENTS = 10
LEASE_SECONDS = 3.0
PATIENCE = 240.0
"""Seconds to wait for something that must happen; its speed is not tested."""

QUESTION = b'{"id": "q1", "question": "When does the tide turn?", "answers": [], "answerable": false}'

Environment = Mapping[str, str]


@pytest.fixture
def shared(
    postgres: PostgresServer, s3: S3Server, tmp_path: Path, model_folder: Callable[[str], Path]
) -> Iterator[Environment]:
    """The settings of all machines: the database, the cache and the bucket."""
    model = model_folder("bge-small-en-v1.5")
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / model.name).symlink_to(model)  # the doctor reads models, too: only this one
    with redisserver.server("redis", tmp_path) as redis:
        yield {
            "RAGAPP_DATABASE_URL": postgres.new_database(),
            "RAGAPP_REDIS_URL": f"redis://127.0.0.1:{redisserver.port_of(redis)}",
            "RAGAPP_BLOBS": f"s3://{BUCKET}/{uuid4().hex}",
            "RAGAPP_S3_ENDPOINT": s3.endpoint,
            "RAGAPP_S3_ACCESS_KEY_ID": ACCESS_KEY,
            "RAGAPP_S3_SECRET_ACCESS_KEY": SECRET_KEY,
            "RAGAPP_MODELS_DIR": str(tmp_path / "models"),
            "RAGAPP_GENERATOR": "extractive",
            "RAGAPP_LEASE_SECONDS": str(LEASE_SECONDS),
        }


@contextmanager
def program(shared: Environment, data_dir: Path, *words: str) -> Iterator[subprocess.Popen[bytes]]:
    command = [sys.executable, "-m", "ragapp.cli", *words, "--data-dir", str(data_dir)]
    process = subprocess.Popen(command, env=os.environ | shared)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


@dataclass(frozen=True, slots=True)
class Api:
    process: subprocess.Popen[bytes]
    client: RagappClient


@contextmanager
def api(shared: Environment, data_dir: Path) -> Iterator[Api]:
    port = free_port()
    serve = ["serve", "--no-ui", "--workers", "0", "--port", str(port)]
    with (
        program(shared, data_dir, *serve) as process,
        RagappClient(f"http://127.0.0.1:{port}") as client,
    ):
        wait_until(lambda: answers(client))
        yield Api(process, client)


def answers(client: RagappClient) -> bool:
    try:
        client.status()
    except RagappError:
        return False
    return True


def wait_until(happened: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not happened():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.05)


def text_of(number: int) -> bytes:
    return "\n\n".join(f"Buoy {number} rings {beat} times in fog." for beat in range(20)).encode()


def name_of(number: int) -> str:
    return f"buoy-{number}.txt"


def held_by(client: RagappClient) -> Counter[str | None]:
    return Counter(job.worker for job in client.jobs() if job.worker)


@pytest.mark.timeout(600)
def test_a_dead_worker_is_replaced_and_every_api_finds_everything(
    shared: Environment, tmp_path: Path
) -> None:
    with ExitStack() as machines:
        east, west = (
            machines.enter_context(api(shared, tmp_path / side)).client for side in ("east", "west")
        )
        workers = [machines.enter_context(program(shared, tmp_path / f"w{n}", "worker")) for n in range(2)]
        accepted = [
            (east, west)[number % 2]
            .upload(UploadSpec(name_of(number)), io.BytesIO(text_of(number)))
            .document.id
            for number in range(DOCUMENTS)
        ]
        wait_until(lambda: kill_one_at_work(workers, east))
        wait_until(lambda: not east.jobs())

        for client in (east, west):
            documents = client.documents()
            assert sorted(document.id for document in documents) == sorted(accepted)
            assert {document.status for document in documents} == {"ready"}
            for number in (0, DOCUMENTS // 2, DOCUMENTS - 1):
                hits = client.search(SearchQuery(f"Buoy {number} rings in fog", k=3, mode="words")).hits
                assert hits[0].document_name == name_of(number)
            assert client.search(SearchQuery("Buoy 5 rings in fog", k=DOCUMENTS * 40, mode="dense")).hits

        west.delete_document(accepted[3])
        found = east.search(SearchQuery("Buoy 3 rings", k=DOCUMENTS * 40, mode="words")).hits
        assert accepted[3] not in {hit.document_id for hit in found}
        assert_sound(shared, tmp_path / "doctor")


@pytest.mark.timeout(600)
def test_every_api_shows_and_cancels_the_tasks_of_others(shared: Environment, tmp_path: Path) -> None:
    with api(shared, tmp_path / "east") as here, api(shared, tmp_path / "west") as there:
        east, west = here.client, there.client
        check = east.tasks.start_doctor()
        wait_until(lambda: west.tasks.task(check.id).over)
        assert west.tasks.doctor_report(check.id).ok

        east.evals.add_set("mine.jsonl", io.BytesIO(QUESTION))
        (draft,) = west.evals.drafts("mine")
        accepted = replace(draft, accepted=True)
        west.evals.review("mine", [accepted])
        assert east.evals.drafts("mine") == [accepted]
        long = Evaluation("answers", "xquad-mini")
        first, second = east.evals.start(long), east.evals.start(long)
        wait_until(lambda: evaluating(here.process))
        assert [west.tasks.task(one.id).state for one in (first, second)] == ["running", "waiting"]
        for one in (first, second):
            assert west.tasks.cancel(one.id).state == "cancelled"
        wait_until(lambda: not evaluating(here.process))
        assert east.tasks.task(first.id).state == "cancelled"

        last = east.evals.start(long)
        wait_until(lambda: west.tasks.task(last.id).state == "running")
        here.process.kill()
        wait_until(lambda: west.tasks.task(last.id).over)
        assert west.tasks.task(last.id).state == "lost"
        assert west.tasks.tasks()[0].id == last.id


def evaluating(server: subprocess.Popen[bytes]) -> bool:
    """Whether a command of the server works on an evaluation."""
    if sys.platform != "linux":
        pytest.skip("reads /proc")
    lists = [path.read_text().split() for path in Path(f"/proc/{server.pid}/task").glob("*/children")]
    commands = [Path(f"/proc/{child}/cmdline").read_bytes() for children in lists for child in children]
    return any(b"eval" in command.split(b"\0") for command in commands)


def kill_one_at_work(workers: list[subprocess.Popen[bytes]], client: RagappClient) -> bool:
    """With SIGKILL, while it holds a document. A worker's name begins with the id of its process."""
    at_work = {int(name.partition("-")[0]) for name in held_by(client) if name}
    for worker in workers:
        if worker.pid in at_work:
            worker.send_signal(signal.SIGKILL)
            worker.wait()
            return True
    return False


def assert_sound(shared: Environment, data_dir: Path) -> None:
    settings = Settings.model_validate(
        {name.removeprefix("RAGAPP_").lower(): value for name, value in shared.items()}
        | {"data_dir": data_dir}
    )
    runtime = build_runtime(settings)
    with closing(build_service(settings, runtime)) as service:
        spans = [
            (e.version_id, e.text) for e in runtime.store.entries(runtime.store.collection("default").id)
        ]
        assert len(spans) == len(set(spans)), "no chunk is duplicated"
        report = service.doctor()
    assert report.ok, [check for check in report.checks if not check.ok]
