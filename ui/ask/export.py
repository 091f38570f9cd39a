"""Exports answers as Markdown with numbered sources, and citations as BibTeX.

Markdown and TeX in the text of documents and models is escaped, so that it stays plain text wherever the
export is pasted: no image is loaded and no link becomes active.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from ragapp.types import Answer, Citation
from ui.escape import visible

_MARKDOWN = re.compile(r"[\\`*_{}\[\]<>()#!|~&]")
_TEX = re.compile(r"[\\{}%#&$_^~\"]")


def answer_markdown(answer: Answer) -> str:
    """The question, the answer with its citation markers, and the source of each marker."""
    lines = [f"**{_markdown(answer.question)}**", "", _body(answer)]
    if answer.ending != "complete":
        lines += ["", "*(cut off)*"]
    if answer.citations:
        lines += ["", *map(_source, answer.citations)]
    return "\n".join(lines) + "\n"


def conversation_markdown(title: str, answers: Iterable[Answer]) -> str:
    return f"# {_markdown(title)}\n\n" + "\n---\n\n".join(map(answer_markdown, answers))


def bibliography(citations: Iterable[Citation]) -> str:
    """One BibTeX entry for each citation. Its note states version, character offsets and quotation."""
    return "\n".join(map(_entry, citations))


def file_name(title: str, suffix: str) -> str:
    """A file name of letters, digits and hyphens only, which every system accepts."""
    words = re.findall(r"[a-z0-9]+", title.lower())
    return ("-".join(words)[:60] or "conversation") + suffix


def _body(answer: Answer) -> str:
    if answer.refused or not answer.sentences:
        return _markdown(answer.answer)
    return " ".join(
        _markdown(sentence.text)
        + "".join(f" [{number}]" for number in sentence.citations)
        + (f" *({_DOUBT[sentence.verdict]})*" if sentence.verdict in _DOUBT else "")
        for sentence in answer.sentences
    )


_DOUBT = {"partial": "partly supported", "unsupported": "not supported"}


def _source(citation: Citation) -> str:
    name, quote = _markdown(citation.document_name), _markdown(citation.quote)
    return f"{citation.number}. {name}, page {citation.page}: “{quote}”"


def _entry(citation: Citation) -> str:
    return (
        f"@misc{{source{citation.number},\n"
        f"  title = {{{_tex(citation.document_name)}}},\n"
        f"  pages = {{{citation.page}}},\n"
        f"  note = {{Version {citation.version}, characters {citation.start}--{citation.end}: "
        f"``{_tex(citation.quote)}''}}\n"
        "}\n"
    )


def _markdown(text: str) -> str:
    return _MARKDOWN.sub(r"\\\g<0>", _one_line(text))


def _tex(text: str) -> str:
    return _TEX.sub(lambda found: f"{{\\char{ord(found.group())}}}", _one_line(text))


def _one_line(text: str) -> str:
    return " ".join(visible(text).split())
