"""Asks one question the way a user does, and scores what comes back."""

from __future__ import annotations

from collections import Counter

from evals.answers.citing import against_gold, alce
from evals.answers.corpus import AnswerCorpus
from evals.answers.types import NEAR_MISS, AnswerQuestion, QuestionResult
from evals.answers.wording import answers_in, holds, wording_scores
from evals.timing import Taken, Timer
from ragapp.errors import ModelError
from ragapp.types import Answer, AskMode, AskQuery, Turn


def ask(
    library: AnswerCorpus, question: AnswerQuestion, mode: AskMode, before: tuple[Turn, ...] = ()
) -> tuple[Answer, Taken]:
    """The final answer, never a cached one, and the time it took. `before` are turns that precede the
    question's own history.
    """
    watch = Timer()
    answer = None
    events = library.service.ask(
        AskQuery(
            question.question,
            collection=library.collection,
            mode=mode,
            filters=question.filters,
            history=(*before, *question.history),
            use_cache=False,
        )
    )
    for event in events:
        answer = event.answer or answer
    if answer is None:
        raise ModelError(f"No answer came to question {question.id}. Run again; report it if it stays so.")
    return answer, watch.taken()


def score_answer(
    library: AnswerCorpus, question: AnswerQuestion, answer: Answer, milliseconds: float
) -> QuestionResult:
    """The metrics that apply: wording and gold evidence where it is answerable, citations where answered.

    A refusal of an answerable question scores 0 in wording and in recall of the evidence.
    """
    scores: dict[str, float] = {}
    if question.answerable is not None:
        scores["refusal_right"] = float(answer.refused != question.answerable)
    if question.answerable:
        scores |= _said(question, answer)
        scores |= against_gold(answer.citations, question.evidence, library.ids)
    elif question.answerable is False and question.kind == NEAR_MISS:
        scores["near_miss_refused"] = float(answer.refused)
    if question.must_not:
        shown = not answer.refused and any(holds(answer.answer, one) for one in question.must_not)
        scores["without_sibling"] = float(not shown)
    if not answer.refused:
        scores |= alce(answer)
        scores["verbatim"] = _verbatim(library, answer)
    return QuestionResult(
        answerable=question.answerable,
        refused=answer.refused,
        scores=scores,
        verdicts=Counter(sentence.verdict for sentence in answer.sentences),
        cited=tuple((library.ids[one.document_id], one.page) for one in answer.citations),
        ms=milliseconds,
        kind=question.kind,
    )


def _said(question: AnswerQuestion, answer: Answer) -> dict[str, float]:
    """Whether gold is in the answer, and in its first sentence; nothing where the dataset gives no gold."""
    if not question.answers and not question.pattern:
        return {}
    said = "" if answer.refused else answer.answer
    first = answer.sentences[0].text if said and answer.sentences else ""
    scores = wording_scores(said, question.answers) if question.answers else {}
    scores["answer_recall"] = float(answers_in(said, question.answers, question.pattern))
    scores["first_sentence_recall"] = float(answers_in(first, question.answers, question.pattern))
    return scores


def _verbatim(library: AnswerCorpus, answer: Answer) -> float:
    """The share of citations whose quote is exactly the stored text that they point at."""
    exact = [
        library.service.document_text(one.document_id, one.version).text[one.start : one.end] == one.quote
        for one in answer.citations
    ]
    return sum(exact) / len(exact) if exact else 1.0
