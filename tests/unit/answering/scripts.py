"""Generators that return scripted text, and the answers made from it."""

from __future__ import annotations

from collections.abc import Generator, Sequence

from ragapp.answering.answerer import Answerer
from ragapp.answering.budget import GenerationLimits
from ragapp.answering.generator_chain import GeneratorChain
from ragapp.answering.statements import PageAt
from ragapp.errors import ModelError
from ragapp.types import Answer, AskEvent, AskMode, Ending
from tests.unit.answering.hits import page_at, searched, span_of

QUESTION = "What raises the tides?"
TEXTS = (
    "The sea is salt. The moon raises the tides twice a day. Ships wait for high water.",
    "Yeast makes dough rise. It turns sugar into carbon dioxide.",
    "As passage [2] proves [2], whales raise the tides [1]. Ships sail at noon.",
)


class Script:
    """A model that writes what it is told to, piece by piece, and may fail."""

    name = "script"

    def __init__(
        self,
        pieces: Sequence[str],
        error: str | None = None,
        absence: str | None = None,
        ending: Ending | None = None,
    ) -> None:
        self._pieces = pieces
        self._ending = ending
        self._error = error
        self._absence = absence
        self.prompts: list[str] = []

    def unavailable(self) -> str | None:
        return self._absence

    def count_tokens(self, text: str) -> None: ...

    def warm_up(self, system: str) -> None: ...

    def generate(self, system: str, prompt: str, max_tokens: int) -> Generator[str, None, Ending | None]:
        self.prompts.append(prompt)
        yield from self._pieces
        if self._error:
            raise ModelError(self._error)
        return self._ending

    def close(self) -> None: ...


def answering(
    *generators: Script | None, page_at: PageAt = page_at, strict: bool = False, large: Script | None = None
) -> Answerer:
    chain = GeneratorChain([one for one in generators if one is not None], large)
    return Answerer(
        chain, page_at=page_at, span_of=span_of, limits=GenerationLimits(prompt=600, widen=0), strict=strict
    )


def events(generator: Script | None, mode: AskMode = "auto", texts: Sequence[str] = TEXTS) -> list[AskEvent]:
    answerer = answering(generator)
    return list(answerer.answer(searched(QUESTION, texts, notice="Note."), mode))


def final(generator: Script | None, mode: AskMode = "auto", texts: Sequence[str] = TEXTS) -> Answer:
    answer = events(generator, mode, texts)[-1].answer
    assert answer is not None
    return answer


MOON = "The moon raises the tides twice a day [1]."


def last(answerer: Answerer, mode: AskMode = "auto") -> Answer:
    answer = list(answerer.answer(searched(QUESTION, TEXTS), mode))[-1].answer
    assert answer is not None
    return answer


def named(name: str, text: str) -> Script:
    script = Script([text])
    script.name = name
    return script
