"""The text that a generator writes to one prompt: without its reasoning, within its limit, and how it
ended."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from time import perf_counter

from ragapp.protocols import Generator
from ragapp.text.reasoning import Reasoning
from ragapp.types import Ending

CHARACTERS_PER_TOKEN = 4
"""The usual length of a token of prose."""

LONGEST_TOKEN = 16
"""Characters per token at most, roughly, when a whole answer is counted."""

MOST_REASONING = 200_000
"""Characters that are read before the answer has to begin, however much reasoning the generator allows."""

CUT_OFF: Mapping[Ending, str] = {
    "length": "The answer is cut off: the model had no tokens left. Raise RAGAPP_ANSWER_TOKENS, or "
    "RAGAPP_THINKING_TOKENS for a model that thinks first.",
    "filtered": "The answer is cut off: the model's server withheld the rest by its content filter.",
    "interrupted": "The answer is cut off: the model's server ended it without saying that it was complete. "
    "Ask again.",
}
"""The notice for each ending but `complete`."""


@dataclass(frozen=True, slots=True)
class GeneratedText:
    """What a model answered, without its reasoning."""

    text: str
    ending: Ending


class TextStream:
    """What a generator writes to a prompt. Iterating, which is possible once, yields the pieces of the answer
    as they arrive, and raises ModelError.

    `result` is the whole text afterwards. It may lack pieces that were yielded, because a closing tag can
    show late that they were reasoning. A generator that goes on past `max_tokens` is stopped. How long it
    takes is added to `timings_ms` under `first_token`, `generate` and `tokens_per_second`.
    """

    def __init__(
        self,
        generator: Generator,
        system: str,
        prompt: str,
        max_tokens: int,
        timings_ms: dict[str, float] | None = None,
    ) -> None:
        self._generator = generator
        self._arguments = system, prompt, max_tokens
        self._meter = _Meter(max_tokens, {} if timings_ms is None else timings_ms)
        self.result = GeneratedText("", "interrupted")

    def __iter__(self) -> Iterator[str]:
        reasoning, meter = Reasoning(), self._meter
        meter.start()
        with closing(self._generator.generate(*self._arguments)) as pieces:
            while True:
                try:
                    piece = next(pieces)
                except StopIteration as end:
                    ending: Ending = end.value or "complete"
                    break
                if allowed := meter.allowed(reasoning.feed(piece), len(piece)):
                    yield allowed
                if meter.limit_reached:
                    self.result = GeneratedText(reasoning.answer[: meter.characters], "length")
                    meter.stop()
                    return
        if rest := reasoning.end(whole=ending == "complete"):
            meter.count(rest)
            yield rest
        self.result = GeneratedText(reasoning.answer, ending)
        meter.stop()


def generate_text(generator: Generator, system: str, prompt: str, max_tokens: int) -> GeneratedText:
    """The whole text at once. Raises ModelError."""
    stream = TextStream(generator, system, prompt, max_tokens)
    for _ in stream:
        pass
    return stream.result


class _Meter:
    """Counts an answer's tokens by its pieces, of which most servers send one a token, and by its characters.

    Some servers send a character per piece, and some a whole answer.
    """

    def __init__(self, max_tokens: int, timings_ms: dict[str, float]) -> None:
        self._max_tokens = max_tokens
        self._timings_ms = timings_ms
        self._started = self._first = 0.0
        self._pieces = 0
        self._raw = 0
        self.characters = 0
        self.limit_reached = False

    def start(self) -> None:
        self._started = perf_counter()

    def allowed(self, text: str, raw: int) -> str:
        """As much of the next text as is allowed; `raw` is the length of the piece that it came from."""
        self._raw += raw
        if not text:
            self.limit_reached = self._raw > MOST_REASONING
            return ""
        many = self._pieces >= self._max_tokens
        most = self._max_tokens * (CHARACTERS_PER_TOKEN if many else LONGEST_TOKEN)
        allowed = text[: max(0, most - self.characters)]
        self.count(allowed)
        self.limit_reached = len(allowed) < len(text)
        return allowed

    def count(self, text: str) -> None:
        if not self._pieces:
            self._first = perf_counter()
            self._timings_ms["first_token"] = (self._first - self._started) * 1000
        self._pieces += 1
        self.characters += len(text)

    def stop(self) -> None:
        self._timings_ms["generate"] = (perf_counter() - self._started) * 1000
        if self._pieces > 1:
            rate = (self._pieces - 1) / (perf_counter() - self._first)
            self._timings_ms["tokens_per_second"] = rate
