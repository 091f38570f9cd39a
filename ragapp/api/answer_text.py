"""Answers as self-contained text: with citation markers, verdicts and a list of sources."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from ragapp.answering.sanitize import sanitized
from ragapp.types import Answer, Citation, Verdict

_DOUBTS: Mapping[Verdict, str] = {
    "supported": "",
    "partial": " (partly supported)",
    "unsupported": " (not supported by the documents)",
    "no_claim": "",
}


@dataclass(frozen=True, slots=True)
class Mark:
    """The marker `[number]` at `text[start:end]`, after a sentence with that verdict."""

    number: int
    start: int
    end: int
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class CitedText:
    text: str
    marks: tuple[Mark, ...]


def cited_text(answer: Answer) -> CitedText:
    """The answer with citation markers, and a note after each sentence that is not fully supported."""
    original, text, read = answer.answer, "", 0
    marks: list[Mark] = []
    for sentence in answer.sentences:
        ends = original.index(sentence.text, read) + len(sentence.text)
        text += original[read:ends] + (" " if sentence.citations else "")
        for number in sentence.citations:
            marker = f"[{number}]"
            marks.append(Mark(number, len(text), len(text) + len(marker), sentence.verdict))
            text += marker
        text += _DOUBTS[sentence.verdict]
        markers = sum(len(f"[{number}]") for number in sentence.citations)
        read = ends + (1 + markers if markers else 0)
    return CitedText(text + original[read:], tuple(marks))


def source(citation: Citation) -> str:
    """A citation as a line of text: `[1] report.pdf, page 3: “…”`."""
    name = one_line(citation.document_name)
    return f"[{citation.number}] {name}, page {citation.page}: “{one_line(citation.quote)}”"


def sources(answer: Answer, describe: Callable[[Citation], str] = source) -> str:
    """A Markdown list of the citations, followed by the answer's notice. Empty when there is neither.

    Text from documents is sanitized: it contains no active markup.
    """
    lines = [f"- {describe(citation)}" for citation in answer.citations]
    parts = ["\n".join(["Sources:", *lines])] if lines else []
    if answer.notice:
        parts.append(f"Note: {one_line(answer.notice)}")
    return "\n\n".join(parts)


def one_line(text: str) -> str:
    """Untrusted text on one line, without active markup."""
    return " ".join(sanitized(text).split())
