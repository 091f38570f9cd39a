"""From hits to what a generator writes of them, streamed as it comes."""

from __future__ import annotations

from collections.abc import Generator as Coroutine
from collections.abc import Sequence
from dataclasses import dataclass
from time import perf_counter

from ragapp.answer.passages import number_hits
from ragapp.answer.prompt import BYTES_PER_TOKEN, SYSTEM, Prompt, build_prompt
from ragapp.answer.sheet import Sheet
from ragapp.answer.stream import SafeStream
from ragapp.answer.widening import SpanOf, widened
from ragapp.answer.writing import CHARACTERS_PER_TOKEN, Written, write
from ragapp.errors import ModelError
from ragapp.protocols import Generator
from ragapp.types import AskEvent, Ending, Hit


@dataclass(frozen=True, slots=True)
class Draft:
    """What `model` wrote to `prompt`, without its thinking, and how it ended."""

    text: str
    ending: Ending
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
                return _draft(nothing.value, prompt, generator)
            except ModelError as error:
                failures.append(str(error))
                continue
            yield first
            whole = yield from writing
            return _draft(whole, prompt, generator)
        raise ModelError(" ".join(failures))

    def _prompt(self, sheet: Sheet, hits: Sequence[Hit], generator: Generator) -> Prompt:
        """Within the budget as this model counts, if it tells; else by the usual size of a token."""
        passages = number_hits(hits)
        sample = "\n".join(hit.text for hit in hits[:2])
        tokens = generator.count_tokens(sample) if sample else None
        ratio = len(sample.encode()) / tokens if tokens else BYTES_PER_TOKEN
        prompt = build_prompt(sheet.read, passages, int(self._limits.prompt * ratio))
        sheet.shown = tuple(passage.number for passage in prompt.passages)
        return prompt

    def _stream(
        self, sheet: Sheet, generator: Generator, prompt: Prompt
    ) -> Coroutine[AskEvent, None, Written]:
        """Tokens as they come; returns all that was written. Notes how long that took."""
        started = first = perf_counter()
        pieces, stream = 0, SafeStream()
        writing = write(generator, SYSTEM, prompt.text, self._limits.answer)
        while True:
            try:
                piece = next(writing)
            except StopIteration as end:
                whole: Written = end.value
                break
            if not pieces:
                sheet.timed("first_token", started)
                first = perf_counter()
            pieces += 1
            if shown := stream.feed(piece):
                yield AskEvent("token", text=shown)
        if shown := stream.end():
            yield AskEvent("token", text=shown)
        sheet.timed("generate", started)
        if pieces > 1:
            # Servers send a token a piece.
            sheet.timings_ms["tokens_per_second"] = (pieces - 1) / (perf_counter() - first)
        return whole


def _draft(whole: Written, prompt: Prompt, generator: Generator) -> Draft:
    return Draft(whole.text, whole.ending, prompt, generator.name)
