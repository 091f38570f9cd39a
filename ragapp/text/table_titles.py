"""What announces a table: its caption, and the sentence before it."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ragapp.text.clean import clean
from ragapp.text.sentences import sentence_spans
from ragapp.text.table_text import CELL_BORDER

LONGEST_CAPTION = 300
"""The most characters of a paragraph that is a caption."""

READ_BACK = 1_000
"""The number of characters before a table in which the sentence that introduces it is looked for."""

_CAPTION = re.compile(
    r"\W{0,3}(?:supplementary\s+)?"
    r"(?:table|tab\.|exhibit|schedule|tabelle|tableau|tabla|tabella|tabel|tabela|таблица|表)\s?"
    r"(?:[A-Z]?[-.]?\d|[IVXL]+\b|[A-Z]\b)",
    re.IGNORECASE,
)


def is_caption(paragraph: str) -> bool:
    """Whether a paragraph numbers a table: "Table 3: Net sales"."""
    return len(paragraph) <= LONGEST_CAPTION and _CAPTION.match(paragraph) is not None


def table_titles(before: Sequence[str], caption: str = "") -> tuple[str, str]:
    """The caption and the introduction of a table.

    `before` are the paragraphs right before the table, in order. `caption` is the caption if the format has
    one; it may be the last of these paragraphs, too.
    """
    paragraphs = [" ".join(clean(paragraph).split()) for paragraph in before]
    caption = " ".join(clean(caption).split())
    if paragraphs and caption and paragraphs[-1] == caption:
        paragraphs.pop()
    elif paragraphs and not caption and is_caption(paragraphs[-1]):
        caption = paragraphs.pop()
    told = paragraphs[-1] if paragraphs and CELL_BORDER not in paragraphs[-1] else ""
    return caption, last_sentence(told)


def last_sentence(paragraph: str) -> str:
    spans = sentence_spans(paragraph[-READ_BACK:])
    return paragraph[-READ_BACK:][spans[-1][0] : spans[-1][1]] if spans else ""
