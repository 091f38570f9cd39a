"""The generation step: builds the prompt from the hits and streams what a generator writes."""

from __future__ import annotations

from collections.abc import Generator as Coroutine
from collections.abc import Sequence
from dataclasses import dataclass

from ragapp.answering.answer_context import AnswerContext
from ragapp.answering.generated_text import CHARACTERS_PER_TOKEN, TextStream
from ragapp.answering.passages import SpanOf, expanded, number_hits
from ragapp.answering.prompt import BYTES_PER_TOKEN, SYSTEM, Prompt, build_prompt
from ragapp.answering.safe_stream import SafeStream
from ragapp.errors import ModelError
from ragapp.protocols import Generator
from ragapp.types import AskEvent, Ending, Hit


@dataclass(frozen=True, slots=True)
class Draft:
    """What `model` wrote to `prompt`, without its reasoning and not checked yet, and how it ended."""

    text: str
    ending: Ending
    prompt: Prompt
    model: str


@dataclass(frozen=True, slots=True)
class GenerationLimits:
    """In tokens: passages in a prompt, a generated answer, and how far a hit is expanded on each side."""

    prompt: int = 400
    answer: int = 256
    widen: int = 60


class GenerationStep:
    def __init__(self, span_of: SpanOf, limits: GenerationLimits) -> None:
        self._span_of = span_of
        self._limits = limits

    def run(
        self, context: AnswerContext, hits: Sequence[Hit], generators: Sequence[Generator]
    ) -> Coroutine[AskEvent, None, Draft]:
        """Streams the text of the first generator that responds, made safe to show, and returns the draft.

        The next generator is tried only while no token has been sent. Raises ModelError when none responds,
        or when one stops midway.
        """
        reach = self._limits.widen * CHARACTERS_PER_TOKEN
        expanded_hits = [expanded(hit, self._span_of, reach) for hit in hits]
        failures = []
        for generator in generators:
            safe, sent = SafeStream(), False
            try:
                prompt = self._prompt(context, expanded_hits, generator)
                stream = TextStream(generator, SYSTEM, prompt.text, self._limits.answer, context.timings_ms)
                for piece in stream:
                    if text := safe.feed(piece):
                        sent = True
                        yield AskEvent("token", text=text)
            except ModelError as error:
                if sent:
                    raise
                failures.append(str(error))
                continue
            if text := safe.end():
                yield AskEvent("token", text=text)
            return Draft(stream.result.text, stream.result.ending, prompt, generator.name)
        raise ModelError(" ".join(failures))

    def _prompt(self, context: AnswerContext, hits: Sequence[Hit], generator: Generator) -> Prompt:
        """Within the budget as this model counts its tokens; by the usual size of a token if it cannot."""
        passages = number_hits(hits)
        sample = "\n".join(hit.text for hit in hits[:2])
        tokens = generator.count_tokens(sample) if sample else None
        ratio = len(sample.encode()) / tokens if tokens else BYTES_PER_TOKEN
        prompt = build_prompt(context.reading_question, passages, int(self._limits.prompt * ratio))
        context.shown = tuple(passage.number for passage in prompt.passages)
        return prompt
