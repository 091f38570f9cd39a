"""The generation step fits its prompt to the generator that it calls."""

from __future__ import annotations

from collections.abc import Generator

from ragapp.answering.answerer import Answerer
from ragapp.answering.generator_chain import GeneratorChain
from ragapp.answering.prompt import system_prompt
from ragapp.errors import ModelError, PromptTooLong
from ragapp.types import Answer, Ending, GeneratorProfile, SearchedQuestion
from tests.unit.answering.hits import found, page_at, span_of
from tests.unit.answering.scripts import Script

QUESTION = "What raises the tides?"
TEXTS = [
    "The moon raises the tides twice a day.",
    *(f"Harbour {place} has a tide of {place} metres. {'It is deep. ' * 20}" for place in range(2, 21)),
]


class Profiled(Script):
    """A script of a model with a profile, which refuses prompts that are longer than its context."""

    def __init__(self, profile: GeneratorProfile, *, allowed: int = 10**9) -> None:
        super().__init__(["The moon raises the tides twice a day [1]."])
        self.known = profile
        self.allowed = allowed
        self.systems: list[str] = []

    def profile(self) -> GeneratorProfile:
        return self.known

    def generate(self, system: str, prompt: str, max_tokens: int) -> Generator[str, None, Ending | None]:
        self.systems.append(system)
        self.prompts.append(prompt)
        if len(prompt) > self.allowed:
            self.known = GeneratorProfile(self.known.model_class, 1024)
            raise PromptTooLong("The context is 1024 tokens.")
        yield from self._pieces
        return self._ending


def answer(*generators: Script) -> Answer:
    chain = GeneratorChain(generators)
    answerer = Answerer(chain, page_at=page_at, span_of=span_of)
    searched = SearchedQuestion(QUESTION, found(QUESTION, TEXTS), quoted=8)
    *_, last = answerer.answer(searched)
    assert last.answer is not None
    return last.answer


LARGE = GeneratorProfile("large", 32_000, 2000.0)


def test_a_large_model_reads_all_that_was_found_and_a_small_one_the_first() -> None:
    large, small = Profiled(LARGE), Profiled(GeneratorProfile())
    written = answer(large)
    answer(small)
    assert "[20]" in large.prompts[0]
    assert "[9]" not in small.prompts[0]
    assert large.systems == [system_prompt("large")]
    assert small.systems == [system_prompt("small")]
    assert len(written.hits) == len(TEXTS)


def test_a_quoted_answer_has_no_more_hits_than_were_asked_for() -> None:
    assert len(answer().hits) == 8


def test_a_prompt_that_is_too_long_is_shortened_once() -> None:
    generator = Profiled(LARGE, allowed=4000)
    written = answer(generator)
    assert written.mode == "generate"
    first, second = generator.prompts
    assert len(second) < 4000 < len(first)


def test_a_server_that_takes_no_prompt_is_given_up() -> None:
    generator, next_one = Profiled(LARGE, allowed=0), Script(["The moon raises the tides twice a day [1]."])
    written = answer(generator, next_one)
    assert len(generator.prompts) == 2
    assert written.mode == "generate"
    assert written.model == "script"


def test_the_search_finds_as_much_as_the_generator_reads() -> None:
    def wanted(*generators: Script) -> int:
        return Answerer(GeneratorChain(generators), page_at=page_at, span_of=span_of).hits_to_find("auto")

    assert wanted(Profiled(LARGE)) == 50
    assert wanted(Script([])) == 8
    assert wanted() == 0


def test_other_errors_are_not_retried() -> None:
    class Failing(Profiled):
        def generate(self, system: str, prompt: str, max_tokens: int) -> Generator[str, None, Ending | None]:
            self.prompts.append(prompt)
            raise ModelError("Out of memory.")
            yield

    failing = Failing(LARGE)
    assert answer(failing).mode == "extractive"
    assert len(failing.prompts) == 1
