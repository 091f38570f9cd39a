"""AnswerCache serves a stored answer where question and evidence are the same, or else has one generated."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass
from time import perf_counter

from ragapp.cache.cache_key import CacheKey
from ragapp.cache.confidence_bounds import upper_bound
from ragapp.cache.entries import new_entry, replayed, served_answer, why_not_stored
from ragapp.cache.online_audit import AUDITED, WRONG, Auditor
from ragapp.cache.single_flight import flight_lease
from ragapp.cache.validity import Objection, ValidityCheck
from ragapp.errors import StorageError
from ragapp.protocols import CacheStore
from ragapp.types import (
    Answer,
    AskEvent,
    CacheDecision,
    CacheEntry,
    CacheStats,
    CacheStatus,
    Vectors,
    final_answer,
)

log = logging.getLogger(__name__)

Events = Generator[AskEvent, None, None]
Generate = Callable[[CacheDecision], Events]
"""Starts a fresh answer that carries the decision. Raises at once what can be known at once."""

CANDIDATES = 8
"""Similar questions that are compared, nearest first; more than one because guards reject some."""

CALIBRATED_THRESHOLDS: Mapping[str, float] = {
    "bge-small-en-v1.5@db76f9f0567b5ccc": 0.93,
}
"""Cosine thresholds by the embedder's fingerprint, for pairs of questions on which all guards agree. That of
one model says nothing about another. docs/research/cache.md has the figures of
`ragapp eval cache`."""


@dataclass(frozen=True, slots=True)
class CacheRules:
    """When cached answers are served, and for how long.

    `threshold` returns the lowest cosine at which the answer to a similar question is served; None: only to
    the same question. It is called late, because it depends on an embedder that may not be loaded yet. An
    answer is stored for `seconds`. `audit_share` and `audit_limit` are shares from 0 to 1.
    """

    threshold: Callable[[], float | None]
    seconds: float
    audit_share: float
    audit_limit: float


@dataclass(frozen=True, slots=True)
class CacheLookup:
    """What the cache has for a question. `reason` is the name under which the outcome is counted."""

    decision: CacheDecision
    reason: str
    entry: CacheEntry | None = None


class AnswerCache:
    """The cache of answers. Safe for many threads when its parts are.

    `embed` returns a question's unit vector and `now` the seconds since the epoch.
    """

    def __init__(
        self,
        store: CacheStore,
        embed: Callable[[str], Vectors],
        validity: ValidityCheck,
        rules: CacheRules,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._store = store
        self._embed = embed
        self._validity = validity
        self._rules = rules
        self._now = now
        self._auditor = Auditor(store, rules.audit_share, rules.audit_limit)

    def answer(self, key: CacheKey, generate: Generate) -> Events:
        """The cached answer, or a fresh one, which is stored if it qualifies. Raises as `generate` does."""
        started = perf_counter()
        lookup = self._lookup(key)
        if lookup.entry is None:
            return self._generated(key, lookup, generate(lookup.decision))
        return self._served(key, lookup, lookup.entry, started, generate)

    def forget_document(self, document_id: str) -> int:
        """Removes the answers that cite the document and returns how many there were.

        Where that fails, the validity check rejects such answers later.
        """
        return self._forget(lambda: self._store.clear(document=document_id))

    def forget_collection(self, name: str) -> None:
        self._forget(lambda: self._store.clear(collection=name))

    def clear(self, *, collection: str | None = None, document: str | None = None) -> int:
        """Removes a collection's answers, those that cite a document, or all with the counters.

        Returns how many there were. Raises StorageError.
        """
        return self._store.clear(collection=collection, document=document)

    def stats(self) -> CacheStats:
        """Counts of hits, misses and entries. Raises StorageError."""
        usage, counts, now = self._store.usage(), self._store.counts(), self._now()
        hits = {kind: int(counts.get(f"hit:{kind}", 0)) for kind in ("exact", "semantic")}
        misses = {name[5:]: int(n) for name, n in sorted(counts.items()) if name.startswith("miss:")}
        lookups = sum(hits.values()) + sum(misses.values())
        audited, wrong = int(counts.get(AUDITED, 0)), int(counts.get(WRONG, 0))
        return CacheStats(
            store=self._store.name,
            hits=hits,
            misses=misses,
            hit_rate=sum(hits.values()) / lookups if lookups else 0.0,
            saved_seconds=counts.get("saved_seconds", 0.0),
            saved_tokens=int(counts.get("saved_tokens", 0)),
            entries=usage.entries,
            bytes=usage.bytes,
            oldest_age_seconds=None if usage.oldest is None else now - usage.oldest,
            newest_age_seconds=None if usage.newest is None else now - usage.newest,
            audited=audited,
            audited_wrong=wrong,
            wrong_upper_95=upper_bound(wrong, audited),
            semantic_off=self._semantic_off(),
        )

    def close(self) -> None:
        self._auditor.close()
        self._store.close()

    def _lookup(self, key: CacheKey) -> CacheLookup:
        same = self._store.get(key.entry_id)
        return self._lookup_similar(key) if same is None else self._same(key, same)

    def _same(self, key: CacheKey, same: CacheEntry) -> CacheLookup:
        objection = self._validity.same_evidence(key, same)
        if objection is None:
            return _hit("exact", "The same question was answered from the same passages.", same, None)
        return _miss(objection, f"The same question was answered before, but {objection.clause}.")

    def _lookup_similar(self, key: CacheKey) -> CacheLookup:
        threshold = self._rules.threshold()
        if threshold is None:
            return _miss(
                Objection("new", ""), "The question is new; similar ones are not served: no threshold."
            )
        similar = self._store.nearest(key.partition, self._embed(key.query), CANDIDATES)
        rejected: Objection | None = None
        for entry, similarity in similar:
            if similarity < threshold:
                break
            if entry.id == key.entry_id:  # another request has just stored the answer to this question
                return self._same(key, entry)
            objection = self._validity.same_question(key, entry) or self._validity.same_evidence(key, entry)
            if objection is None:
                return self._similar_hit(entry, similarity)
            rejected = rejected or objection
        if rejected is not None:
            return _miss(rejected, f"Not served, because {rejected.clause}.")
        if similar:
            nearest = similar[0][1]
            why = (
                f"The nearest question answered before has a similarity of {nearest:.3f}, below {threshold}."
            )
            return _miss(Objection("unlike", ""), why, nearest)
        return _miss(Objection("new", ""), "Nothing like it has been lookups yet.")

    def _similar_hit(self, entry: CacheEntry, similarity: float) -> CacheLookup:
        if off := self._auditor.objection():
            return _miss(Objection("switched off", ""), off, similarity)
        why = f"“{entry.question}” means the same and was answered from the same passages."
        return _hit("semantic", why, entry, similarity)

    def _served(
        self, key: CacheKey, lookup: CacheLookup, entry: CacheEntry, started: float, generate: Generate
    ) -> Events:
        answer = served_answer(key, lookup.decision, entry, started)
        saved = {"saved_seconds": entry.seconds, "saved_tokens": entry.tokens}
        self._store.note({f"hit:{lookup.decision.status}": 1, **saved}, used=entry.id)
        if lookup.decision.status == "semantic":
            audit = CacheDecision("bypass", "Generated again to audit the cache.")
            self._auditor.offer(answer, lambda: final_answer(generate(audit)))
        return replayed(answer)

    def _generated(self, key: CacheKey, lookup: CacheLookup, fresh: Events) -> Events:
        """The fresh answer, or the one that another request has stored while this one waited for it."""
        with flight_lease(self._store, key.entry_id) as lease:
            same = self._store.get(key.entry_id)
            second = None if same is None else self._same(key, same)
            if second is not None and second.entry is not None and self._validity.still_live(second.entry):
                fresh.close()
                yield from self._served(key, second, second.entry, perf_counter(), lambda _: fresh)
                return
            if lease.waited:
                lease.release()  # the answer was not stored, so further requests need not wait either
            self._store.note({f"miss:{lookup.reason}": 1})
            started = perf_counter()
            for event in fresh:
                lease.renew()
                if event.kind == "answer" and event.answer is not None:
                    self._put(key, event.answer, perf_counter() - started)
                yield event

    def _put(self, key: CacheKey, answer: Answer, seconds: float) -> None:
        reason = why_not_stored(key, answer)
        if reason is not None:
            log.info("The answer is not cached: %s.", reason)
            return
        entry = new_entry(key, answer, seconds, self._now(), self._rules.seconds)
        self._store.put(entry, self._embed(key.query))
        # A document may have been deleted meanwhile: its deletion did not find this entry yet.
        if not self._still_live(entry):
            self._forget(lambda: self._remove(entry.id))

    def _still_live(self, entry: CacheEntry) -> bool:
        try:
            return self._validity.still_live(entry)
        except StorageError as error:  # the answer is complete, and its reader waits for it
            log.warning("The answer is not cached: %s", error)
            return False

    def _semantic_off(self) -> str | None:
        if self._rules.threshold() is None:
            return "No threshold is calibrated for this embedder: run `ragapp eval cache`, then set it."
        return self._auditor.objection()

    def _remove(self, entry_id: str) -> int:
        self._store.remove([entry_id])
        return 1

    def _forget(self, remove: Callable[[], int]) -> int:
        """How many answers were removed."""
        try:
            return remove()
        except StorageError as error:
            log.warning("Cached answers could not be removed and will be rejected at look-up: %s", error)
            return 0


def _hit(status: CacheStatus, why: str, entry: CacheEntry, similarity: float | None) -> CacheLookup:
    return CacheLookup(CacheDecision(status, why, similarity), status, entry)


def _miss(objection: Objection, why: str, similarity: float | None = None) -> CacheLookup:
    return CacheLookup(CacheDecision("miss", why, similarity), objection.reason)
