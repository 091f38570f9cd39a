"""Online audits: a few answers that a similar question got are made again, to see whether they hold."""

from __future__ import annotations

import logging
import random
from collections.abc import Callable, Mapping
from contextlib import suppress
from queue import Empty, Full, Queue
from threading import Thread

from ragapp.cache.confidence_bounds import CONFIDENCE, lower_bound
from ragapp.errors import RagappError
from ragapp.protocols import CacheStore
from ragapp.types import Answer

log = logging.getLogger(__name__)

AUDITED, WRONG = "audited", "audited_wrong"
_WAITING = 4
"""Audits that may wait for their turn; more are left out, because answering comes first."""

MakeAgain = Callable[[], Answer]


def agrees(served: Answer, fresh: Answer) -> bool:
    """Whether the answer made now cites at least one passage that the served one cited too."""
    return any(
        (ours.document_id, ours.version) == (theirs.document_id, theirs.version)
        and ours.start < theirs.end
        and theirs.start < ours.end
        for ours in served.citations
        for theirs in fresh.citations
    )


def verdict(counts: Mapping[str, float], limit: float) -> str | None:
    """Why audits forbid answers to similar questions; None while they do not.

    They do once the share that came out otherwise is, with 95% confidence, above `limit`.
    """
    audited, wrong = int(counts.get(AUDITED, 0)), int(counts.get(WRONG, 0))
    if not wrong or lower_bound(wrong, audited) <= limit:
        return None
    return (
        f"{wrong} of {audited} answers that were served for similar questions came out otherwise when made "
        f"again: with {CONFIDENCE:.0%} confidence more than the {limit:.1%} allowed. Only the same questions "
        "are served from the cache now; `ragapp cache clear` starts anew."
    )


class Auditor:
    """Makes a `share` of the answers offered again, one at a time, in a thread of its own."""

    def __init__(self, store: CacheStore, share: float, limit: float) -> None:
        self._store = store
        self._share = share
        self._limit = limit
        self._waiting: Queue[tuple[Answer, MakeAgain] | None] = Queue(_WAITING)
        self._thread: Thread | None = None

    def objection(self) -> str | None:
        """Why similar questions are not served now, if so."""
        return verdict(self._store.counts(), self._limit)

    def offer(self, served: Answer, make_again: MakeAgain) -> None:
        """Perhaps audits an answer just served. Returns at once."""
        if random.random() >= self._share:  # noqa: S311  a sample, not a secret
            return
        if self._thread is None:
            # A daemon: a program that ends does not wait for an audit.
            self._thread = Thread(target=self._work, name="cache-audit", daemon=True)
            self._thread.start()
        try:
            self._waiting.put_nowait((served, make_again))
        except Full:
            log.info("An audit is left out: %d are waiting.", _WAITING)

    def close(self) -> None:
        """Waits for the audit that is being made, and leaves out the rest."""
        if self._thread is not None:
            with suppress(Empty):
                while True:
                    self._waiting.get_nowait()
            self._waiting.put(None)
            self._thread.join()

    def _work(self) -> None:
        while task := self._waiting.get():
            try:
                self._audit(*task)
            except RagappError as error:  # a document that went meanwhile, a model that failed
                log.info("An audit could not be made: %s", error)

    def _audit(self, served: Answer, make_again: MakeAgain) -> None:
        wrong = not agrees(served, make_again())
        before = self.objection()
        self._store.note({AUDITED: 1, WRONG: int(wrong)})
        after = self.objection()
        if after and not before:
            log.warning("%s", after)
