"""Answers without what they may no longer tell. Pure: answers in, answers out.

An answer is stored with its documents' text taken out: quotes and hits are spans. What a model made of a
document goes when the document goes: the sentences that cite it and, since nobody can say where it has
them from, those that cite nothing, and the draft of an answer that was stopped.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from ragapp.types import Answer, Citation, Hit, Sentence

Source = tuple[str, int]
"""A document's id and one of its versions."""

Reads = Callable[[Source], str | None]
"""The text of a document version; None when that version is gone."""

GONE = "[deleted]"
"""Stands where a sentence was whose document has been deleted or changed."""


def sources(answer: Answer) -> frozenset[Source]:
    """The document versions that the answer read."""
    cited = {(one.document_id, one.version) for one in answer.citations}
    return frozenset(cited.union((one.document_id, one.version) for one in answer.hits))


def without_text(answer: Answer) -> Answer:
    """The answer with every quote and passage left out, to be filled in again by `with_text`."""
    return replace(
        answer,
        citations=tuple(replace(one, quote="") for one in answer.citations),
        hits=tuple(replace(one, text="") for one in answer.hits),
    )


def with_text(answer: Answer, reads: Reads) -> Answer:
    """The answer with its quotes and passages as the documents have them now."""
    return replace(
        answer,
        citations=tuple(replace(one, quote=_span(one, reads)) for one in answer.citations),
        hits=tuple(replace(one, text=_span(one, reads)) for one in answer.hits),
    )


def forget(answer: Answer, gone: frozenset[Source]) -> Answer:
    """The answer without anything that rests on the document versions `gone`."""
    lost = {one.number for one in answer.citations if (one.document_id, one.version) in gone}
    sentences = tuple(_without(sentence, lost) for sentence in answer.sentences)
    by_model = answer.trace.rewritten_by == "generator"
    return replace(
        answer,
        answer=answer.answer if answer.refused else _written(sentences),
        standalone_question=answer.question if by_model else answer.standalone_question,
        sentences=sentences,
        citations=tuple(
            replace(one, document_name=GONE) if one.number in lost else one for one in answer.citations
        ),
        hits=tuple(
            replace(one, document_name=GONE, heading=None) if (one.document_id, one.version) in gone else one
            for one in answer.hits
        ),
        trace=replace(answer.trace, dropped=()),
        draft="",
    )


def _without(sentence: Sentence, lost: set[int]) -> Sentence:
    """The sentence, or what stands in its place when it rests on nothing or on a document that is lost."""
    if sentence.citations and lost.isdisjoint(sentence.citations):
        return sentence
    return replace(sentence, text=GONE)


def _written(sentences: tuple[Sentence, ...]) -> str:
    marked = (
        " ".join(filter(None, (one.text, "".join(f"[{number}]" for number in one.citations))))
        for one in sentences
    )
    return " ".join(marked)


def _span(one: Citation | Hit, reads: Reads) -> str:
    text = reads((one.document_id, one.version))
    return "" if text is None else text[one.start : one.end]
