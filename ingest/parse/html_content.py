"""What a web page shows otherwise than as text: hidden parts, numbers of lists, exponents, pictures."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from selectolax.lexbor import LexborHTMLParser, LexborNode

__all__ = ["list_markers", "write_out"]

_UNSEEN = (
    "head, script, style, noscript, template, iframe, object, nav, footer, select, button, "
    "[role=navigation], [hidden], [aria-hidden=true]"
)
_HIDING = re.compile(
    r"(?:^|[;\s])(?:display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse))\b", re.IGNORECASE
)
_EXPONENT = re.compile(r"[+\-−–]?\d{1,4}")
_LAST_WORD = re.compile(r"[\w)\]]{1,12}$")

LONGEST_UNIT = 3
"""Letters before an exponent: "km" raised to 2. A number after a longer word refers to a note."""

FEWEST_ALT_WORDS = 2
"""Words of a picture's text. Less is mostly the name of an icon."""

_LETTERS = {"a": "a", "A": "A"}


def write_out(tree: LexborHTMLParser) -> None:
    """Removes what a reader does not see, and writes exponents as 10^6, notes as [1], and pictures as their
    text."""
    for node in tree.css(_UNSEEN):
        node.decompose()
    for node in tree.css("[style]"):
        if _HIDING.search(node.attributes.get("style") or ""):
            node.decompose()
    for node in tree.css("svg"):
        _replace(node, " ".join(part.text(strip=True) for part in node.css("text, title, desc")))
    for node in tree.css("img[alt]"):
        alt = node.attributes.get("alt") or ""
        if len(alt.split()) >= FEWEST_ALT_WORDS:
            _replace(node, alt)
    for node in tree.css("sup"):
        _write_raised(node)


def _replace(node: LexborNode, text: str) -> None:
    if text.strip():
        node.replace_with(f" {text} ")
    else:
        node.decompose()


def _write_raised(node: LexborNode) -> None:
    raised = node.text(strip=True)
    before = node.prev.text_content if node.prev is not None and node.prev.is_text_node else ""
    last = _LAST_WORD.search(before or "")
    if last is None or not _EXPONENT.fullmatch(raised):
        return
    is_power = node.css_first("a") is None and (last[0][-1].isdigit() or len(last[0]) <= LONGEST_UNIT)
    node.replace_with(f"^{raised}" if is_power else f" [{raised}]")


def list_markers(root: LexborNode) -> Mapping[int, str]:
    """The marks of the items of numbered lists by the ids of their nodes: "2.", and "2.1" inside of it."""
    markers: dict[int, str] = {}
    for node in root.css("ol"):
        outer = _number_around(node, markers)
        kind = node.attributes.get("type") or "1"
        for number, item in _numbered(node):
            shown = _LETTERS.get(kind) and _in_letters(number, kind)
            markers[item.mem_id] = f"{shown}." if shown else f"{outer}{number}" + ("" if outer else ".")
    return markers


def _number_around(node: LexborNode, markers: Mapping[int, str]) -> str:
    """What comes before the numbers of a list inside a numbered item: "2."."""
    parent = node.parent
    marker = markers.get(parent.mem_id, "") if parent is not None and parent.tag == "li" else ""
    return f"{marker.rstrip('.')}." if marker[:1].isdigit() else ""


def _numbered(node: LexborNode) -> Iterator[tuple[int, LexborNode]]:
    items = [child for child in node.iter() if child.tag == "li"]
    backwards = "reversed" in node.attributes
    number = _whole(node.attributes.get("start"), len(items) if backwards else 1)
    for item in items:
        number = _whole(item.attributes.get("value"), number)
        yield number, item
        number += -1 if backwards else 1


def _in_letters(number: int, kind: str) -> str:
    """1 as "a", 26 as "z"; further ones stay numbers."""
    return chr(ord(kind) + number - 1) if 1 <= number <= 26 else ""


def _whole(value: str | None, otherwise: int) -> int:
    found = re.fullmatch(r"\s*(-?\d{1,6})\s*", value or "")
    return int(found[1]) if found else otherwise
