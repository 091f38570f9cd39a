"""The generation step: builds the prompt from the hits and streams what a generator writes."""

from __future__ import annotations

from collections.abc import Generator as Coroutine
from collections.abc import Sequence
from dataclasses import dataclass

from ragapp.answering.answer_context import AnswerContext
from ragapp.answering.budget import GenerationLimits, PromptBudget, fit_budget
from ragapp.answering.generated_text import CHARACTERS_PER_TOKEN, TextStream
from ragapp.answering.passages import SpanOf, expanded, number_hits
from ragapp.answering.prompt import BYTES_PER_TOKEN, Prompt, build_prompt
from ragapp.answering.safe_stream import SafeStream
from ragapp.errors import ModelError, PromptTooLong
from ragapp.protocols import Generator, profile_of
from ragapp.types import AskEvent, Ending, Hit


@dataclass(frozen=True, slots=True)
class Draft:
    """What `model` wrote to `prompt`, without its reasoning and not checked yet, and how it ended."""

    text: str
    ending: Ending
    prompt: Prompt
    model: str


@dataclass(slots=True)
class _Progress:
    """Whether any of the answer has been sent."""

    began: bool = False


_ATTEMPTS = 2
"""Prompts for one generator: the second is shorter, after the server refused the first as too long."""


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
        failures = []
        for generator in generators:
            for attempt in range(_ATTEMPTS):
                progress = _Progress()
                try:
                    return (yield from self._write(context, hits, generator, progress))
                except ModelError as error:
                    if progress.began:
                        raise
                    if isinstance(error, PromptTooLong) and attempt + 1 < _ATTEMPTS:
                        continue  # the generator now knows its context
                    failures.append(str(error))
                    break
        raise ModelError(" ".join(failures))

    def _write(
        self, context: AnswerContext, hits: Sequence[Hit], generator: Generator, progress: _Progress
    ) -> Coroutine[AskEvent, None, Draft]:
        budget = fit_budget(profile_of(generator), self._limits)
        prompt = self._prompt(context, hits, generator, budget)
        safe = SafeStream()
        stream = TextStream(generator, prompt.system, prompt.text, budget.answer, context.timings_ms)
        for piece in stream:
            if text := safe.feed(piece):
                progress.began = True
                yield AskEvent("token", text=text)
        if text := safe.end():
            yield AskEvent("token", text=text)
        return Draft(stream.result.text, stream.result.ending, prompt, generator.name)

    def _prompt(
        self, context: AnswerContext, hits: Sequence[Hit], generator: Generator, budget: PromptBudget
    ) -> Prompt:
        """Within the budget as this model counts its tokens; by the usual size of a token if it cannot."""
        reach = budget.widen * CHARACTERS_PER_TOKEN
        read = hits if budget.model_class == "large" else hits[: context.searched.quoted]
        passages = number_hits([expanded(hit, self._span_of, reach) for hit in read])
        sample = "\n".join(hit.text for hit in hits[:2])
        tokens = generator.count_tokens(sample) if sample else None
        ratio = len(sample.encode()) / tokens if tokens else BYTES_PER_TOKEN
        prompt = build_prompt(
            context.reading_question, passages, int(budget.prompt * ratio), budget.model_class
        )
        context.shown = tuple(passage.number for passage in prompt.passages)
        return prompt
