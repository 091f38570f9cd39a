"""What is fitted to a model: how much it reads and writes."""

from __future__ import annotations

import pytest

from ragapp.answering.budget import LARGE_PROMPT, GenerationLimits, fit_budget
from ragapp.types import GeneratorProfile, ModelClass

NONE_SET = GenerationLimits()


def test_a_small_model_reads_the_best_sentences_of_a_few_hits() -> None:
    budget = fit_budget(GeneratorProfile(), NONE_SET)
    assert (budget.model_class, budget.prompt, budget.answer, budget.hits) == ("small", 400, 256, 8)


def test_a_large_model_with_a_large_context_reads_fifty_chunks() -> None:
    profile = GeneratorProfile("large", context_tokens=128_000, read_tokens_per_second=2000)
    budget = fit_budget(profile, NONE_SET)
    assert budget.prompt == LARGE_PROMPT
    assert budget.hits == 50
    assert budget.answer == 1024


def test_a_slow_model_reads_no_longer_than_a_reader_waits() -> None:
    slow = GeneratorProfile("large", context_tokens=32_000, read_tokens_per_second=30)
    unknown = GeneratorProfile("large", context_tokens=32_000)
    assert fit_budget(slow, NONE_SET).prompt == 600
    assert 600 < fit_budget(unknown, NONE_SET).prompt < 4000


@pytest.mark.parametrize("context", [1024, 2048, 4096, 8192, 131_072])
@pytest.mark.parametrize("model_class", ["small", "large"])
@pytest.mark.parametrize("thinks", [True, False])
def test_prompt_and_answer_fit_the_context(context: int, model_class: ModelClass, thinks: bool) -> None:
    profile = GeneratorProfile(model_class, context, 5000.0, thinks)
    budget = fit_budget(profile, NONE_SET)
    thinking = context // 4 if thinks else 0
    assert budget.prompt + budget.answer + thinking < context - 200


def test_what_is_set_is_kept_within_the_context() -> None:
    limits = GenerationLimits(prompt=900, answer=700, widen=0)
    wide = fit_budget(GeneratorProfile("small", 8192), limits)
    narrow = fit_budget(GeneratorProfile("small", 2048), limits)
    assert (wide.prompt, wide.answer, wide.widen) == (900, 700, 0)
    assert narrow.answer == 512
    assert narrow.prompt < 900
