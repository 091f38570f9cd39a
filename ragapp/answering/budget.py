"""How much a model is given to read and to write, fitted to what is known of it."""

from __future__ import annotations

from dataclasses import dataclass

from ragapp.types import GeneratorProfile, ModelClass

SMALL_PROMPT, SMALL_ANSWER = 400, 256
"""Tokens of passages and of the answer for a small model on a processor: docs/research/models.md."""

SMALL_FAST_PROMPT = 1000
FAST = 500.0
"""Prompt tokens a second from which a small model reads SMALL_FAST_PROMPT."""

LARGE_ANSWER = 1024
LARGE_PROMPT = 12_000
"""Tokens of passages at most: about 50 chunks. More of them seldom help and always cost."""

PROMPT_SHARE = 0.8
"""The share of the context that is left for passages which they may fill, because tokens are estimated."""

READ_SECONDS = 20.0
"""How long a model may read before it begins to answer."""

UNKNOWN_SPEED = 125.0
"""Prompt tokens a second that are assumed of a large model until it has shown its speed."""

DEFAULT_CONTEXT = 8192
"""The context that is assumed of a large model when its server does not name it."""

FIXED_TOKENS = 500
"""For the system prompt, the rules and the question."""

THINKING_SHARE = 0.25
"""The share of the context that is kept for the reasoning of a model that thinks."""

CHUNK_TOKENS = 240
SMALL_REACH, LARGE_REACH = 60, 60
MOST_HITS, FEWEST_HITS = 50, 8
LEAST_PROMPT = 128


@dataclass(frozen=True, slots=True)
class GenerationLimits:
    """Limits in tokens: for the passages in a prompt, for a generated answer, and for how far a hit is
    expanded on each side.

    None: as much as fits the model.
    """

    prompt: int | None = None
    answer: int | None = None
    widen: int | None = None


@dataclass(frozen=True, slots=True)
class PromptBudget:
    """The limits for one model, in tokens; `hits` is the number of passages that are worth finding for it."""

    model_class: ModelClass
    prompt: int
    answer: int
    widen: int
    hits: int


def fit_budget(profile: GeneratorProfile, limits: GenerationLimits) -> PromptBudget:
    """The budget of a model: the limits that are set, within its context, and otherwise what suits it."""
    large = profile.model_class == "large"
    context = profile.context_tokens or (DEFAULT_CONTEXT if large else None)
    answer = limits.answer or (LARGE_ANSWER if large else SMALL_ANSWER)
    if context is not None:
        answer = min(answer, context // 4)
    prompt = limits.prompt or (_large_prompt(profile) if large else _small_prompt(profile))
    if context is not None:
        prompt = min(prompt, _room(context, answer, thinks=profile.thinks))
    reach = LARGE_REACH if large else SMALL_REACH
    widen = reach if limits.widen is None else limits.widen
    hits = max(FEWEST_HITS, min(MOST_HITS, prompt // CHUNK_TOKENS)) if large else FEWEST_HITS
    return PromptBudget(profile.model_class, prompt, answer, widen, hits)


def _room(context: int, answer: int, *, thinks: bool) -> int:
    thinking = int(context * THINKING_SHARE) if thinks else 0
    return max(LEAST_PROMPT, int((context - answer - thinking - FIXED_TOKENS) * PROMPT_SHARE))


def _small_prompt(profile: GeneratorProfile) -> int:
    return SMALL_FAST_PROMPT if (profile.read_tokens_per_second or 0.0) >= FAST else SMALL_PROMPT


def _large_prompt(profile: GeneratorProfile) -> int:
    speed = profile.read_tokens_per_second or UNKNOWN_SPEED
    return min(LARGE_PROMPT, int(speed * READ_SECONDS))
