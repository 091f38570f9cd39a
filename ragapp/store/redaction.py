"""Redacting answers: pure functions from answers to answers.

An answer is stored without the text of documents: quotes and hits are spans. When a document is deleted, the
text that a model generated from it is removed, too: sentences that cite it and, because their origin is
unknown, sentences that cite nothing, and the draft of an answer that was stopped.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from ragapp.types import Answer, Citation, Hit, Sentence

Source = tuple[str, int]
"""A document's id and one of its versions."""

Reads = Callable[[Source], str | None]
"""Returns the text of a document version; None when it no longer exists."""

GONE = "[deleted]"
"""Replaces sentences whose document was deleted or changed."""


def sources(answer: Answer) -> frozenset[Source]:
    """The document versions that the answer used."""
    cited = {(one.document_id, one.version) for one in (*answer.citations, *answer.nearest)}
    return frozenset(cited.union((one.document_id, one.version) for one in answer.hits))


def without_text(answer: Answer) -> Answer:
    """The answer without quotes and passages, which `with_text` fills in again."""
    return replace(
        answer,
        citations=tuple(replace(one, quote="") for one in answer.citations),
        hits=tuple(replace(one, text="") for one in answer.hits),
        nearest=tuple(replace(one, quote="") for one in answer.nearest),
    )


def with_text(answer: Answer, reads: Reads) -> Answer:
    """The answer with quotes and passages from the present documents."""
    return replace(
        answer,
        citations=tuple(replace(one, quote=_span(one, reads)) for one in answer.citations),
        hits=tuple(replace(one, text=_span(one, reads)) for one in answer.hits),
        nearest=tuple(replace(one, quote=_span(one, reads)) for one in answer.nearest),
    )


def forget(answer: Answer, gone: frozenset[Source]) -> Answer:
    """The answer without anything that is based on the document versions `gone`."""
    lost = {one.number for one in answer.citations if (one.document_id, one.version) in gone}
    sentences = tuple(_without(sentence, lost) for sentence in answer.sentences)
    by_model = answer.trace.rewritten_by == "generator"
    return replace(
        answer,
        answer=answer.answer if answer.refused else _written(sentences),
        standalone_question=answer.question if by_model else answer.standalone_question,
        sentences=sentences,
        citations=tuple(
            replace(one, document_name=GONE, cells=()) if one.number in lost else one
            for one in answer.citations
        ),
        hits=tuple(
            replace(one, document_name=GONE, heading=None, title=None)
            if (one.document_id, one.version) in gone
            else one
            for one in answer.hits
        ),
        nearest=tuple(one for one in answer.nearest if (one.document_id, one.version) not in gone),
        trace=replace(answer.trace, dropped=()),
        draft="",
    )


def _without(sentence: Sentence, lost: set[int]) -> Sentence:
    """The sentence, or GONE when it cites nothing or a document that no longer exists."""
    if sentence.citations and lost.isdisjoint(sentence.citations):
        return sentence
    return replace(sentence, text=GONE, highlight=None, formula=None)


def _written(sentences: tuple[Sentence, ...]) -> str:
    marked = (
        " ".join(filter(None, (one.text, "".join(f"[{number}]" for number in one.citations))))
        for one in sentences
    )
    return " ".join(marked)


def _span(one: Citation | Hit, reads: Reads) -> str:
    text = reads((one.document_id, one.version))
    return "" if text is None else text[one.start : one.end]
