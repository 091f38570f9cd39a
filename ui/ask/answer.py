"""An answer, sentence by sentence, each with its verdict and the sources that support it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal, NamedTuple

import streamlit as st

from ragapp.types import Answer, Citation, Sentence, Verdict
from ui.ask.sources import citation_label, show_citation, show_hits
from ui.escape import html_text, label_text

_NEAREST = 3


class _Label(NamedTuple):
    words: str
    icon: str
    color: Literal["green", "orange", "red"]


_LABELS: Final[Mapping[Verdict, _Label]] = {
    "supported": _Label("Supported", ":material/check_circle:", "green"),
    "partial": _Label("Partly supported", ":material/error:", "orange"),
    "unsupported": _Label("Not supported", ":material/cancel:", "red"),
}


def show_answer(answer: Answer, key: str) -> None:
    """`key` is unique to this showing of the answer on the page."""
    if answer.notice:
        st.info(label_text(answer.notice), icon=":material/info:")
    if answer.refused:
        _show_refusal(answer, key)
        return
    citations = {citation.number: citation for citation in answer.citations}
    for place, sentence in enumerate(answer.sentences, start=1):
        _show_sentence(sentence, place, citations, f"{key}-{place}")
    st.caption(_how_it_was_made(answer))


def _show_refusal(answer: Answer, key: str) -> None:
    st.html(f'<p class="ragapp-answer">{html_text(answer.answer)}</p>')
    if not answer.hits:
        return
    with st.expander("Nearest passages, which do not answer the question", icon=":material/search:"):
        show_hits(answer.hits[:_NEAREST], key)


def _show_sentence(sentence: Sentence, place: int, citations: Mapping[int, Citation], key: str) -> None:
    label = _LABELS[sentence.verdict]
    with st.container(gap="xsmall"):
        st.html(f'<p class="ragapp-answer">{html_text(sentence.text)}</p>')
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.badge(label.words, icon=label.icon, color=label.color)
            opened = _choose_citation(sentence, place, citations, key)
        if opened is not None:
            show_citation(opened, key)


def _choose_citation(
    sentence: Sentence, place: int, citations: Mapping[int, Citation], key: str
) -> Citation | None:
    """Chips, one a citation; the one pressed is returned."""
    numbers = [number for number in sentence.citations if number in citations]
    if not numbers:
        return None
    number = st.pills(
        f"Sources of sentence {place}",
        numbers,
        format_func=lambda number: citation_label(citations[number]),
        label_visibility="collapsed",
        wrap=True,
        key=f"chips-{key}",
    )
    return citations.get(number) if number is not None else None


def _how_it_was_made(answer: Answer) -> str:
    took = _duration(answer.timings_ms.get("total"))
    if answer.mode == "extractive":
        return f"Sentences quoted from the documents{took}"
    return f"Written by {label_text(answer.model)} and checked against the quoted words{took}"


def _duration(milliseconds: float | None) -> str:
    if milliseconds is None:
        return ""
    return f" · {milliseconds:.0f} ms" if milliseconds < 1000 else f" · {milliseconds / 1000:.1f} s"
