"""Shows numbers of a workbook as their format displays them: "12.5%", "$1,234", "(5)"."""

from __future__ import annotations

import re
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from typing import NamedTuple

_IGNORED = re.compile(r"_.|\*.|\[(?!\$)[^\]\[]*\]")
_LITERAL = re.compile(r'"([^"]*)"|\\(.)|\[\$([^\]\[-]*+)(?:-[^\]\[]*+)?\]')
_DIGITS = re.compile(r"[#0?][#0?,]*(?:\.([#0?]+))?(,*)")
_AFFIX = re.compile(r"[\s$€£¥%()+\-:/]*")
_MARKED = re.compile(r"[\ue000-\uf8ff]")
_FIRST_PRIVATE = 0xE000

MOST_LITERALS = 64
MOST_DECIMALS = 15
LARGEST = 1e12
"""Numbers from here on are shown in full."""


class _Format(NamedTuple):
    """What stands before and after the digits, the decimals (at least, at most), and the power of ten by
    which a value is multiplied.
    """

    before: str
    after: str
    fewest: int
    most: int
    grouped: bool
    shift: int


def shown_number(value: int | float, code: str) -> str:
    """The number as a workbook's number format shows it; in full if the format is not understood."""
    sections = _sections(code)
    negative = value < 0 and len(sections) > 1
    index = 1 if negative else 2 if value == 0 and len(sections) > 2 else 0
    form = sections[index] if sections else None
    if isinstance(form, str):  # a text without digits, such as "-" for zero
        return form
    if form is None or not abs(value) < LARGEST:
        return str(value) if isinstance(value, int) else f"{value:.15g}"
    return _shown(abs(value) if negative else value, form)


def _shown(value: float, form: _Format) -> str:
    exact = Decimal(f"{value:.15g}").scaleb(form.shift)
    rounded = exact.quantize(Decimal(1).scaleb(-form.most), ROUND_HALF_UP)
    digits = f"{abs(rounded):,f}" if form.grouped else f"{abs(rounded):f}"
    if form.most > form.fewest:
        kept = len(digits) - (form.most - form.fewest)
        digits = digits[:kept] + digits[kept:].rstrip("0")
        digits = digits.removesuffix(".")
    sign = "-" if rounded < 0 else ""
    return f"{sign}{form.before}{digits}{form.after}"


@lru_cache(maxsize=1_000)
def _sections(code: str) -> tuple[_Format | str | None, ...]:
    """The formats of positive, negative and zero values; empty if the code shows values in full."""
    literals: list[str] = []

    def mark(found: re.Match[str]) -> str:
        literals.append(found[1] or found[2] or found[3] or "")
        return chr(_FIRST_PRIVATE + len(literals) - 1)

    if code in {"", "General", "@"}:
        return ()
    marked = _LITERAL.sub(mark, _MARKED.sub("", _IGNORED.sub("", code)))
    if len(literals) > MOST_LITERALS:
        return ()
    return tuple(_section(section, literals) for section in marked.split(";")[:3])


def _section(section: str, literals: list[str]) -> _Format | str | None:
    def plain(part: str) -> str | None:
        bare = _MARKED.sub("", part)
        if not _AFFIX.fullmatch(bare):
            return None
        return _MARKED.sub(lambda mark: literals[ord(mark[0]) - _FIRST_PRIVATE], part)

    digits = _DIGITS.search(section)
    if digits is None or not digits[0].strip("?"):
        return plain(section.replace("?", ""))
    before, after = plain(section[: digits.start()]), plain(section[digits.end() :])
    if before is None or after is None or len(digits[1] or "") > MOST_DECIMALS:
        return None
    decimals = digits[1] or ""
    percent = 2 * ("%" in _MARKED.sub("", section))
    grouped = "," in digits[0].rstrip(",").partition(".")[0]
    fewest = decimals.rstrip("#?").count("0") if decimals else 0
    shift = percent - 3 * len(_thousands(digits[0]))
    return _Format(before.strip(), after.rstrip(), fewest, len(decimals), grouped, shift)


def _thousands(digits: str) -> str:
    """The commas at the end, each of which divides the value by a thousand."""
    return digits[len(digits.rstrip(",")) :]
