"""News feeds (RSS, Atom): their entries, each with title, date, author and text without tags."""

from __future__ import annotations

import re
from xml.etree.ElementTree import Element, tostring

from ingest.parse.html import read_html
from ragapp.text.builder import TextBuilder
from ragapp.types import ParsedText

_FEEDS = frozenset({"rss", "feed", "RDF"})
_ENTRIES = frozenset({"item", "entry"})
_CONTENTS = ("encoded", "content", "description", "summary", "subtitle")
_DATES = ("pubDate", "published", "updated", "date")
_AUTHORS = ("author", "creator", "managingEditor")
_MARKUP = re.compile(
    r"</?(?:p|br|div|span|a|b|i|em|strong|ul|ol|li|h[1-6]|img|table|blockquote)\b[^<>]*+>", re.IGNORECASE
)
_PREFIX = re.compile(r"(</?)\w{1,20}+:")


def is_feed(root: Element) -> bool:
    return name_of(root) in _FEEDS and any(name_of(one) in _ENTRIES for one in root.iter())


def read_feed(root: Element) -> ParsedText:
    """The title and the description of a feed, and its entries in their order."""
    out = TextBuilder()
    channel = next((one for one in root if name_of(one) == "channel"), root)
    title = _plain(_first(channel, ("title",)))
    out.heading(1, title)
    _write_content(channel, out)
    for entry in root.iter():
        if name_of(entry) in _ENTRIES:
            out.heading(2, _plain(_first(entry, ("title",))))
            out.paragraph(", ".join(filter(None, (_author(entry), _plain(_first(entry, _DATES))))))
            _write_content(entry, out)
            topics = [_plain(one) or one.get("term", "") for one in entry if name_of(one) == "category"]
            out.paragraph(f"Topics: {', '.join(topics)}" if any(topics) else "")
            out.paragraph(_link(entry))
    return out.build(title, {"author": _author(channel)})


def write_marked_up(text: str, out: TextBuilder) -> None:
    """Adds a text that may have tags of HTML, without them."""
    if _MARKUP.search(text):
        out.include(read_html(f"<body>{text}</body>"), below=2)
    else:
        out.paragraph(" ".join(text.split()))


def _write_content(element: Element, out: TextBuilder) -> None:
    """Adds the longest of the texts of an entry; the others are extracts of it."""
    texts = [_source(one) for one in element if name_of(one) in _CONTENTS]
    write_marked_up(max(texts, key=len, default=""), out)


def _source(element: Element) -> str:
    """The text of an element, which has tags as text, or as elements in it."""
    if not len(element):
        return element.text or ""
    inner = "".join(tostring(child, encoding="unicode") for child in element)
    return (element.text or "") + _PREFIX.sub(r"\1", inner)


def _author(element: Element) -> str:
    found = _first(element, _AUTHORS)
    name = next((one for one in found if name_of(one) == "name"), found) if found is not None else None
    return _plain(name)


def _link(entry: Element) -> str:
    found = _first(entry, ("link",))
    return (_plain(found) or found.get("href", "")) if found is not None else ""


def _first(element: Element, names: tuple[str, ...]) -> Element | None:
    by_name = {name_of(child): child for child in reversed(element)}
    return next((by_name[name] for name in names if name in by_name), None)


def _plain(element: Element | None) -> str:
    """The text of an element on one line."""
    if element is None:
        return ""
    text = " ".join(element.itertext())
    return " ".join((read_html(f"<body>{text}</body>").text if _MARKUP.search(text) else text).split())


def name_of(element: Element) -> str:
    """The name of an element without its namespace; empty for comments and instructions."""
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""
