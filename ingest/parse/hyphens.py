"""Joins words that a PDF breaks at the end of a line.

pdfium joins the two lines and puts U+FFFE where the hyphen stood. Whether that hyphen belongs to the word
("long-term") or to the line ("inter-national") is decided by the words of the same document.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

LINE_HYPHEN = "\ufffe"

_WORD = re.compile(r"[^\W_]+(?:-[^\W_]+)*")
_BROKEN = re.compile(rf"(?:(?<![^\W_])([^\W_]++))?{LINE_HYPHEN}([^\W_]*)")


def mend_hyphens(pages: Sequence[str]) -> list[str]:
    """Returns the pages with every line-end hyphen removed or replaced by a plain one."""
    if not any(LINE_HYPHEN in page for page in pages):
        return list(pages)
    words = _words(pages)

    def mend(broken: re.Match[str]) -> str:
        left, right = broken.groups("")
        capital = right[:1].isupper()  # "Black-White": no syllable begins with one
        return left + ("-" if capital else _joint(left.lower(), right.lower(), words)) + right

    return [_BROKEN.sub(mend, page) if LINE_HYPHEN in page else page for page in pages]


def _words(pages: Sequence[str]) -> frozenset[str]:
    """The unbroken words, and the parts of hyphenated ones."""
    unbroken = (_BROKEN.sub("", page) if LINE_HYPHEN in page else page for page in pages)
    words = frozenset(_WORD.findall("\n".join(unbroken).lower()))
    return words.union(*(word.split("-") for word in words if "-" in word))


def _joint(left: str, right: str, words: frozenset[str]) -> str:
    if f"{left}-{right}" in words:
        return "-"
    if left + right in words:
        return ""
    syllables = left.isalpha() and right.isalpha() and not {left, right} <= words
    return "" if syllables else "-"
