"""A question on its way: a thread listens to the API so that the page stays usable meanwhile."""

from __future__ import annotations

import threading
from contextlib import closing
from dataclasses import dataclass, replace

from ragapp.doors.client import RagappClient
from ragapp.errors import RagappError
from ragapp.types import Answer, AskEvent


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a question has come. `draft` is what a model has written so far, unchecked."""

    evidence: Answer | None = None
    draft: str = ""
    answer: Answer | None = None
    problem: RagappError | None = None
    running: bool = True

    def after(self, event: AskEvent) -> Progress:
        if event.kind == "token":
            return replace(self, draft=self.draft + event.text)
        if event.kind == "evidence":
            return replace(self, evidence=event.answer)
        return replace(self, answer=event.answer)


class Asking:
    """One question, its progress, and the thread that listens."""

    def __init__(self, client: RagappClient, question: str, collection: str) -> None:
        self.question = question
        self.progress = Progress()
        self._client = client
        self._collection = collection
        self._stopped = threading.Event()
        threading.Thread(target=self._listen, name="asking", daemon=True).start()

    def stop(self) -> None:
        """Stops listening at the next event, which also tells the API to stop writing."""
        self._stopped.set()

    def _listen(self) -> None:
        # `progress` is replaced whole and by this thread alone, so readers need no lock.
        try:
            with closing(self._client.ask(self.question, collection=self._collection)) as events:
                for event in events:
                    self.progress = self.progress.after(event)
                    if self._stopped.is_set():
                        break
        except RagappError as problem:
            self.progress = replace(self.progress, problem=problem)
        finally:
            self.progress = replace(self.progress, running=False)
