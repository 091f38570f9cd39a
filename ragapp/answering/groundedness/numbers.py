"""Finds numbers in a text, in digits or words, with their units."""

from __future__ import annotations

import re
from collections.abc import Iterator
from fractions import Fraction

from ragapp.answering.groundedness.values import Reading, Value, bound_of
from ragapp.answering.terms import NUMBER_WORDS, ORDINALS
from ragapp.text.units import DAYS_OF_MONTH, SCALES, SHORT_SCALES, Unit, unit_of

_TENS = "|".join(word for word, value in NUMBER_WORDS.items() if value >= 20)
_ONES = "|".join(word for word, value in NUMBER_WORDS.items() if 0 < value < 10)
_NO_NUMBER = r"(?<!\bone(?=\s(?:of|another|that|which|who|can|should|has)\b))"
_SPELLED = rf"\b(?:(?:{_TENS})[\s-](?:{_ONES})|(?:{'|'.join(NUMBER_WORDS)}){_NO_NUMBER})\b"
_DIGITS = (
    r"\d{1,3}(?:[\u00a0\u202f\u2009']\d{3}){1,4}(?!\d)"  # 987 654 with blanks that do not break
    r"|(?<!\d )\d{1,3}(?: \d{3}){1,4}(?! ?\d)(?= [^\W\d_])"  # 987 654 pumps, but no row of numbers
    r"|\d+(?:[.,:/]\d+)*(?!(?:st|nd|rd|th)\b)"
)
_BEFORE_A = "for|within|in|after|than|of|least|most|to|is|was|are|takes|lasts|another|about"
_NUMBER = re.compile(
    rf"(?P<sign>(?<![\w)])[-−](?=[\d$€£¥]))?(?P<currency>[$€£¥]|\b(?:USD|EUR|GBP|CHF|JPY)\b)?\s?"
    rf"(?P<number>{_DIGITS}|{_SPELLED}|\b(?:{_BEFORE_A}) an?(?= [a-z]))",
    re.IGNORECASE,
)
_AFTER = re.compile(
    r"(?:[\s-]?(?P<power>square|cubic|sq\.?|cu\.?)(?=\s))?[\s-]?(?P<unit>[%‰°€$£¥]?[^\W\d_]*[²³23]?)"
)
_RATE = re.compile(r"\s?(?:/\s?|(?:per|an?|each|every)\s)(?P<unit>[^\W\d_]+[²³23]?)")
_DECADE = re.compile(r"[12]\d\d0s\b")
_MOST_DIGITS = 100
"""Python converts at most 4,300 digits, in time that grows with their square."""
_UNBROKEN = str.maketrans("", "", "\u00a0\u202f\u2009' ")


def read_numbers(text: str) -> Iterator[Value]:
    done = 0
    for match in _NUMBER.finditer(text):
        if match.start() < done:  # the 2 of "12 km2"
            continue
        written = match["number"]
        indefinite = written.lower().endswith((" a", " an"))
        first = match.start("number") + (written.index(" ") + 1 if indefinite else 0)
        number = Fraction(1) if indefinite else _fraction(written)
        if number is None:
            start, end = match.span("number")
            yield Value("number", start, end, frozenset({(written.lower(), "ratio")}))
            continue
        if decade := _DECADE.match(text, match.start("number")):
            yield Value("number", *decade.span(), frozenset({(number, "decade")}))
            continue
        readings, end = _with_unit(-number if match["sign"] else number, text, match)
        if indefinite and {unit for _, unit in readings} <= {None}:
            continue  # "a" before anything that is no unit
        start, done = first if indefinite else match.start(), end
        yield Value("number", start, max(end, match.end()), readings, number, bound_of(text, first, end))


def _fraction(written: str) -> Fraction | None:
    """The number; None for a ratio, a time, a version or a very long one, which are compared as written."""
    if not written[0].isdigit():
        first, *rest = re.split(r"[\s-]+", written.lower())
        return Fraction(NUMBER_WORDS[first] + sum(NUMBER_WORDS[word] for word in rest))
    written = written.translate(_UNBROKEN)
    if ":" in written or "/" in written or len(written) > _MOST_DIGITS:
        return None
    for thousands, point in (",.", ".,"):
        if re.fullmatch(rf"\d{{1,3}}(?:\{thousands}\d{{3}})+(?:\{point}\d+)?", written) and (
            thousands == "," or point in written or written.count(".") > 1
        ):
            return Fraction(written.replace(thousands, "").replace(point, "."))
    if re.fullmatch(r"\d+[.,]\d+", written):
        return Fraction(written.replace(",", "."))
    return Fraction(written) if written.isdigit() else None


def _with_unit(number: Fraction, text: str, match: re.Match[str]) -> tuple[frozenset[Reading], int]:
    """The meanings of the number with the unit that follows it, and where the unit ends."""
    end, scale, short = match.end(), 1, 1
    after = _AFTER.match(text, end)
    while after and (factor := SCALES.get(after["unit"].lower())):
        scale, end = scale * factor, after.end()
        after = _AFTER.match(text, end)
    if after and after["unit"] in SHORT_SCALES:
        behind = _AFTER.match(text, after.end())
        if behind and unit_of(behind["unit"]) is not None:  # "5.1m euros"
            scale, end, after = scale * SHORT_SCALES[after["unit"]], after.end(), behind
        else:
            short, end = SHORT_SCALES[after["unit"]], after.end()
    sign = unit_of(match["currency"].lower()) if match["currency"] else None
    unit = None
    if after and after["unit"]:
        power = {"sq": 2, "cu": 3}.get((after["power"] or "")[:2].lower(), 1)
        unit = unit_of(after["unit"], power)
        end = after.end() if unit else end
    readings = set()
    for found, factor in ((sign or unit, scale), (sign, scale * short)):
        if found is not None or factor is not scale or (sign or unit) is None:
            readings |= set(_readings(number * factor, found, text, end))
    rate = _RATE.match(text, end) if unit or sign else None
    return frozenset(readings), rate.end() if rate and unit_of(rate["unit"]) else end


def _readings(number: Fraction, unit: Unit | None, text: str, end: int) -> Iterator[Reading]:
    if unit is None:
        yield number, None
        return
    factor, base = unit
    rate = _RATE.match(text, end)
    per = unit_of(rate["unit"]) if rate else None
    if per is not None:
        yield number * factor / per[0], f"{base}/{per[1]}"
        return
    yield number * factor, base
    if base == "month" and number * factor < 12:
        for days in DAYS_OF_MONTH:
            yield number * factor * days * 86_400, "second"
    if base == "month" and (number * factor) % 12 == 0:
        yield number * factor / 12 * 365 * 86_400, "second"


_ORDINAL = re.compile(
    rf"\b(?P<digits>\d{{1,{_MOST_DIGITS}}})(?:st|nd|rd|th)\b|\b(?P<word>{'|'.join(ORDINALS)})\b",
    re.IGNORECASE,
)


def read_ordinals(text: str) -> Iterator[Value]:
    for match in _ORDINAL.finditer(text):
        place = ORDINALS[match["word"].lower()] if match["word"] else int(match["digits"])
        yield Value("number", *match.span(), frozenset({(Fraction(place), "place")}))
