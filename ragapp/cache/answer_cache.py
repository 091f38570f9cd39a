"""AnswerCache: serves an answer again where question and evidence are the same, else has one made."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Generator
from dataclasses import dataclass
from time import perf_counter

from ragapp.cache.cache_key import CacheKey
from ragapp.cache.confidence_bounds import upper_bound
from ragapp.cache.entries import entry_of, replayed, served_today, why_not_kept
from ragapp.cache.online_audit import AUDITED, WRONG, Auditor
from ragapp.cache.single_flight import FlightLease, flight_lease
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
)

log = logging.getLogger(__name__)

Events = Generator[AskEvent, None, None]
MakeAnswer = Callable[[CacheDecision], Events]
"""Begins an answer that carries the decision. Raises at once what can be known at once."""

CANDIDATES = 8
"""Similar questions looked at, nearest first; more than one because guards turn some down."""


@dataclass(frozen=True, slots=True)
class CacheRules:
    """`threshold` tells the cosine from which a similar question may be served; None: only the same one is.

    It is asked for late, because it depends on an embedder that may not be there yet. `seconds` is how
    long an answer is kept, `audit_share` and `audit_limit` are shares from 0 to 1.
    """

    threshold: Callable[[], float | None]
    seconds: float
    audit_share: float
    audit_limit: float


@dataclass(frozen=True, slots=True)
class CacheLookup:
    """What the cache holds for a question. `reason` is the word it is counted under."""

    decision: CacheDecision
    reason: str
    entry: CacheEntry | None = None


class AnswerCache:
    """Safe for many threads when its parts are. `embed` makes a question's unit vector.

    `now` tells the seconds since the epoch.
    """

    def __init__(
        self,
        store: CacheStore,
        embed: Callable[[str], Vectors],
        judge: ValidityCheck,
        rules: CacheRules,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._store = store
        self._embed = embed
        self._judge = judge
        self._rules = rules
        self._now = now
        self._auditor = Auditor(store, rules.audit_share, rules.audit_limit)

    def answer(self, asked: CacheKey, make: MakeAnswer) -> Events:
        """The kept answer or, made by `make` and kept if it is worth it, a new one. Raises as `make` does."""
        started = perf_counter()
        finding = self._look(asked)
        if finding.entry is None:
            return self._made(asked, finding, make(finding.decision))
        return self._served(asked, finding, finding.entry, started, make)

    def forget_document(self, document_id: str) -> int:
        """Removes what cites it; returns how many. Where that fails, comparing the evidence still turns such
        answers down."""
        return self._forget(lambda: self._store.clear(document=document_id))

    def forget_collection(self, name: str) -> None:
        self._forget(lambda: self._store.clear(collection=name))

    def clear(self, *, collection: str | None = None, document: str | None = None) -> int:
        """Removes a collection's answers, those that cite a document, or all with the counters.

        Returns how many there were. Raises StorageError.
        """
        return self._store.clear(collection=collection, document=document)

    def stats(self) -> CacheStats:
        """Raises StorageError."""
        usage, counts, now = self._store.usage(), self._store.counts(), self._now()
        hits = {kind: int(counts.get(f"hit:{kind}", 0)) for kind in ("exact", "semantic")}
        misses = {name[5:]: int(n) for name, n in sorted(counts.items()) if name.startswith("miss:")}
        asked = sum(hits.values()) + sum(misses.values())
        audited, wrong = int(counts.get(AUDITED, 0)), int(counts.get(WRONG, 0))
        return CacheStats(
            store=self._store.name,
            hits=hits,
            misses=misses,
            hit_rate=sum(hits.values()) / asked if asked else 0.0,
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

    def _look(self, asked: CacheKey) -> CacheLookup:
        same = self._store.get(asked.entry_id)
        return self._look_similar(asked) if same is None else self._same(asked, same)

    def _same(self, asked: CacheKey, same: CacheEntry) -> CacheLookup:
        objection = self._judge.same_evidence(asked, same)
        if objection is None:
            return _hit("exact", "The same question was answered from the same passages.", same, None)
        return _miss(objection, f"The same question was answered before, but {objection.clause}.")

    def _look_similar(self, asked: CacheKey) -> CacheLookup:
        threshold = self._rules.threshold()
        if threshold is None:
            return _miss(
                Objection("new", ""), "The question is new; similar ones are not served: no threshold."
            )
        similar = self._store.nearest(asked.partition, self._embed(asked.result.query), CANDIDATES)
        turned_down: Objection | None = None
        for entry, similarity in similar:
            if similarity < threshold:
                break
            if entry.id == asked.entry_id:  # somebody else's answer came in at this moment
                return self._same(asked, entry)
            objection = self._judge.same_question(asked, entry) or self._judge.same_evidence(asked, entry)
            if objection is None:
                return self._similar_hit(entry, similarity)
            turned_down = turned_down or objection
        if turned_down is not None:
            return _miss(turned_down, f"Not served, because {turned_down.clause}.")
        if similar:
            nearest = similar[0][1]
            why = (
                f"The nearest question answered before has a similarity of {nearest:.3f}, below {threshold}."
            )
            return _miss(Objection("unlike", ""), why, nearest)
        return _miss(Objection("new", ""), "Nothing like it has been asked yet.")

    def _similar_hit(self, entry: CacheEntry, similarity: float) -> CacheLookup:
        if off := self._auditor.objection():
            return _miss(Objection("switched off", ""), off, similarity)
        why = f"“{entry.question}” means the same and was answered from the same passages."
        return _hit("semantic", why, entry, similarity)

    def _served(
        self, asked: CacheKey, finding: CacheLookup, entry: CacheEntry, started: float, make: MakeAnswer
    ) -> Events:
        answer = served_today(asked, finding.decision, entry, started)
        saved = {"saved_seconds": entry.seconds, "saved_tokens": entry.tokens}
        self._store.note({f"hit:{finding.decision.status}": 1, **saved}, used=entry.id)
        if finding.decision.status == "semantic":
            audit = CacheDecision("bypass", "Made again to audit the cache.")
            self._auditor.offer(answer, lambda: _last(make(audit)))
        return replayed(answer)

    def _made(self, asked: CacheKey, finding: CacheLookup, fresh: Events) -> Events:
        with flight_lease(self._store, asked.entry_id) as turn:
            # Since the first look somebody else may have made it, and what it cites may have gone.
            same = self._store.get(asked.entry_id)
            again = None if same is None else self._same(asked, same)
            if again is not None and again.entry is not None and self._judge.still_there(again.entry):
                fresh.close()
                yield from self._served(asked, again, again.entry, perf_counter(), lambda _: fresh)
                return
            if turn.waited:
                turn.release()  # the others need not wait either for an answer that is not kept
            self._store.note({f"miss:{finding.reason}": 1})
            yield from self._kept(asked, fresh, turn)

    def _kept(self, asked: CacheKey, fresh: Events, turn: FlightLease) -> Events:
        started = perf_counter()
        for event in fresh:
            turn.renew()
            if event.kind == "answer" and event.answer is not None:
                self._keep(asked, event.answer, perf_counter() - started)
            yield event

    def _keep(self, asked: CacheKey, answer: Answer, seconds: float) -> None:
        reason = why_not_kept(asked, answer)
        if reason is not None:
            log.info("The answer is not kept: %s.", reason)
            return
        entry = entry_of(asked, answer, seconds, self._now(), self._rules.seconds)
        self._store.put(entry, self._embed(asked.result.query))
        # What was deleted while it was written was looked for among the kept before this one was there.
        if not self._still_there(entry):
            self._forget(lambda: self._removed(entry.id))

    def _still_there(self, entry: CacheEntry) -> bool:
        try:
            return self._judge.still_there(entry)
        except StorageError as error:  # the answer is written, and its reader waits for it
            log.warning("The answer is not kept: %s", error)
            return False

    def _semantic_off(self) -> str | None:
        if self._rules.threshold() is None:
            return "No threshold is calibrated for this embedder: run `ragapp eval cache`, then set it."
        return self._auditor.objection()

    def _removed(self, entry_id: str) -> int:
        self._store.remove([entry_id])
        return 1

    def _forget(self, remove: Callable[[], int]) -> int:
        """How many answers were removed."""
        try:
            return remove()
        except StorageError as error:
            log.warning("Kept answers wait to be found out of date: %s", error)
            return 0


def _hit(status: CacheStatus, why: str, entry: CacheEntry, similarity: float | None) -> CacheLookup:
    return CacheLookup(CacheDecision(status, why, similarity), status, entry)


def _miss(objection: Objection, why: str, similarity: float | None = None) -> CacheLookup:
    return CacheLookup(CacheDecision("miss", why, similarity), objection.reason)


def _last(events: Events) -> Answer:
    *_, last = events
    assert last.answer is not None, "a stream of events ends with the answer"
    return last.answer
