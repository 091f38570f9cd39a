"""Rewrites follow-up questions so that they stand alone: by the caller, a generator, or rules."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from ragapp.answering.followups import LOOKED_BACK, needs_context, stand_alone
from ragapp.answering.generated_text import GeneratedText, generate_text
from ragapp.answering.generator_chain import GeneratorChain
from ragapp.answering.sanitize import sanitized
from ragapp.answering.templates import template
from ragapp.answering.terms import fold, stems
from ragapp.errors import ModelError
from ragapp.types import RewrittenBy, Turn

LONGEST = 300
"""Characters. A longer rewriting is not used."""

MOST_TOKENS = 60

KEPT_SHARE = 0.5
"""The share of the question's content words that a rewriting must keep to be used."""

_LABEL = re.compile(r"^(?:[\w ]{0,30}question\s*:)?\s*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class RewrittenQuestion:
    """The standalone question that is searched for, and who wrote it."""

    question: str
    by: RewrittenBy


class Rewriter:
    """Rewrites with the first available generator; by rules when there is none or it fails."""

    def __init__(self, generators: GeneratorChain | None = None) -> None:
        self._generators = generators

    def rewrite(self, question: str, history: Sequence[Turn], given: str | None = None) -> RewrittenQuestion:
        """The question as one that stands alone. `given` is the caller's own wording, used as it is. A
        standalone question is not changed.
        """
        if given is not None:
            return RewrittenQuestion(given, "caller")
        if not history or not needs_context(fold(question)):
            return RewrittenQuestion(question, "nobody")
        generated = self._generate(question, history[-LOOKED_BACK:])
        if generated is not None:
            return RewrittenQuestion(generated, "generator")
        by_rules = stand_alone(question, history)
        if by_rules == fold(question):
            return RewrittenQuestion(question, "nobody")
        return RewrittenQuestion(by_rules, "rules")

    def _generate(self, question: str, history: Sequence[Turn]) -> str | None:
        """The generator's rewriting; None when it is unusable.

        The prompt holds earlier questions only: the text of an answer belongs to its documents.
        """
        generators = self._generators.in_order("auto") if self._generators else []
        if not generators:
            return None
        earlier = "\n".join(f"Earlier question: {fold(turn.question)}" for turn in history)
        prompt = f"{earlier}\nLast question: {fold(question)}\nRewritten question:"
        try:
            rewriting = generate_text(generators[0], template("rewrite").system, prompt, MOST_TOKENS)
        except ModelError:
            return None
        return _usable(rewriting, question)


def _usable(rewriting: GeneratedText, question: str) -> str | None:
    """The first line, if it is complete and still asks the question."""
    lines = rewriting.text.strip().splitlines()
    if len(lines) == 1 and rewriting.ending != "complete":
        return None
    rewritten = fold(sanitized(_LABEL.sub("", lines[0]))).strip(' "') if lines else ""
    wanted = set(stems(question))
    kept = len(wanted & set(stems(rewritten))) >= KEPT_SHARE * len(wanted)
    return rewritten if rewritten and kept and len(rewritten) <= LONGEST else None
