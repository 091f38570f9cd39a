"""Small tables in plain HTML, which screen readers can read and users can copy."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import streamlit as st

from ui.escape import html_text


def show_table(columns: Sequence[str], rows: Iterable[Sequence[str]], *, numbers: int = 0) -> None:
    """Shows a table whose last `numbers` columns are right-aligned. A table that is too wide scrolls."""
    texts = len(columns) - numbers
    head = "".join(_cell("th", at >= texts, one) for at, one in enumerate(columns))
    body = "".join(_row(row, texts) for row in rows)
    label = html_text("Table: " + ", ".join(columns))
    st.html(
        f'<div class="ragapp-scroll" tabindex="0" role="group" aria-label="{label}">'
        f'<table class="ragapp-table"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>'
    )


def _row(cells: Sequence[str], texts: int) -> str:
    return f"<tr>{''.join(_cell('td', at >= texts, one) for at, one in enumerate(cells))}</tr>"


def _cell(tag: str, is_number: bool, text: str) -> str:
    kind = ' class="ragapp-number"' if is_number else ""
    return f"<{tag}{kind}>{html_text(text)}</{tag}>"
