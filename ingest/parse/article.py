"""Which part of a web page is its article: the rest is menus, teasers and advertisements."""

from __future__ import annotations

import trafilatura


def find_article(source: str) -> str | None:
    """The article's own HTML; None when the page has none that stands out."""
    return trafilatura.extract(
        source, output_format="html", include_comments=False, include_tables=True, include_formatting=True
    )
