"""The order, retries and states of every JobQueue, over each supported database."""

from __future__ import annotations

import io
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import update

from ragapp.errors import ConflictError, NotFoundError
from ragapp.store import job_queue, queue_order
from ragapp.store import schema as t
from ragapp.store.engine import WRITE, open_engine
from ragapp.store.file_blobs import BlobFolder
from ragapp.store.job_queue import SqlJobQueue
from ragapp.store.sql_store import SqlStore
from ragapp.types import Chunk, Document, Job, ParsedText, Priority, UploadSpec
from tests.postgres import PostgresServer

PARSED = ParsedText("Herons fish at dusk.")
CHUNKS = [Chunk(0, len(PARSED.text), PARSED.text, 1)]


@pytest.fixture
def store(database_url: str, tmp_path: Path) -> Iterator[SqlStore]:
    store = SqlStore(open_engine(database_url), BlobFolder(tmp_path / "blobs"), max_bytes=1_000_000)
    store.create_collection("shore", "test-embedder", 2)
    yield store
    store.close()


@pytest.fixture
def queue(database_url: str, store: SqlStore) -> SqlJobQueue:
    return SqlJobQueue(open_engine(database_url), lease=60)


def accept(
    store: SqlStore, name: str, priority: Priority = "batch", owner: str = "", *, reserved: bool = False
) -> Document:
    return store.accept(
        UploadSpec(
            name, "shore", source=name, metadata={}, priority=priority, owner=owner, reserved=reserved
        ),
        io.BytesIO(name.encode()),
        media_type="text/plain",
        ingest_fingerprint="r1",
    ).document


def claim(queue: SqlJobQueue) -> Job:
    job = queue.claim("w1")
    assert job is not None
    return job


def served(queue: SqlJobQueue, count: int) -> list[str]:
    return [claim(queue).name for _ in range(count)]


def test_one_file_does_not_wait_for_another_owners_thousand(store: SqlStore, queue: SqlJobQueue) -> None:
    for number in range(20):
        accept(store, f"many{number}", owner="ann")
    served(queue, 5)
    accept(store, "one", owner="bob")
    assert "one" in served(queue, 2)


def test_owners_alternate(store: SqlStore, queue: SqlJobQueue) -> None:
    for owner in ("ann", "bob", "cem"):
        for number in range(4):
            accept(store, f"{owner}{number}", owner=owner)
    owners = [name[:3] for name in served(queue, 12)]
    assert owners == ["ann", "bob", "cem"] * 4


def test_an_idle_owner_gains_no_advantage(store: SqlStore, queue: SqlJobQueue) -> None:
    for number in range(10):
        accept(store, f"ann{number}", owner="ann")
    served(queue, 6)
    for number in range(3):
        accept(store, f"bob{number}", owner="bob")
    assert [name[:3] for name in served(queue, 6)] == ["ann", "bob"] * 3


def test_interactive_uploads_go_before_batches_even_for_embedding(
    store: SqlStore, queue: SqlJobQueue
) -> None:
    accept(store, "batch")
    accept(store, "person", "interactive")
    job = claim(queue)
    assert job.name == "person"
    store.publish(job, PARSED, CHUNKS)
    assert [(job.name, job.status) for job in (claim(queue), claim(queue))] == [
        ("person", "searchable"),
        ("batch", "queued"),
    ]


def test_a_long_document_moves_behind_other_owners(store: SqlStore, queue: SqlJobQueue) -> None:
    for name, owner in (("long", "ann"), ("next", "ann"), ("other", "bob")):
        accept(store, name, owner=owner)
    for _ in range(3):
        store.publish(claim(queue), PARSED, CHUNKS)
    long = claim(queue)
    queue.let_others_go_first(long)
    assert served(queue, 3) == ["other", "long", "next"]


def parsed_as(length: int, queue: SqlJobQueue, store: SqlStore) -> None:
    text = "x" * length
    store.publish(claim(queue), ParsedText(text), [Chunk(n, n + 1, "x", 1) for n in range(length)])


def test_the_shortest_is_embedded_first(store: SqlStore, queue: SqlJobQueue) -> None:
    for name, length in (("long", 400), ("longest", 700), ("short", 2), ("middle", 90)):
        accept(store, name)
        parsed_as(length, queue, store)
    assert served(queue, 4) == ["short", "middle", "long", "longest"]


def test_the_smallest_file_is_parsed_first(store: SqlStore, queue: SqlJobQueue) -> None:
    for name, size in (("long", 900_000), ("short", 10)):
        store.accept(
            UploadSpec(name, "shore", source=name, metadata={}),
            io.BytesIO(bytes(size)),
            media_type="text/plain",
            ingest_fingerprint="r1",
        )
    assert served(queue, 2) == ["short", "long"]


def test_long_documents_do_not_wait_forever(database_url: str, store: SqlStore, queue: SqlJobQueue) -> None:
    accept(store, "long")
    parsed_as(400, queue, store)
    waited = queue_order.AGEING * queue_order.embedding_seconds(400)
    with (
        open_engine(database_url).execution_options(**WRITE).begin() as c
    ):  # as if it had been uploaded earlier
        c.execute(update(t.versions).values(rank=t.versions.c.rank - waited))
    accept(store, "short")
    parsed_as(2, queue, store)
    assert served(queue, 2) == ["long", "short"]


def test_short_documents_do_not_overtake_other_owners(store: SqlStore, queue: SqlJobQueue) -> None:
    for name, length, owner in (("bob0", 300, "bob"), ("bob1", 300, "bob"), ("ann0", 90, "ann")):
        accept(store, name, owner=owner)
        parsed_as(length, queue, store)
    for number in range(4):
        accept(store, f"ann{number + 1}", owner="ann")
        parsed_as(1 + number, queue, store)
    assert served(queue, 7) == ["bob0", "ann1", "bob1", "ann2", "ann3", "ann4", "ann0"]


def test_short_batches_do_not_go_before_interactive_uploads(store: SqlStore, queue: SqlJobQueue) -> None:
    accept(store, "batch")
    parsed_as(1, queue, store)
    accept(store, "person", "interactive")
    parsed_as(300, queue, store)
    assert served(queue, 2) == ["person", "batch"]


def test_only_the_remaining_work_counts(store: SqlStore, queue: SqlJobQueue) -> None:
    accept(store, "begun")
    parsed_as(200, queue, store)
    begun = claim(queue)
    digest = [f"{number:032x}" for number in range(150)]
    store.add_vectors(begun, "test-embedder", digest, np.ones((150, 2), dtype=np.float32))
    queue.let_others_go_first(begun)
    accept(store, "shorter than all of it")
    parsed_as(100, queue, store)
    assert served(queue, 2) == ["begun", "shorter than all of it"]


def test_each_transient_failure_doubles_the_back_off_and_none_is_final(
    database_url: str, store: SqlStore
) -> None:
    id_ = accept(store, "a").id
    clock = 1_000_000.0
    queue = SqlJobQueue(open_engine(database_url), lease=60, clock=lambda c: clock)
    waits = []
    for _ in range(12):
        job = claim(queue)
        queue.retry_later(job, "The model does not answer.")
        assert queue.claim("w1") is None
        due = queue.state(id_).not_before
        assert due is not None
        waits.append(due.timestamp() - clock)
        clock = due.timestamp()
    assert waits[:4] == [2, 4, 8, 16]
    assert waits[-1] == job_queue.MAX_BACKOFF
    assert store.document(id_).status == "queued"


def test_the_back_off_works_after_days_of_failures(
    database_url: str, store: SqlStore, queue: SqlJobQueue
) -> None:
    id_ = accept(store, "a").id
    with open_engine(database_url).execution_options(**WRITE).begin() as c:
        c.execute(update(t.versions).values(troubles=1024))
    queue.retry_later(claim(queue), "The model does not answer.")
    assert queue.state(id_).why.startswith("It will be tried again in")


def test_the_state_of_a_job_explains_itself(store: SqlStore, queue: SqlJobQueue) -> None:
    id_ = accept(store, "a").id
    assert "waits for a worker" in queue.state(id_).why
    job = claim(queue)
    assert "being parsed by worker w1" in queue.state(id_).why
    queue.retry_later(job, "The disk is full.")
    state = queue.state(id_)
    assert state.why.startswith("It will be tried again in")
    assert "The disk is full." in state.why
    queue.retry(id_)
    queue.fail(claim(queue), "It is empty.")
    assert queue.state(id_).why == "It is empty."


def test_a_silent_worker_is_reported(database_url: str, store: SqlStore) -> None:
    hasty = SqlJobQueue(open_engine(database_url), lease=-1)
    id_ = accept(store, "a").id
    claim(hasty)
    assert "stopped responding" in hasty.state(id_).why


def test_a_machine_whose_clock_is_wrong_takes_nothing_over(
    postgres: PostgresServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = postgres.new_database()
    store, queue = (
        SqlStore(open_engine(url), BlobFolder(tmp_path), 1000),
        SqlJobQueue(open_engine(url), lease=60),
    )
    store.create_collection("shore", "test-embedder", 2)
    accept(store, "a")
    job = claim(queue)
    in_a_day = time.time() + 24 * 3600
    monkeypatch.setattr(time, "time", lambda: in_a_day)
    assert queue.claim("w2") is None
    assert queue.renew(job)


def test_a_retry_continues_where_the_work_stopped(store: SqlStore, queue: SqlJobQueue) -> None:
    id_ = accept(store, "a").id
    store.publish(claim(queue), PARSED, CHUNKS)
    queue.fail(claim(queue), "Another model.")
    assert queue.retry(id_).status == "searchable", "it is parsed already"
    assert claim(queue).status == "searchable"
    assert queue.retry(id_).worker == "w1", "a job that a worker holds is left alone"


def test_uploading_a_file_again_continues_where_its_work_failed(store: SqlStore, queue: SqlJobQueue) -> None:
    accept(store, "a")
    store.publish(claim(queue), PARSED, CHUNKS)
    queue.fail(claim(queue), "Another model.")
    accept(store, "a")
    assert claim(queue).status == "searchable"


def test_cancelled_work_stops_and_can_be_continued(store: SqlStore, queue: SqlJobQueue) -> None:
    id_ = accept(store, "a").id
    job = claim(queue)
    assert queue.cancel(id_).why.startswith("Cancelled")
    with pytest.raises(ConflictError):
        store.publish(job, PARSED, CHUNKS)
    assert queue.claim("w1") is None
    with pytest.raises(ConflictError):
        queue.cancel(id_)
    queue.retry(id_)
    assert claim(queue).document_id == id_


# -- reserved documents


def test_only_its_owner_parses_a_reserved_document(store: SqlStore, queue: SqlJobQueue) -> None:
    id_ = accept(store, "locked", owner="ann", reserved=True).id
    assert queue.claim("w1") is None
    assert queue.claim("w1", "bob") is None
    assert "ragapp ingest --password" in queue.state(id_).why
    job = queue.claim("w1", "ann")
    assert job is not None
    store.publish(job, PARSED, CHUNKS)
    assert claim(queue).status == "searchable", "any worker may embed it"


def test_uploading_a_reserved_document_again_changes_its_reservation(
    store: SqlStore, queue: SqlJobQueue
) -> None:
    accept(store, "locked", owner="ann", reserved=True)
    accept(store, "locked", owner="bob", reserved=True)
    assert queue.claim("w1", "ann") is None
    job = queue.claim("w1", "bob")
    assert job is not None
    queue.release(job)
    accept(store, "locked")
    assert claim(queue).name == "locked"


def test_a_retry_lets_any_worker_try(store: SqlStore, queue: SqlJobQueue) -> None:
    id_ = accept(store, "locked", owner="ann", reserved=True).id
    queue.retry(id_)
    assert claim(queue).document_id == id_


def test_a_retry_leaves_a_document_alone_that_its_owner_is_parsing(
    store: SqlStore, queue: SqlJobQueue
) -> None:
    id_ = accept(store, "locked", owner="ann", reserved=True).id
    assert queue.claim("w1", "ann") is not None
    assert queue.retry(id_).worker == "w1"
    assert queue.claim("w2") is None


def test_reserved_documents_do_not_hold_up_others(store: SqlStore, queue: SqlJobQueue) -> None:
    for number in range(10):
        accept(store, f"ann{number}", owner="ann")
    accept(store, "locked", owner="gone", reserved=True)
    served(queue, 5)
    for number in range(5):
        accept(store, f"bob{number}", owner="bob")
    assert {name[:3] for name in served(queue, 2)} == {"ann", "bob"}, "bob gains no advantage"


def test_time_adds_up_by_stage(store: SqlStore, queue: SqlJobQueue) -> None:
    id_ = accept(store, "a").id
    job = claim(queue)
    queue.spent(job, {"parse": 1.5, "store": 0.5})
    queue.spent(job, {"embed": 2.0, "store": 0.5})
    assert queue.state(id_).seconds == {"parse": 1.5, "store": 1.0, "embed": 2.0}
    store.delete_document(id_)
    queue.spent(job, {"parse": 1.0})


def test_states_are_listed_newest_first(store: SqlStore, queue: SqlJobQueue) -> None:
    names = [accept(store, name).name for name in ("a", "b", "c")]
    queue.fail(claim(queue), "It is empty.")
    assert [s.name for s in queue.states(None, ("queued", "failed"), 10)] == names[::-1]
    assert [s.name for s in queue.states(["shore"], ("failed",), 10)] == ["a"]
    assert len(queue.states(None, ("queued",), 1)) == 1
    with pytest.raises(NotFoundError):
        queue.states(["hill"], ("queued",), 1)
    with pytest.raises(NotFoundError):
        queue.state("nothing")
