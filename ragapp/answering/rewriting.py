"""Who makes a follow-up stand alone: the caller, a generator, or the rules."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from ragapp.answering.followups import LOOKED_BACK, needs_context, stand_alone
from ragapp.answering.generator_chain import GeneratorChain
from ragapp.answering.sanitize import sanitized
from ragapp.answering.terms import fold, stems
from ragapp.answering.writing import Written, write_whole
from ragapp.errors import ModelError
from ragapp.types import RewrittenBy, Turn

SYSTEM = """You rewrite the last question of a conversation so that it can be understood without the others.
Put in the names and things it refers to. Change nothing else. Do not answer it. Write only the question."""

LONGEST = 300
"""Characters of a rewritten question; a longer one is no question any more."""

MOST_TOKENS = 60

KEPT = 0.5
"""Share of the question's own content words that a model must keep for its rewriting to be used."""

_LABEL = re.compile(r"^(?:[\w ]{0,30}question\s*:)?\s*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class RewrittenQuestion:
    """The question as it is searched for, and who wrote it so."""

    question: str
    by: RewrittenBy


class Rewriter:
    """Rewrites with the first of the writers; by rules when there is none, or when it fails."""

    def __init__(self, writers: GeneratorChain | None = None) -> None:
        self._writers = writers

    def rewrite(self, question: str, history: Sequence[Turn], given: str | None = None) -> RewrittenQuestion:
        """`given` is the caller's own wording, used as it is. A question that stands alone is left alone."""
        if given is not None:
            return RewrittenQuestion(given, "caller")
        if not history or not needs_context(fold(question)):
            return RewrittenQuestion(question, "nobody")
        written = self._written(question, history[-LOOKED_BACK:])
        if written is not None:
            return RewrittenQuestion(written, "generator")
        ruled = stand_alone(question, history)
        return (
            RewrittenQuestion(question, "nobody")
            if ruled == fold(question)
            else RewrittenQuestion(ruled, "rules")
        )

    def _written(self, question: str, history: Sequence[Turn]) -> str | None:
        """What the generator makes of the question; None when that is of no use.

        It is told the earlier questions only: an answer's text belongs to its documents.
        """
        ready = self._writers.in_order("auto") if self._writers else []
        if not ready:
            return None
        earlier = "\n".join(f"Earlier question: {fold(turn.question)}" for turn in history)
        prompt = f"{earlier}\nLast question: {fold(question)}\nRewritten question:"
        try:
            rewriting = write_whole(ready[0], SYSTEM, prompt, MOST_TOKENS)
        except ModelError:
            return None
        return _fit(rewriting, question)


def _fit(rewriting: Written, question: str) -> str | None:
    """The first line of what was written, if it is whole and still the question that was asked."""
    lines = rewriting.text.strip().splitlines()
    if len(lines) == 1 and rewriting.ending != "complete":
        return None
    rewritten = fold(sanitized(_LABEL.sub("", lines[0]))).strip(' "') if lines else ""
    wanted = set(stems(question))
    kept = len(wanted & set(stems(rewritten))) >= KEPT * len(wanted)
    return rewritten if rewritten and kept and len(rewritten) <= LONGEST else None
