"""Answers as text that stands alone: markers, what is not supported said so, and a list of the sources."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from ragapp.answer.plain import plain
from ragapp.types import Answer, Citation, Verdict

_DOUBTS: Mapping[Verdict, str] = {
    "supported": "",
    "partial": " (partly supported)",
    "unsupported": " (not supported by the documents)",
    "no_claim": "",
}


@dataclass(frozen=True, slots=True)
class Mark:
    """`[number]` at `text[start:end]`, behind a sentence with that verdict."""

    number: int
    start: int
    end: int
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class CitedText:
    text: str
    marks: tuple[Mark, ...]


def cited_text(answer: Answer) -> CitedText:
    """The answer with its markers, and behind each sentence that is not fully supported a word on that."""
    told, text, read = answer.answer, "", 0
    marks: list[Mark] = []
    for sentence in answer.sentences:
        ends = told.index(sentence.text, read) + len(sentence.text)
        text += told[read:ends] + (" " if sentence.citations else "")
        for number in sentence.citations:
            marker = f"[{number}]"
            marks.append(Mark(number, len(text), len(text) + len(marker), sentence.verdict))
            text += marker
        text += _DOUBTS[sentence.verdict]
        markers = sum(len(f"[{number}]") for number in sentence.citations)
        read = ends + (1 + markers if markers else 0)
    return CitedText(text + told[read:], tuple(marks))


def source(citation: Citation) -> str:
    """`[1] report.pdf, page 3: “…”`"""
    name = one_line(citation.document_name)
    return f"[{citation.number}] {name}, page {citation.page}: “{one_line(citation.quote)}”"


def sources(answer: Answer, tell: Callable[[Citation], str] = source) -> str:
    """A line for each citation, as Markdown in which nothing of the documents' own is active.

    Below them stands the answer's notice. Empty when there is neither.
    """
    lines = [f"- {tell(citation)}" for citation in answer.citations]
    parts = ["\n".join(["Sources:", *lines])] if lines else []
    if answer.notice:
        parts.append(f"Note: {one_line(answer.notice)}")
    return "\n\n".join(parts)


def one_line(text: str) -> str:
    """Text of others on one line, with nothing active in it."""
    return " ".join(plain(text).split())
