"""Jobs: one worker at a time, and what happens when a worker stops responding or dies."""

from __future__ import annotations

import pytest

from ragapp.errors import ConflictError
from ragapp.store.engine import open_engine
from ragapp.store.job_queue import SqlJobQueue
from ragapp.store.sql_store import SqlStore
from tests.contract.document_store.library import PARSED, accept, chunks_of, claim


def test_work_of_a_deleted_document_is_refused(store: SqlStore, queue: SqlJobQueue) -> None:
    accept(store)
    job = claim(queue)
    store.delete_document(job.document_id)
    with pytest.raises(ConflictError):
        store.publish(job, PARSED, chunks_of(PARSED))
    assert not queue.renew(job)


def test_a_silent_workers_job_goes_to_another_and_the_first_cannot_publish(
    database_url: str, store: SqlStore
) -> None:
    hasty = SqlJobQueue(open_engine(database_url), lease=0)
    accept(store)
    first, second = claim(hasty, "w1"), claim(hasty, "w2")
    assert second.version_id == first.version_id
    with pytest.raises(ConflictError):
        store.publish(first, PARSED, chunks_of(PARSED))
    store.publish(second, PARSED, chunks_of(PARSED))


def test_a_worker_that_lost_its_job_changes_nothing_of_it(database_url: str, store: SqlStore) -> None:
    """Neither by a failure, nor by giving it back, nor by a sign of life."""
    hasty = SqlJobQueue(open_engine(database_url), lease=0)
    document = accept(store).document
    first, second = claim(hasty, "w1"), claim(hasty, "w2")
    held = hasty.state(document.id)
    hasty.fail(first, "The file is damaged.")
    hasty.release(first)
    hasty.retry_later(first, "The model is not there.")
    hasty.let_others_go_first(first)
    assert not hasty.renew(first)
    now = hasty.state(document.id)
    assert (now.status, now.worker, now.attempts) == (held.status, held.worker, held.attempts)
    assert (now.troubles, now.not_before, now.ended_at) == (0, None, None)
    assert hasty.renew(second)
    store.publish(second, PARSED, chunks_of(PARSED))


def test_a_leased_job_is_not_claimed_by_others(store: SqlStore, queue: SqlJobQueue) -> None:
    accept(store)
    job = claim(queue, "w1")
    assert queue.claim("w2") is None
    queue.release(job)
    assert claim(queue, "w2").attempt == 1


def test_a_document_that_kills_three_workers_fails_and_the_queue_continues(
    database_url: str, store: SqlStore
) -> None:
    hasty = SqlJobQueue(open_engine(database_url), lease=0)
    poison = accept(store).document
    for worker in ("w1", "w2", "w3"):
        assert claim(hasty, worker).document_id == poison.id
    good = accept(store, b"good", "/good.txt").document
    assert claim(hasty, "w4").document_id == good.id
    failed = store.document(poison.id)
    assert failed.status == "failed"
    assert "3 times" in (failed.error or "")


def test_parsing_goes_before_embedding(store: SqlStore, queue: SqlJobQueue) -> None:
    accept(store)
    store.publish(claim(queue), PARSED, chunks_of(PARSED))
    late = accept(store, b"late", "/late.txt").document
    assert claim(queue).document_id == late.id
    assert store.backlog(store.collection("shore").id).unembedded == 1
