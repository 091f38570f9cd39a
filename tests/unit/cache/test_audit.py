"""Audits switch semantic hits off when they show that too many were wrong."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from ragapp.cache.online_audit import AUDITED, WRONG, Auditor, agrees, verdict
from ragapp.cache_stores.sqlite import SqliteCacheStore
from ragapp.errors import ModelError
from ragapp.testing.cache_entries import entry
from ragapp.types import Answer

SERVED = entry("q").answer


def citing(start: int, end: int, version: int = 1) -> Answer:
    (citation,) = SERVED.citations
    return replace(SERVED, citations=(replace(citation, start=start, end=end, version=version),))


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqliteCacheStore]:
    with closing(SqliteCacheStore(tmp_path, 10, 5.0)) as store:
        yield store


def audited(store: SqliteCacheStore, fresh: Answer, times: int = 1) -> Auditor:
    auditor = Auditor(store, share=1.0, limit=0.05)
    for _ in range(times):
        auditor._audit(SERVED, lambda: fresh)
    return auditor


def test_answers_agree_when_they_cite_a_passage_in_common() -> None:
    assert agrees(SERVED, citing(4, 9))
    assert not agrees(SERVED, citing(5, 9))
    assert not agrees(SERVED, citing(0, 5, version=2))
    assert not agrees(SERVED, replace(SERVED, citations=(), refused=True))


def test_agreement_counts_and_changes_nothing(store: SqliteCacheStore) -> None:
    auditor = audited(store, SERVED, times=5)
    assert store.counts() == {AUDITED: 5, WRONG: 0}
    assert auditor.objection() is None


def test_too_many_that_differ_switch_it_off_for_every_process(store: SqliteCacheStore) -> None:
    audited(store, citing(100, 200), times=2)
    elsewhere = Auditor(store, share=0.0, limit=0.05)
    assert "2 of 2" in (elsewhere.objection() or "")
    store.clear()
    assert elsewhere.objection() is None


@pytest.mark.parametrize(
    ("wrong", "audits", "off"), [(0, 0, False), (1, 1, False), (2, 8, False), (4, 8, True)]
)
def test_one_that_differs_is_not_proof(wrong: int, audits: int, *, off: bool) -> None:
    assert (verdict({AUDITED: audits, WRONG: wrong}, 0.05) is not None) == off


def test_audits_run_in_the_background_and_outlive_a_failure(store: SqliteCacheStore) -> None:
    def fails() -> Answer:
        raise ModelError("The model is away.")

    auditor = Auditor(store, share=1.0, limit=0.05)
    auditor.offer(SERVED, fails)
    done = threading.Event()

    def works() -> Answer:
        done.set()
        return SERVED

    auditor.offer(SERVED, works)
    assert done.wait(60)
    auditor.close()
    assert store.counts()[AUDITED] == 1


def test_none_is_offered_at_a_share_of_nothing(store: SqliteCacheStore) -> None:
    auditor = Auditor(store, share=0.0, limit=0.05)
    auditor.offer(SERVED, lambda: SERVED)
    auditor.close()
    assert store.counts() == {}
