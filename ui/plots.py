"""Small bar charts in plain HTML, because the page's security policy blocks chart libraries that evaluate
code.
"""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from ui.escape import html_text

_BAR = "ragapp-bar"


def show_bars(title: str, bars: Sequence[tuple[str, float | None, str]], *, top: float | None = None) -> None:
    """Shows bars of (label, value from 0 up, formatted value), scaled to `top` or to the largest value.

    The newest bar is on the right, and its value also stands next to the title.
    """
    full = top or max((value for _, value, _ in bars if value), default=0.0) or 1.0
    last_label, _, last_words = bars[-1]
    drawn = "".join(
        f'<div class="{_BAR}" title="{html_text(f"{label}: {words}")}" '
        f'style="height: {100 * (value or 0) / full:.1f}%"></div>'
        for label, value, words in bars
    )
    spoken = html_text(f"{title} by day: " + ", ".join(f"{label} {words}" for label, _, words in bars))
    st.html(
        f'<figure class="ragapp-plot"><figcaption><span class="ragapp-name">{html_text(title)}</span> '
        f'<span class="ragapp-soft">{html_text(f"{last_label}: {last_words}")}</span></figcaption>'
        f'<div class="ragapp-bars" role="img" aria-label="{spoken}">{drawn}</div>'
        f'<div class="ragapp-axis ragapp-soft"><span>{html_text(bars[0][0])}</span>'
        f"<span>{html_text(last_label)}</span></div></figure>"
    )
