"""A pending question. A thread reads the events of the API, so that the page stays usable."""

from __future__ import annotations

import threading
from collections.abc import Generator
from contextlib import closing
from dataclasses import dataclass, replace

from ragapp.client import RagappClient
from ragapp.errors import RagappError
from ragapp.processes.cancellation import Cancellation, cancelled_by
from ragapp.types import Answer, AskEvent, AskQuery


@dataclass(frozen=True, slots=True)
class PageQuestion:
    """A question and its options. `standalone` is the reader's own rewording of it for the search."""

    question: str
    collection: str
    conversation_id: str
    standalone: str | None = None
    use_cache: bool = True


@dataclass(frozen=True, slots=True)
class AskProgress:
    """The progress of a question. `draft` is the unchecked text that a model has written so far."""

    evidence: Answer | None = None
    draft: str = ""
    answer: Answer | None = None
    problem: RagappError | None = None
    running: bool = True

    def after(self, event: AskEvent) -> AskProgress:
        if event.kind == "token":
            return replace(self, draft=self.draft + event.text)
        if event.kind == "evidence":
            return replace(self, evidence=event.answer)
        return replace(self, answer=event.answer)


class _Stopped(RagappError):
    """The reader pressed Stop."""


class PendingAnswer:
    """A question, its progress, and the thread that reads the events."""

    def __init__(self, client: RagappClient, request: PageQuestion) -> None:
        self.request = request
        self._progress = AskProgress()
        self._client = client
        self._stopped = threading.Event()
        self._cancellation = Cancellation()
        self._begun = threading.Event()
        threading.Thread(target=self._listen, name="asking", daemon=True).start()

    @property
    def progress(self) -> AskProgress:
        progress = self._progress
        return replace(progress, running=False) if self._stopped.is_set() else progress

    def wait_for_evidence(self, seconds: float) -> None:
        """Waits until there is evidence to show, the question has ended, or the time is up."""
        self._begun.wait(seconds)

    def stop(self) -> None:
        """Stops the answer. The server notices at once, stops the model and stores what it has written."""
        self._stopped.set()
        self._cancellation.cancel(_Stopped())

    def _listen(self) -> None:
        # `_progress` is replaced whole and by this thread alone, so readers need no lock.
        try:
            with cancelled_by(self._cancellation), closing(self._events()) as events:
                for event in events:
                    if self._stopped.is_set():
                        break
                    self._progress = self._progress.after(event)
                    self._begun.set()
        except RagappError as problem:
            if not self._stopped.is_set():
                self._progress = replace(self._progress, problem=problem)
        finally:
            self._progress = replace(self._progress, running=False)
            self._begun.set()

    def _events(self) -> Generator[AskEvent, None, None]:
        request = self.request
        return self._client.ask(
            AskQuery(
                request.question,
                collection=request.collection,
                conversation_id=request.conversation_id,
                standalone_question=request.standalone,
                use_cache=request.use_cache,
            )
        )
