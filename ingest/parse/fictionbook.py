"""E-books in FictionBook (FB2)."""

from __future__ import annotations

from collections.abc import Iterator
from xml.etree.ElementTree import Element

from ragapp.text.builder import TextBuilder
from ragapp.types import ParsedText

_PARAGRAPHS = frozenset({"p", "v", "subtitle", "text-author", "date", "th", "td"})
_AUTHOR = ("first-name", "middle-name", "last-name")


def read_fictionbook(root: Element) -> ParsedText:
    """The title, the authors, the annotation and the bodies, without pictures and styles."""
    out = TextBuilder()
    about = next((one for one in root.iter() if _tag(one) == "title-info"), None)
    title = _text(_first(about, "book-title"))
    authors = ", ".join(_authors(about))
    out.heading(1, title)
    out.paragraph(authors)
    annotation = _first(about, "annotation")
    if annotation is not None:
        _write(annotation, out, 2)
    for body in root:
        if _tag(body) == "body":
            _write(body, out, 1)
    return out.build(title, {"author": authors})


def _write(parent: Element, out: TextBuilder, level: int) -> None:
    for one in parent:
        tag = _tag(one)
        if tag == "title":
            out.heading(level, " ".join(filter(None, map(_text, one))))
        elif tag == "tr":
            out.paragraph(" | ".join(map(_text, one)))
        elif tag in _PARAGRAPHS:
            out.paragraph(_text(one))
        else:
            _write(one, out, level + (tag == "section"))


def _authors(about: Element | None) -> Iterator[str]:
    for author in about if about is not None else ():
        if _tag(author) == "author":
            names = {_tag(part): _text(part) for part in author}
            yield " ".join(filter(None, (names.get(part) for part in _AUTHOR))) or names.get("nickname", "")


def _first(parent: Element | None, tag: str) -> Element | None:
    return next((one for one in parent if _tag(one) == tag), None) if parent is not None else None


def _text(element: Element | None) -> str:
    return " ".join("".join(element.itertext()).split()) if element is not None else ""


def _tag(element: Element) -> str:
    return str(element.tag).rpartition("}")[2]
