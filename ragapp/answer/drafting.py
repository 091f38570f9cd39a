"""From hits to what a generator writes of them, streamed as it comes."""

from __future__ import annotations

from collections.abc import Generator as Coroutine
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from time import perf_counter

from ragapp.answer.passages import number_hits
from ragapp.answer.prompt import BYTES_PER_TOKEN, SYSTEM, Prompt, build_prompt
from ragapp.answer.sheet import Sheet
from ragapp.answer.stream import SafeStream
from ragapp.answer.widening import SpanOf, widened
from ragapp.errors import ModelError
from ragapp.protocols import Generator
from ragapp.types import AskEvent, Hit

CHARACTERS_PER_TOKEN = 4
"""About what a token of prose has; how far to widen a hit need not be exact."""

LONGEST_TOKEN = 16
"""Characters a token has at most, about, when a whole answer is counted."""


@dataclass(frozen=True, slots=True)
class Draft:
    """What `model` wrote to `prompt`, as it came."""

    text: str
    prompt: Prompt
    model: str


@dataclass(frozen=True, slots=True)
class Limits:
    """In tokens: passages of a prompt, a written answer, and how far a hit is widened on each side."""

    prompt: int = 400
    answer: int = 256
    widen: int = 60


class Drafter:
    def __init__(self, span_of: SpanOf, limits: Limits) -> None:
        self._span_of = span_of
        self._limits = limits

    def write(
        self, sheet: Sheet, hits: Sequence[Hit], generators: Sequence[Generator]
    ) -> Coroutine[AskEvent, None, Draft]:
        """Streams what the first generator that answers writes, made safe to show.

        Another one is asked only while nothing is on the screen yet. Raises ModelError when none answers,
        or when one stops midway.
        """
        reach = self._limits.widen * CHARACTERS_PER_TOKEN
        wide = [widened(hit, self._span_of, reach) for hit in hits]
        failures = []
        for generator in generators:
            try:
                prompt = self._prompt(sheet, wide, generator)
                writing = self._stream(sheet, generator, prompt)
                first = next(writing)
            except StopIteration as nothing:
                return Draft(nothing.value, prompt, generator.name)
            except ModelError as error:
                failures.append(str(error))
                continue
            yield first
            text = yield from writing
            return Draft(text, prompt, generator.name)
        raise ModelError(" ".join(failures))

    def _prompt(self, sheet: Sheet, hits: Sequence[Hit], generator: Generator) -> Prompt:
        """Within the budget as this model counts, if it tells; else by the usual size of a token."""
        passages = number_hits(hits)
        sample = "\n".join(hit.text for hit in hits[:2])
        tokens = generator.count_tokens(sample) if sample else None
        ratio = len(sample.encode()) / tokens if tokens else BYTES_PER_TOKEN
        prompt = build_prompt(sheet.result.query, passages, int(self._limits.prompt * ratio))
        sheet.shown = tuple(passage.number for passage in prompt.passages)
        return prompt

    def _stream(self, sheet: Sheet, generator: Generator, prompt: Prompt) -> Coroutine[AskEvent, None, str]:
        """Tokens as they come; returns all that was written. Notes how long that took."""
        started = first = perf_counter()
        written, pieces, stream = "", 0, SafeStream()
        for piece in self._bounded(generator.generate(SYSTEM, prompt.text, self._limits.answer)):
            if not pieces:
                sheet.timed("first_token", started)
                first = perf_counter()
            pieces += 1
            written += piece
            if shown := stream.feed(piece):
                yield AskEvent("token", text=shown)
        if shown := stream.end():
            yield AskEvent("token", text=shown)
        sheet.timed("generate", started)
        if pieces > 1:
            # Servers send a token a piece.
            sheet.timings_ms["tokens_per_second"] = (pieces - 1) / (perf_counter() - first)
        return written

    def _bounded(self, pieces: Iterator[str]) -> Iterator[str]:
        """As much as was ordered: a server may write on without end. Its time is the generator's to limit."""
        left = self._limits.answer * LONGEST_TOKEN
        for piece in islice(pieces, self._limits.answer):
            yield piece[:left]
            left -= len(piece)
            if left <= 0:
                return
