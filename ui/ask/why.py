"""Explains an answer: the rewritten question, the cache decision, the rankings and the time of each step."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

import streamlit as st

from ragapp.types import Answer, CacheStatus, Hit, RewrittenBy
from ui.escape import html_text

_REWRITTEN: Final[Mapping[RewrittenBy, str]] = {
    "nobody": "as asked",
    "rules": "rewritten by rules to stand alone",
    "generator": "rewritten by a model to stand alone",
    "caller": "in your own wording",
}
_CACHE: Final[Mapping[CacheStatus, str]] = {
    "miss": "Not from the cache",
    "exact": "Cached answer to the same question",
    "semantic": "Cached answer to a similar question",
    "bypass": "Not from the cache",
}


def show_why(answer: Answer) -> None:
    with st.expander("Why this answer", icon=":material/troubleshoot:"):
        st.html(_facts_html(answer))
        if answer.hits:
            st.html(_ranks_html(answer))


def _facts_html(answer: Answer) -> str:
    rows = "".join(
        f"<dt>{html_text(name)}</dt><dd>{html_text(value)}</dd>" for name, value in _facts(answer) if value
    )
    return f'<dl class="ragapp-facts">{rows}</dl>'


def _facts(answer: Answer) -> Iterable[tuple[str, str]]:
    trace, cache = answer.trace, answer.cache
    yield "Searched for", f"“{answer.standalone_question}”, {_REWRITTEN[trace.rewritten_by]}"
    similar = "" if cache.similarity is None else f" (similarity {cache.similarity:.3f})"
    yield "Cache", f"{_CACHE[cache.status]}{similar}: {cache.why}"
    yield "Rankings fused by", trace.fusion or ""
    yield "Written by", answer.model
    yield "Prompt", trace.prompt_version or ""
    yield "Left out", "; ".join(trace.dropped)
    yield "Time", ", ".join(f"{step} {taken:.0f} ms" for step, taken in answer.timings_ms.items())
    yield "Answer", answer.answer_id


def _ranks_html(answer: Answer) -> str:
    rows = "".join(_rank_html(answer, place, hit) for place, hit in enumerate(answer.hits, start=1))
    return (
        '<div class="ragapp-scroll"><table class="ragapp-ranks">'
        "<caption>Search results, best first</caption><thead><tr>"
        '<th scope="col">Place</th><th scope="col">Passage</th><th scope="col">By meaning</th>'
        '<th scope="col">By words</th><th scope="col">Score</th><th scope="col">Used</th>'
        f"</tr></thead><tbody>{rows}</tbody></table></div>"
    )


def _rank_html(answer: Answer, place: int, hit: Hit) -> str:
    cells = (
        str(place),
        f"{hit.document_name}, page {hit.page}",
        _rank(hit.ranks.dense),
        _rank(hit.ranks.words),
        f"{hit.score:.3f}",
        _used_as(answer, place, hit),
    )
    return "<tr>" + "".join(f"<td>{html_text(cell)}</td>" for cell in cells) + "</tr>"


def _rank(rank: int | None) -> str:
    return "–" if rank is None else f"#{rank}"


def _used_as(answer: Answer, place: int, hit: Hit) -> str:
    cited = any(
        (one.document_id, one.version) == (hit.document_id, hit.version)
        and one.start < hit.end
        and hit.start < one.end
        for one in answer.citations
    )
    if cited:
        return "cited"
    return "shown to the model" if place in answer.trace.shown else ""
