"""Extracts the article of a web page, without menus, teasers and advertisements."""

from __future__ import annotations

import trafilatura
from selectolax.lexbor import LexborHTMLParser

LINKED = 0.03
"""The share of a page's letters inside links above which it may have menus."""

SHORT = 1500
"""Pages with fewer letters are read as a whole, because they have little besides their text."""


def find_article(source: str) -> str | None:
    """The HTML of the article; None if there is no distinct article, or nothing else on the page."""
    if not _has_menus(source):
        return None
    article: str | None = trafilatura.extract(
        source, output_format="html", include_comments=False, include_tables=True, include_formatting=True
    )
    return article


def _has_menus(source: str) -> bool:
    tree = LexborHTMLParser(source)
    for node in tree.css("head, script, style, noscript, template"):
        node.decompose()
    letters = len(tree.root.text(strip=True)) if tree.root else 0
    linked = sum(len(link.text(strip=True)) for link in tree.css("a[href]"))
    return letters >= SHORT and linked >= LINKED * letters
