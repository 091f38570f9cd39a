"""The styles of a Word document: names, levels of headings, and what they hide."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from docx.oxml.ns import qn
from lxml.etree import _Element

_HEADING = re.compile(r"heading (\d)", re.IGNORECASE)
_OFF = frozenset({"0", "false", "off"})
_NO_LEVEL = 9


@dataclass(frozen=True, slots=True)
class ParagraphStyles:
    """`default` is the id of the style of paragraphs that name none. Of the others, by id: their names, the
    levels of headings, and those whose text is hidden.
    """

    default: str
    names: Mapping[str, str]
    levels: Mapping[str, int]
    hidden: frozenset[str]

    @classmethod
    def of(cls, styles: _Element) -> ParagraphStyles:
        """`styles` is the root of the part of this name."""
        found = {one.get(qn("w:styleId"), ""): one for one in styles.findall(qn("w:style"))}
        default = next(
            (
                name
                for name, one in found.items()
                if one.get(qn("w:type")) == "paragraph" and one.get(qn("w:default")) not in {None, *_OFF}
            ),
            "",
        )
        lines = {name: list(_line(name, found)) for name in found}
        levels = {
            name: level
            for name, line in lines.items()
            if (level := next(filter(None, map(_level, line)), None)) is not None and level <= _NO_LEVEL
        }
        hidden = frozenset(name for name, line in lines.items() if next(_hides(line), False))
        return cls(default, {name: _value(one, "w:name") for name, one in found.items()}, levels, hidden)

    def id_of(self, paragraph: _Element) -> str:
        """The id of a paragraph's style."""
        style = paragraph.find(f"{qn('w:pPr')}/{qn('w:pStyle')}")
        named = style.get(qn("w:val"), "") if style is not None else ""
        return named if named in self.names else self.default

    def level_of(self, paragraph: _Element) -> int | None:
        """The level of a heading, 1 for the highest; None for other paragraphs."""
        own = _outline(paragraph)
        level = self.levels.get(self.id_of(paragraph)) if own is None else own
        return level if level is not None and level <= _NO_LEVEL else None


def _line(name: str, styles: Mapping[str, _Element]) -> Iterator[_Element]:
    """A style, the one that it is based on, and so on."""
    seen: set[str] = set()
    while name in styles and name not in seen:
        seen.add(name)
        yield styles[name]
        name = _value(styles[name], "w:basedOn")


def _level(style: _Element) -> int | None:
    """The level of its headings; above all levels when it says that it is for text."""
    name = _value(style, "w:name")
    named = _HEADING.match(name)
    if named or name == "Title":
        return int(named[1]) if named else 1
    return _outline(style)


def _outline(element: _Element) -> int | None:
    outline = element.find(f"{qn('w:pPr')}/{qn('w:outlineLvl')}")
    value = outline.get(qn("w:val"), "") if outline is not None else ""
    return min(int(value), _NO_LEVEL) + 1 if value.isdecimal() and len(value) == 1 else None


def _hides(line: list[_Element]) -> Iterator[bool]:
    """Whether its text is hidden, by the first style that says so or otherwise."""
    for style in line:
        hidden = style.find(f"{qn('w:rPr')}/{qn('w:vanish')}")
        if hidden is not None:
            yield hidden.get(qn("w:val"), "1") not in _OFF


def _value(parent: _Element, tag: str) -> str:
    found = parent.find(qn(tag))
    return found.get(qn("w:val"), "") if found is not None else ""
