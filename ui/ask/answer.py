"""Shows an answer sentence by sentence, each with its verdict and its sources."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import streamlit as st

from ragapp.types import LIBRARY_MODEL, Answer, CacheDecision, Citation, Sentence
from ui.ask.sources import show_chips, show_hits, show_nearest, tour_of
from ui.ask.verdicts import Label, label_of
from ui.escape import html_text, label_text
from ui.viewer import Viewing

_NEAREST = 3


def show_answer(answer: Answer, key: str) -> None:
    """Shows the answer. `key` makes the keys of its widgets unique on the page."""
    if answer.notice:
        st.info(label_text(answer.notice), icon=":material/info:")
    if answer.refused:
        _show_refusal(answer, key)
    else:
        citations = {citation.number: citation for citation in answer.citations}
        tour = tour_of(answer)
        for place, sentence in enumerate(answer.sentences, start=1):
            _show_sentence(sentence, label_of(sentence, answer), citations, tour, f"{key}-{place}")
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        _show_cache(answer.cache)
        st.caption(_how_it_was_made(answer), width="content")


def _show_refusal(answer: Answer, key: str) -> None:
    st.html(f'<p class="ragapp-answer">{html_text(answer.answer)}</p>')
    if answer.nearest:
        st.caption("What comes closest, although it does not answer the question:")
        show_nearest(answer.nearest, key)
    elif answer.hits:
        with st.expander("Nearest passages, which do not answer the question", icon=":material/search:"):
            show_hits(answer.hits[:_NEAREST], key)


def _show_sentence(
    sentence: Sentence, label: Label, citations: Mapping[int, Citation], tour: Sequence[Viewing], key: str
) -> None:
    with st.container(gap="xsmall", key=f"sentence-{sentence.verdict}-{key}"):
        st.html(f'<p class="ragapp-answer">{_highlighted(sentence)}</p>')
        if sentence.verdict == "no_claim" and not sentence.citations:
            return
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.badge(label.words, icon=label.icon, color=label.color)
            show_chips(sentence, label, citations, tour, key)
        if sentence.formula is not None:
            _show_formula(sentence, citations)


def _show_formula(sentence: Sentence, citations: Mapping[int, Citation]) -> None:
    """The formula of a computed number, with each cell that it takes from the documents."""
    cells = [
        f"[{number}] {cell.row}, {cell.column}: {cell.value}"
        for number in sentence.citations
        if number in citations
        for cell in citations[number].cells
    ]
    with st.expander("How it was computed", icon=":material/calculate:", expanded=True):
        st.html("".join(f"<div>{html_text(line)}</div>" for line in (sentence.formula or "", *cells)))


def _highlighted(sentence: Sentence) -> str:
    """The text as HTML, with what answers the question in bold."""
    if sentence.highlight is None:
        return html_text(sentence.text)
    start, end = sentence.highlight
    before, answer, behind = sentence.text[:start], sentence.text[start:end], sentence.text[end:]
    return f"{html_text(before)}<strong>{html_text(answer)}</strong>{html_text(behind)}"


def _show_cache(decision: CacheDecision) -> None:
    if decision.status in {"exact", "semantic"}:
        st.badge("From the cache", icon=":material/bolt:", color="blue", help=label_text(decision.why))


def _how_it_was_made(answer: Answer) -> str:
    took = _duration(answer.timings_ms.get("total"))
    if answer.refused:
        return f"The documents were searched, but they do not contain an answer{took}"
    if answer.model == LIBRARY_MODEL:
        return f"Answered from the documents' properties{took}"
    if answer.mode == "extractive":
        return f"Sentences quoted from the documents{took}"
    return f"Written by {label_text(answer.model)} and checked against the cited text{took}"


def _duration(milliseconds: float | None) -> str:
    if milliseconds is None:
        return ""
    return f" · {milliseconds:.0f} ms" if milliseconds < 1000 else f" · {milliseconds / 1000:.1f} s"
