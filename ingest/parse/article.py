"""Which part of a web page is its article: the rest is menus, teasers and advertisements."""

from __future__ import annotations

import trafilatura
from selectolax.lexbor import LexborHTMLParser

LINKED = 0.03
"""The part of a page's letters that stand in links from which on it may have menus."""

SHORT = 1500
"""Letters of a page that is read whole: what little stands around its text does no harm."""


def find_article(source: str) -> str | None:
    """The article's own HTML; None when the page has none that stands out, or nothing beside it."""
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
