"""Shows numbers of a workbook as their format displays them: "12.5%", "$1,234", "(5)", "1.2E+06", "3/4"."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from functools import lru_cache
from typing import NamedTuple

_IGNORED = re.compile(r"_.|\*.|\[(?![$<>=])[^\]\[]*\]")
_LITERAL = re.compile(r'"([^"]*)"|\\(.)|\[\$([^\]\[-]*+)(?:-[^\]\[]*+)?\]')
_DIGITS = re.compile(r"[#0?][#0?,]*(?:\.([#0?]+))?(,*)")
_AFFIX = re.compile(r"[\s$€£¥%()+\-:/]*")
_MARKED = re.compile(r"[\ue000-\uf8ff]")
_CONDITION = re.compile(r"\[(<=|>=|<>|<|>|=)(-?\d{1,15}(?:\.\d{1,15})?)\]")
_SCIENTIFIC = re.compile(r"(?<![#0?,.])([#0?,]{0,20}+)(?:\.([#0?]{1,20}+))?[eE]([+-])(0{1,3}+)")
_FRACTION = re.compile(
    r"(?<![#0?])(?:([#0?]{1,20}+) {1,5}+)?[#0?]{1,20}+ {0,5}+/ {0,5}+(?:([?#0]{1,20}+)|([1-9]\d{0,3}))"
)
_FIRST_PRIVATE = 0xE000

MOST_LITERALS = 64
MOST_DECIMALS = 15
MOST_DENOMINATOR_DIGITS = 4
LARGEST = 1e12
"""Numbers from here on are shown in full."""


class _Format(NamedTuple):
    """What stands before and after the digits, the decimals (at least, at most), and the power of ten by
    which a value is multiplied. `exponent` are the digits of a power of ten (at least), `whole` those before
    the point; `denominator` is that of a fraction, negative for the most digits of one that is chosen.
    """

    before: str
    after: str
    fewest: int
    most: int
    grouped: bool
    shift: int
    whole: int = 1
    exponent: int = 0
    denominator: int = 0
    mixed: bool = True


_Condition = Callable[[float], bool]
_Sections = tuple[tuple[_Condition | None, _Format | str | None], ...]
_COMPARISONS: dict[str, Callable[[float, float], bool]] = {
    "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge, "=": operator.eq,
    "<>": operator.ne,
}  # fmt: skip


def shown_number(value: int | float, code: str) -> str:
    """The number as a workbook's number format shows it; in full if the format is not understood."""
    sections = _sections(code)
    index = _chosen(value, sections)
    form = sections[index][1] if sections else None
    if isinstance(form, str):  # a text without digits, such as "-" for zero
        return form
    if form is None or not (abs(value) < LARGEST or form.exponent):
        return str(value) if isinstance(value, int) else f"{value:.15g}"
    signless = index == 1 and len(sections) > 1 and sections[0][0] is None
    return _shown(abs(value) if signless else value, form)


def _chosen(value: float, sections: _Sections) -> int:
    """The section for a value: the first whose condition it meets, else by its sign."""
    if any(condition for condition, _ in sections):
        otherwise = len(sections) - 1
        return next(
            (at for at, (condition, _) in enumerate(sections) if condition and condition(value)), otherwise
        )
    if value < 0 and len(sections) > 1:
        return 1
    return 2 if value == 0 and len(sections) > 2 else 0


def _shown(value: float, form: _Format) -> str:
    if form.exponent:
        return form.before + _scientific(value, form) + form.after
    if form.denominator:
        return f"{'-' if value < 0 else ''}{form.before}{_fraction(abs(value), form)}{form.after}"
    exact = Decimal(f"{value:.15g}").scaleb(form.shift)
    rounded = exact.quantize(Decimal(1).scaleb(-form.most), ROUND_HALF_UP)
    digits = f"{abs(rounded):,f}" if form.grouped else f"{abs(rounded):f}"
    if form.most > form.fewest:
        kept = len(digits) - (form.most - form.fewest)
        digits = digits[:kept] + digits[kept:].rstrip("0")
        digits = digits.removesuffix(".")
    sign = "-" if rounded < 0 else ""
    whole, point, decimals = digits.partition(".")
    padded = whole if form.grouped else whole.zfill(form.whole)  # a code such as 00042
    return f"{sign}{form.before}{padded}{point}{decimals}{form.after}"


def _scientific(value: float, form: _Format) -> str:
    """The exponent is a multiple of the digits before the point, as engineers write it: 12.3E+3."""
    exact = Decimal(f"{value:.15g}")
    power = exact.adjusted() // form.whole * form.whole if exact else 0
    rounded = exact.scaleb(-power).quantize(Decimal(1).scaleb(-form.most), ROUND_HALF_UP)
    if abs(rounded) >= 10**form.whole:
        power += form.whole
        rounded = exact.scaleb(-power).quantize(Decimal(1).scaleb(-form.most), ROUND_HALF_UP)
    return f"{rounded:f}E{'-' if power < 0 else '+'}{abs(power):0{form.exponent}}"


def _fraction(value: float, form: _Format) -> str:
    exact = Fraction(Decimal(f"{value:.15g}"))
    if form.denominator > 0:
        parts, out_of = round(exact * form.denominator), form.denominator
    else:
        nearest = exact.limit_denominator(10**-form.denominator - 1)
        parts, out_of = nearest.numerator, nearest.denominator
    whole, rest = divmod(parts, out_of) if form.mixed else (0, parts)
    if not rest:
        return str(whole)
    return f"{whole} {rest}/{out_of}" if whole else f"{rest}/{out_of}"


@lru_cache(maxsize=1_000)
def _sections(code: str) -> _Sections:
    """The formats of positive, negative and zero values, or of those that meet a condition; empty if the code
    shows values in full."""
    literals: list[str] = []

    def mark(found: re.Match[str]) -> str:
        literals.append(found[1] or found[2] or found[3] or "")
        return chr(_FIRST_PRIVATE + len(literals) - 1)

    if code in {"", "General", "@"}:
        return ()
    marked = _LITERAL.sub(mark, _MARKED.sub("", _IGNORED.sub("", code)))
    if len(literals) > MOST_LITERALS:
        return ()
    return tuple(_conditional(section, literals) for section in marked.split(";")[:3])


def _conditional(section: str, literals: list[str]) -> tuple[_Condition | None, _Format | str | None]:
    found = _CONDITION.search(section)
    if found is None:
        return None, _section(section, literals)
    compare, bound = _COMPARISONS[found[1]], float(found[2])
    form = _section(_CONDITION.sub("", section), literals)
    return (lambda value: compare(value, bound)), form


def _section(section: str, literals: list[str]) -> _Format | str | None:
    def plain(part: str) -> str | None:
        bare = _MARKED.sub("", part)
        if not _AFFIX.fullmatch(bare):
            return None
        return _MARKED.sub(lambda mark: literals[ord(mark[0]) - _FIRST_PRIVATE], part)

    special = _SCIENTIFIC.search(section) or _FRACTION.search(section)
    digits = special or _DIGITS.search(section)
    if digits is None or not digits[0].strip("?"):
        return plain(section.replace("?", ""))
    before, after = plain(section[: digits.start()]), plain(section[digits.end() :])
    if before is None or after is None:
        return None
    if special is not None:
        return _special(special, before.strip(), after.rstrip())
    decimals = digits[1] or ""
    if len(decimals) > MOST_DECIMALS:
        return None
    percent = 2 * ("%" in _MARKED.sub("", section))
    whole = digits[0].rstrip(",").partition(".")[0]
    shift = percent - 3 * len(_thousands(digits[0]))
    fewest = decimals.rstrip("#?").count("0") if decimals else 0
    return _Format(
        before.strip(), after.rstrip(), fewest, len(decimals), "," in whole, shift, max(1, whole.count("0"))
    )


def _special(found: re.Match[str], before: str, after: str) -> _Format | None:
    """The format of a power of ten or of a fraction."""
    if found.re is _SCIENTIFIC:
        decimals = len(found[2] or "")
        if decimals > MOST_DECIMALS:
            return None
        whole = max(1, len(found[1].replace(",", "")))
        return _Format(
            before, after, decimals, decimals, grouped=False, shift=0, whole=whole, exponent=len(found[4])
        )
    denominator = int(found[3]) if found[3] else -min(len(found[2]), MOST_DENOMINATOR_DIGITS)
    return _Format(before, after, 0, 0, grouped=False, shift=0, denominator=denominator, mixed=bool(found[1]))


def _thousands(digits: str) -> str:
    """The commas at the end, each of which divides the value by a thousand."""
    return digits[len(digits.rstrip(",")) :]
