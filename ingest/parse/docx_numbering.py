"""The automatic numbers of Word paragraphs: "2.1", "(a)", as Word prints them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from docx.oxml.ns import qn
from lxml.etree import _Element

from ingest.parse.docx_numerals import in_numerals

MOST_LEVELS = 9
_PLACE = re.compile(r"%([1-9])")


@dataclass(frozen=True, slots=True)
class _Level:
    """How a level of a list is numbered: `text` has %1 for the number of the first level, and so on."""

    start: int
    kind: str
    text: str
    in_digits: bool
    restarts: bool
    style: str


@dataclass(frozen=True, slots=True)
class _Numbered:
    """A list: its definition, and by level the numbers with which it starts again and its own levels."""

    definition: str
    starts: Mapping[int, int]
    levels: Mapping[int, _Level]


@dataclass(slots=True)
class Numbering:
    """Counts the numbered paragraphs of a document in reading order."""

    _levels: dict[str, dict[int, _Level]] = field(default_factory=dict)
    _lists: dict[str, _Numbered] = field(default_factory=dict)
    _styles: dict[str, tuple[str, int | None, str]] = field(default_factory=dict)
    _counts: dict[str, dict[int, int]] = field(default_factory=dict)
    _begun: set[tuple[str, int]] = field(default_factory=set)

    @classmethod
    def of(cls, numbering: _Element | None, styles: _Element) -> Numbering:
        """`numbering` and `styles` are the roots of the parts of these names."""
        made = cls()
        made._styles = dict(_style_lists(styles))
        for definition in numbering.findall(qn("w:abstractNum")) if numbering is not None else ():
            levels = dict(_levels_of(definition))
            made._levels[definition.get(qn("w:abstractNumId"), "")] = levels
        for one in numbering.findall(qn("w:num")) if numbering is not None else ():
            made._lists[one.get(qn("w:numId"), "")] = _Numbered(
                _value(one, "w:abstractNumId"), dict(_starts(one)), dict(_overridden(one))
            )
        if numbering is not None:
            made._link(numbering)
        return made

    def label(self, paragraph: _Element, style: str) -> str | None:
        """The number that is printed before a paragraph, "" for a bullet; None if it is in no list."""
        number, level = self._list_of(paragraph, style)
        one = self._lists.get(number)
        levels = self._levels_in(one)
        if one is None or level not in levels:
            return None if one is None else ""
        counts = self._count(number, one, level, levels)
        return _printed(levels, level, counts)

    def _count(self, number: str, one: _Numbered, level: int, levels: Mapping[int, _Level]) -> dict[int, int]:
        counts = self._counts.setdefault(one.definition, {})
        if level in one.starts and (number, level) not in self._begun:
            counts[level] = one.starts[level] - 1
        self._begun.add((number, level))
        counts[level] = counts.get(level, levels[level].start - 1) + 1
        for deeper in [other for other in counts if other > level]:
            if deeper not in levels or levels[deeper].restarts:
                del counts[deeper]
        for above in range(level):
            counts.setdefault(above, levels[above].start if above in levels else 1)
        return counts

    def _list_of(self, paragraph: _Element, style: str) -> tuple[str, int]:
        """The list of a paragraph and its level there, by itself or by its style; no list is "" or "0"."""
        own = paragraph.find(f"{qn('w:pPr')}/{qn('w:numPr')}")
        number, level = _named_list(own)
        if not number or level is None:
            by_style = self._by_style(style)
            number = number or by_style[0]
            level = level if level is not None else by_style[1]
        return number, min(level or 0, MOST_LEVELS - 1)

    def _by_style(self, style: str) -> tuple[str, int]:
        """The list that a style, or one that it is based on, names, and the level that is the style's."""
        seen: set[str] = set()
        current = style
        while current in self._styles and current not in seen:
            seen.add(current)
            number, level, base = self._styles[current]
            if number:
                return number, self._level_of_style(number, style) if level is None else level
            current = base
        return "", 0

    def _level_of_style(self, number: str, style: str) -> int:
        levels = self._levels_in(self._lists.get(number))
        return next((at for at, level in levels.items() if level.style == style), 0)

    def _levels_in(self, one: _Numbered | None) -> Mapping[int, _Level]:
        return {**self._levels.get(one.definition, {}), **one.levels} if one is not None else {}

    def _link(self, numbering: _Element) -> None:
        """Gives definitions that only name a style of lists the levels of that style's list."""
        for definition in numbering.findall(qn("w:abstractNum")):
            linked = self._styles.get(_value(definition, "w:numStyleLink"))
            one = self._lists.get(linked[0]) if linked else None
            if one is not None:
                self._levels[definition.get(qn("w:abstractNumId"), "")] = self._levels.get(one.definition, {})


def _printed(levels: Mapping[int, _Level], level: int, counts: Mapping[int, int]) -> str:
    one = levels[level]
    if one.kind == "bullet":
        return ""

    def number(found: re.Match[str]) -> str:
        at = int(found[1]) - 1
        kind = "decimal" if one.in_digits or at not in levels else levels[at].kind
        return in_numerals(counts.get(at, 0), kind)

    return _PLACE.sub(number, one.text).strip()


def _levels_of(definition: _Element) -> Iterator[tuple[int, _Level]]:
    for one in definition.findall(qn("w:lvl")):
        yield _whole(one.get(qn("w:ilvl"), "")), _level_of(one)


def _level_of(one: _Element) -> _Level:
    return _Level(
        _whole(_value(one, "w:start"), 0),
        _kind_of(one),
        _value(one, "w:lvlText"),
        in_digits=_is_on(one.find(qn("w:isLgl"))),
        restarts=_value(one, "w:lvlRestart") != "0",
        style=_value(one, "w:pStyle"),
    )


def _kind_of(level: _Element) -> str:
    """The kind of numerals; "000" for those that are filled with zeros to three digits."""
    form = next(level.iter(qn("w:numFmt")), None)
    if form is None:
        return "decimal"
    kind: str = form.get(qn("w:val"), "decimal")
    example = form.get(qn("w:format"), "").partition(",")[0].strip()
    if kind == "custom":
        return "0" * len(example) if example.isdecimal() else "decimal"
    return kind


def _overridden(one: _Element) -> Iterator[tuple[int, _Level]]:
    """The levels that a list defines otherwise than its definition."""
    for override in one.findall(qn("w:lvlOverride")):
        level = override.find(qn("w:lvl"))
        if level is not None:
            yield _whole(override.get(qn("w:ilvl"), "")), _level_of(level)


def _starts(one: _Element) -> Iterator[tuple[int, int]]:
    for override in one.findall(qn("w:lvlOverride")):
        if start := _value(override, "w:startOverride"):
            yield _whole(override.get(qn("w:ilvl"), "")), _whole(start, 1)


def _style_lists(styles: _Element) -> Iterator[tuple[str, tuple[str, int | None, str]]]:
    """Each style, the list and the level that it names, and the style that it is based on."""
    for one in styles.findall(qn("w:style")):
        number, level = _named_list(one.find(f"{qn('w:pPr')}/{qn('w:numPr')}"))
        yield one.get(qn("w:styleId"), ""), (number, level, _value(one, "w:basedOn"))


def _named_list(properties: _Element | None) -> tuple[str, int | None]:
    if properties is None:
        return "", None
    level = _value(properties, "w:ilvl")
    return _value(properties, "w:numId"), _whole(level) if level else None


def _value(parent: _Element, tag: str) -> str:
    found = parent.find(qn(tag))
    return found.get(qn("w:val"), "") if found is not None else ""


def _is_on(element: _Element | None) -> bool:
    return element is not None and element.get(qn("w:val"), "1") not in {"0", "false", "off"}


def _whole(text: str, otherwise: int = 0) -> int:
    return int(text) if text.isdecimal() and len(text) < 6 else otherwise
