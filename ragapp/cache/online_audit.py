"""Online audits: a sample of the answers served for similar questions is generated again and compared."""

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
"""Audits that may wait; further ones are skipped, because answering has priority."""

MakeAgain = Callable[[], Answer]


def agrees(served: Answer, fresh: Answer) -> bool:
    """Whether the fresh answer cites at least one passage that the served one also cites."""
    return any(
        (ours.document_id, ours.version) == (theirs.document_id, theirs.version)
        and ours.start < theirs.end
        and theirs.start < ours.end
        for ours in served.citations
        for theirs in fresh.citations
    )


def verdict(counts: Mapping[str, float], limit: float) -> str | None:
    """Why audits forbid serving answers for similar questions; None while they do not.

    They do once the share of differing answers is above `limit` with 95% confidence.
    """
    audited, wrong = int(counts.get(AUDITED, 0)), int(counts.get(WRONG, 0))
    if not wrong or lower_bound(wrong, audited) <= limit:
        return None
    return (
        f"{wrong} of {audited} answers served for similar questions came out differently when generated "
        f"again: with {CONFIDENCE:.0%} confidence more than the {limit:.1%} allowed. Only identical "
        "questions are served from the cache now; `ragapp cache clear` resets this."
    )


class Auditor:
    """Generates a `share` of the offered answers again, one at a time, in a thread of its own."""

    def __init__(self, store: CacheStore, share: float, limit: float) -> None:
        self._store = store
        self._share = share
        self._limit = limit
        self._waiting: Queue[tuple[Answer, MakeAgain] | None] = Queue(_WAITING)
        self._thread: Thread | None = None

    def objection(self) -> str | None:
        """Why answers for similar questions are not served now; None when they are."""
        return verdict(self._store.counts(), self._limit)

    def offer(self, served: Answer, make_again: MakeAgain) -> None:
        """Audits the answer if it is in the sample. Returns at once."""
        if random.random() >= self._share:  # noqa: S311  a sample, not a secret
            return
        if self._thread is None:
            # A daemon thread: the program does not wait for an audit when it ends.
            self._thread = Thread(target=self._run_audits, name="cache-audit", daemon=True)
            self._thread.start()
        try:
            self._waiting.put_nowait((served, make_again))
        except Full:
            log.info("An audit is skipped: %d are waiting.", _WAITING)

    def close(self) -> None:
        """Waits for the audit in progress and skips the rest."""
        if self._thread is not None:
            with suppress(Empty):
                while True:
                    self._waiting.get_nowait()
            self._waiting.put(None)
            self._thread.join()

    def _run_audits(self) -> None:
        while task := self._waiting.get():
            try:
                self._audit(*task)
            except RagappError as error:  # a document was deleted meanwhile, or a model failed
                log.info("An audit failed: %s", error)

    def _audit(self, served: Answer, make_again: MakeAgain) -> None:
        wrong = not agrees(served, make_again())
        before = self.objection()
        self._store.note({AUDITED: 1, WRONG: int(wrong)})
        after = self.objection()
        if after and not before:
            log.warning("%s", after)
