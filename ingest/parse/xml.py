"""XML: articles in JATS, news feeds, FictionBook; for other documents, the text of each element."""

from __future__ import annotations

import re
from collections.abc import Iterator
from xml.etree.ElementTree import Element

from ingest.parse.feed import is_feed, name_of, read_feed, write_marked_up
from ingest.parse.fictionbook import read_fictionbook
from ingest.parse.zip_xml import outermost, xml_of
from ragapp.text.builder import SourceCell, TextBuilder
from ragapp.types import ParsedText

_SKIPPED = frozenset({"tex-math", "alternatives-graphic", "object-id", "journal-meta", "permissions"})
_UNTITLED = {"ref-list": "References", "ack": "Acknowledgments", "abstract": "Abstract"}
_GROUPS = frozenset({"sec", "app", "ack", "ref-list", "abstract", "trans-abstract", "fn-group", "glossary"})


_LEADING = re.compile(r"\s+")

MOST_SPANNED = 1_000
"""The most rows or columns that a cell covers."""


def parse_xml(data: bytes, name: str) -> ParsedText:
    """Parses XML. Raises ParseError if it is not well-formed or defines entities."""
    root = xml_of(data, name)
    if name_of(root) == "FictionBook":
        return read_fictionbook(root)
    if is_feed(root):
        return read_feed(root)
    out = TextBuilder()
    article = (
        root
        if name_of(root) == "article"
        else next((e for e in root.iter() if name_of(e) == "article"), None)
    )
    if article is not None and _child(article, "front") is not None:
        return _read_article(article, out)
    _write_leaves(root, out)
    return out.build()


def _read_article(article: Element, out: TextBuilder) -> ParsedText:
    front = _child(article, "front")
    assert front is not None
    title = _text(_first(front, "article-title"))
    authors = ", ".join(_authors(front))
    out.heading(1, title)
    out.paragraph(authors)
    for abstract in outermost(front, lambda inner: name_of(inner) in {"abstract", "trans-abstract"}):
        _write_section(abstract, 2, out, _UNTITLED["abstract"])
    for part in article:
        if name_of(part) in {"body", "back", "floats-group"}:
            _write_blocks(part, 2, out)
    return out.build(title, {"author": authors})


def _write_section(section: Element, level: int, out: TextBuilder, untitled: str = "") -> None:
    label, title = _text(_child(section, "label")), _text(_child(section, "title"))
    out.heading(level, " ".join(filter(None, (label, title))) or untitled)
    _write_blocks(section, level + 1, out)


def _write_blocks(parent: Element, level: int, out: TextBuilder) -> None:
    for block in parent:
        tag = name_of(block)
        if tag in _GROUPS:
            _write_section(
                block, level, out, {"ref-list": "References", "ack": "Acknowledgments"}.get(tag, "")
            )
        elif tag == "table-wrap":
            _write_table(block, out)
        elif tag == "p":
            _write_paragraph(block, level, out)
        elif tag == "list-item":
            out.item(_text(block))
        elif tag == "ref":
            out.item(" ".join(_text(citation) for citation in block if name_of(citation) != "label"))
        elif tag in {"fig", "boxed-text", "disp-quote", "statement", "def-item", "fn", "disp-formula"}:
            out.paragraph(" ".join(filter(None, map(_text, block))) if len(block) else _text(block))
        elif tag not in {"label", "title", *_SKIPPED}:
            _write_blocks(block, level, out)


def _write_paragraph(paragraph: Element, level: int, out: TextBuilder) -> None:
    """Writes the text of a paragraph, then the figures, tables and lists inside it."""
    out.paragraph(_text(paragraph, frozenset({"fig", "table-wrap", "list", "boxed-text"})))
    for inner in paragraph:
        if name_of(inner) in {"fig", "table-wrap", "list", "boxed-text"}:
            wrapper = Element("wrapper")
            wrapper.append(inner)
            _write_blocks(wrapper, level, out)


def _write_table(wrap: Element, out: TextBuilder) -> None:
    caption = " ".join(filter(None, (_text(_child(wrap, "label")), _text(_child(wrap, "caption")))))
    out.paragraph(caption)
    out.table(_rows(wrap), caption)
    for foot in outermost(wrap, lambda inner: name_of(inner) == "table-wrap-foot"):
        out.paragraph(_text(foot))


def _rows(wrap: Element) -> Iterator[list[SourceCell]]:
    for part in outermost(wrap, lambda inner: name_of(inner) in {"thead", "tr"}):
        named = name_of(part) == "thead"
        for row in outermost(part, lambda inner: name_of(inner) == "tr") if named else (part,):
            yield [_cell(cell, header=named or name_of(cell) == "th") for cell in row if name_of(cell)]


def _cell(cell: Element, *, header: bool) -> SourceCell:
    rows, columns = (_span(cell.get(name, "1")) for name in ("rowspan", "colspan"))
    leading = _LEADING.match("".join(_pieces(cell, _SKIPPED)))
    indent = leading[0].count("\xa0") + 2 * leading[0].count("\u2003") if leading else 0
    return SourceCell(_text(cell), rows, columns, header=header, indent=indent)


def _span(value: str) -> int:
    return min(int(value), MOST_SPANNED) if value.isdecimal() and len(value) < 10 else 1


def _authors(front: Element) -> Iterator[str]:
    for group in front.iter():
        if name_of(group) == "contrib" and group.get("contrib-type", "author") == "author":
            given, family = (_text(_own_child(group, tag)) for tag in ("given-names", "surname"))
            if family:
                yield f"{given} {family}".strip()


def _write_leaves(element: Element, out: TextBuilder) -> None:
    """Writes each element with text of its own as a paragraph, and descends into the others."""
    own = [element.text, *(child.tail for child in element)]
    if any(part and part.strip() for part in own):
        write_marked_up(_text(element), out)
    else:
        for child in element:
            _write_leaves(child, out)


def _text(element: Element | None, without: frozenset[str] = frozenset()) -> str:
    return " ".join("".join(_pieces(element, _SKIPPED | without)).split()) if element is not None else ""


def _pieces(element: Element, skipped: frozenset[str]) -> Iterator[str]:
    yield element.text or ""
    for child in element:
        tag = name_of(child)
        if tag not in skipped:
            yield from _pieces(child, skipped)
            if tag in {"p", "title", "label", "list-item", "def", "term", "break", "td", "th"}:
                yield " "
        yield child.tail or ""


def _child(element: Element, tag: str) -> Element | None:
    return next((child for child in element if name_of(child) == tag), None)


def _own_child(contributor: Element, tag: str) -> Element | None:
    """A part of the contributor's name, without those of nested members of a group."""
    parts = outermost(
        contributor, lambda inner: name_of(inner) == tag, lambda inner: name_of(inner) == "contrib"
    )
    return next(parts, None)


def _first(element: Element, tag: str) -> Element | None:
    return next((inner for inner in element.iter() if name_of(inner) == tag), None)
