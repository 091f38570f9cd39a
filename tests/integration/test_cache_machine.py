"""Random sequences of uploads, deletions, grants and questions: no caller reads deleted or forbidden text."""

from __future__ import annotations

import io
from collections import defaultdict
from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from functools import partial
from itertools import count
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from ragapp.authorization import authorized
from ragapp.bootstrap import IngestRuntime, build_cache, build_runtime, build_service
from ragapp.errors import NotFoundError
from ragapp.lazy import Lazy
from ragapp.models.build import build_embedder
from ragapp.service import RagService
from ragapp.settings import Settings
from ragapp.testing.soak import repeats
from ragapp.types import Answer, AskQuery, Caller, Chunk, Grant, ParsedText, UploadSpec
from ragapp.types.answers import CLOCK_SKEW
from tests.serving import settings_in

numbers = count()
PLACES = ("harbour", "lighthouse")
QUESTIONS = {
    place: (f"When was the {place} built?", f"When was a {place} built?", f"Why was the {place} built?")
    for place in PLACES
}
KEPT_SECONDS = 1000.0

places = st.sampled_from(PLACES)
years = st.integers(1800, 1810)
names = st.sampled_from(("a.txt", "b.txt", "c.txt"))
persons = st.sampled_from(("ann", "bob"))
wordings = st.integers(0, 2)


class Askers(RuleBasedStateMachine):
    """Documents are published as a worker would, without its sandbox; everything else is the product."""

    service: RagService
    runtime: IngestRuntime
    clock: list[float]

    @initialize()
    def begin(self) -> None:
        """A collection of its own; the data folder is shared, because making one takes a second."""
        self.shelf = f"shelf {next(numbers)}"
        self.service.create_collection(self.shelf)
        self.grants = {"ann": {self.shelf, "elsewhere"}, "bob": {self.shelf}}
        self.made: dict[str, dict[str, float]] = defaultdict(dict)
        self.ingest_all("a.txt", "harbour", 1800)
        for wording in (0, 0, 1):  # so that there is something to be wrong with
            self.ask("harbour", wording, ("ann", "bob"))

    @rule(name=names, place=places, year=years)
    def ingest_all(self, name: str, place: str, year: int) -> None:
        text = f"The {place} was built in {year}. The {place} was built for trade."
        self.service.upload(UploadSpec(name, self.shelf), io.BytesIO(text.encode()))
        if job := self.runtime.queue.claim("test"):
            if job.status == "queued":
                self.runtime.store.publish(job, ParsedText(text), [Chunk(0, len(text), text, 1)])
            else:  # what is searchable already waits for vectors, which this test does without
                self.runtime.queue.release(job)

    @rule(name=names)
    def delete(self, name: str) -> None:
        for document in self.service.documents(self.shelf):
            if document.name == name:
                self.service.delete_document(document.id)

    @rule(seconds=st.sampled_from((1.0, KEPT_SECONDS / 2, KEPT_SECONDS, -KEPT_SECONDS / 2)))
    def wait(self, seconds: float) -> None:
        """Or the clock is put back."""
        self.clock[0] += seconds

    @rule(person=persons, elsewhere=st.booleans())
    def grant(self, person: str, *, elsewhere: bool) -> None:
        """The shelf, or another collection: who may read different ones shares no answers."""
        self.grants[person].add("elsewhere" if elsewhere else self.shelf)

    @rule(person=persons, elsewhere=st.booleans())
    def revoke(self, person: str, *, elsewhere: bool) -> None:
        self.grants[person].discard("elsewhere" if elsewhere else self.shelf)

    @rule(place=places, wording=wordings, order=st.permutations(("ann", "bob")))
    def ask(self, place: str, wording: int, order: Sequence[str]) -> None:
        for person in order:
            self.ask_as(person, place, wording)

    def ask_as(self, person: str, place: str, wording: int) -> None:
        question = QUESTIONS[place][wording]
        grants = self.grants[person]
        caller = Caller("", person, tuple(Grant("reader", one) for one in sorted(grants)))
        asks = partial(authorized(self.service, caller).ask, AskQuery(question, self.shelf))
        if self.shelf not in grants:
            with pytest.raises(NotFoundError):
                asks()
            return
        *_, last = asks()
        assert last.answer is not None
        self.check_citations(last.answer)
        made = self.made[caller.scope]
        if last.answer.cache.status == "miss":
            made[question] = self.clock[0]
            return
        now = self.clock[0]
        fresh = {one for one, at in made.items() if at - CLOCK_SKEW <= now < at + KEPT_SECONDS}
        means_the_same = set(QUESTIONS[place][:2]) if wording < 2 else {question}
        assert fresh & (means_the_same if last.answer.cache.status == "semantic" else {question})

    def check_citations(self, answer: Answer) -> None:
        for citation in answer.citations:
            document = self.service.document(citation.document_id)
            assert document.live_version == citation.version
            text = self.service.document_text(citation.document_id).text
            assert text[citation.start : citation.end] == citation.quote

    @invariant()
    def deleted_documents_keep_no_answers(self) -> None:
        if not self.service.documents(self.shelf):
            assert self.service.cache.clear(collection=self.shelf) == 0

    def teardown(self) -> None:
        self.service.delete_collection(self.shelf)


def test_no_answer_cites_what_is_not_there(tmp_path: Path) -> None:
    own = settings_in(tmp_path).model_copy(update={"cache_seconds": KEPT_SECONDS})
    clock = [4e9]
    embedder = Lazy(lambda: build_embedder(Settings()))
    runtime = replace(build_runtime(own), embedder=embedder)
    with closing(build_service(own, runtime)) as service:
        service.cache.close()
        service._cache = build_cache(own, runtime.store, embedder, now=lambda: clock[0])

        class Here(Askers):
            pass

        Here.service, Here.runtime, Here.clock = service, runtime, clock
        run_state_machine_as_test(Here, settings=RUNS)
        assert all(service.cache.stats().hits.values()), "else nothing was tested"


RUNS = settings(
    max_examples=repeats(15, 300),
    stateful_step_count=14,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
    phases=[Phase.explicit, Phase.generate, Phase.shrink],
)
