"""Tells askers when something that was not read could matter to an answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from ragapp.types import Answer, GapKind, ReadingGap

GapsOf = Callable[[Sequence[str]], Mapping[str, tuple[ReadingGap, ...]]]
"""The gaps of those of the documents that have any, by document id."""

UNREAD: frozenset[GapKind] = frozenset({"picture", "letters", "attachment", "part", "limit"})
"""Kinds that may hold an answer. What is hidden was left out on purpose, and what is uncertain was read."""
MAX_NAMED = 3
"""Documents that a notice names."""


def with_gap_notice(answer: Answer, gaps_of: GapsOf, documents_with_gaps: Callable[[], int]) -> Answer:
    """The same answer. A refusal tells what was not read of the documents found, or that others have gaps; an
    answer tells what is missing on the pages that it cites and next to them.
    """
    if answer.refused:
        notice = _of_refusal(answer, gaps_of, documents_with_gaps)
    else:
        notice = _of_answer(answer, gaps_of)
    return replace(answer, notice=" ".join(filter(None, (answer.notice, notice))) or None)


def _of_refusal(answer: Answer, gaps_of: GapsOf, documents_with_gaps: Callable[[], int]) -> str | None:
    names = {hit.document_id: hit.document_name for hit in answer.hits}
    missing = [
        f"{names[document]} ({_places(gaps)})"
        for document, all_gaps in gaps_of(list(names)).items()
        if (gaps := [gap for gap in all_gaps if gap.what in UNREAD])
    ]
    if missing:
        more = f" and {len(missing) - MAX_NAMED} more documents" if len(missing) > MAX_NAMED else ""
        return f"The answer may be in what could not be read of {', '.join(missing[:MAX_NAMED])}{more}."
    count = documents_with_gaps()
    if count:
        which = "1 document was" if count == 1 else f"{count} documents were"
        return f"{which} not read completely; the list of documents shows what is missing."
    return None


def _of_answer(answer: Answer, gaps_of: GapsOf) -> str | None:
    pages: dict[str, set[int]] = {}
    names = {citation.document_id: citation.document_name for citation in answer.citations}
    for citation in answer.citations:
        pages.setdefault(citation.document_id, set()).update(range(citation.page - 1, citation.page + 2))
    missing = [
        f"{_places(gaps)} of {names[document]}"
        for document, all_gaps in gaps_of(list(names)).items()
        if (gaps := [gap for gap in all_gaps if gap.what in UNREAD and gap.page in pages[document]])
    ]
    return f"Not read: {'; '.join(missing[:MAX_NAMED])}." if missing else None


def _places(gaps: Sequence[ReadingGap]) -> str:
    places = list(dict.fromkeys(gap.where for gap in gaps))
    more = f" and {len(places) - MAX_NAMED} more places" if len(places) > MAX_NAMED else ""
    return ", ".join(places[:MAX_NAMED]) + more
