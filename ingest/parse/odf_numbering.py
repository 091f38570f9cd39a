"""The numbers of lists and headings of OpenDocument texts, which are not in the text but in its styles."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final
from xml.etree.ElementTree import Element

from ingest.parse.docx_numerals import in_numerals

_TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
_STYLE = "{urn:oasis:names:tc:opendocument:xmlns:style:1.0}"
_KINDS: Final = {"a": "lowerLetter", "A": "upperLetter", "i": "lowerRoman", "I": "upperRoman"}
MOST_LEVELS = 10
_OUTLINE = ""
"""The name under which the style of headings is kept."""


@dataclass(frozen=True, slots=True)
class _Level:
    """How the items of a level are numbered. Without a `kind` they have a bullet."""

    kind: str = ""
    prefix: str = ""
    suffix: str = ""
    shown: int = 1
    start: int = 1


class OdfNumbering:
    """Counts the items of lists, and headings. A list whose style was seen before goes on if it says so."""

    def __init__(self, roots: Iterable[Element]) -> None:
        """`roots` are the parts of the document that define styles."""
        self._styles: dict[str, Mapping[int, _Level]] = {}
        for root in roots:
            for style in root.iter(f"{_TEXT}list-style"):
                self._styles[style.get(f"{_STYLE}name", "")] = _levels(style)
            for style in root.iter(f"{_TEXT}outline-style"):
                self._styles[_OUTLINE] = _levels(style)
        self._counters: dict[str, list[int]] = {}

    def begin(self, element: Element, style: str, level: int) -> None:
        """Notes that a list begins at a level, counted from 1."""
        continues = element.get(f"{_TEXT}continue-numbering") == "true"
        if not continues and f"{_TEXT}continue-list" not in element.attrib:
            counters = self._of(style)
            counters[level - 1 :] = [0] * (MOST_LEVELS - level + 1)

    def label(self, item: Element, style: str, level: int) -> str:
        """The number of the next item at a level; empty if it has a bullet."""
        return self._next(style, level, item.get(f"{_TEXT}start-value", ""))

    def heading(self, element: Element, level: int) -> str:
        """The number of the next heading; empty if headings are not numbered."""
        if element.get(f"{_TEXT}is-list-header") == "true":
            return ""
        return self._next(_OUTLINE, level, "")

    def _next(self, style: str, level: int, given: str) -> str:
        levels = self._styles.get(style, {})
        known = levels.get(level)
        if known is None or level > MOST_LEVELS:
            return ""
        counters = self._of(style)
        first = int(given) if given.isdecimal() and len(given) < MOST_LEVELS else None
        counters[level - 1] = first if first is not None else max(counters[level - 1] + 1, known.start)
        counters[level:] = [0] * (MOST_LEVELS - level)
        if not known.kind:
            return ""
        parts = [
            in_numerals(max(counters[at - 1], 1), levels.get(at, _Level("decimal")).kind or "decimal")
            for at in range(max(1, level - known.shown + 1), level + 1)
        ]
        return f"{known.prefix}{'.'.join(parts)}{known.suffix}"

    def _of(self, style: str) -> list[int]:
        return self._counters.setdefault(style, [0] * MOST_LEVELS)


def _levels(style: Element) -> dict[int, _Level]:
    found = {}
    for level in style:
        place = level.get(f"{_TEXT}level", "")
        form = level.get(f"{_STYLE}num-format", "")
        if not place.isdecimal() or len(place) > 2:
            continue
        is_numbered = level.tag.endswith("level-style-number") or level.tag.endswith("outline-level-style")
        found[int(place)] = _Level(
            _KINDS.get(form, "decimal") if is_numbered and form else "",
            level.get(f"{_STYLE}num-prefix", ""),
            level.get(f"{_STYLE}num-suffix", ""),
            _number(level.get(f"{_TEXT}display-levels", "1")),
            _number(level.get(f"{_TEXT}start-value", "1")),
        )
    return found


def _number(value: str) -> int:
    return int(value) if value.isdecimal() and len(value) < MOST_LEVELS else 1
