"""Reads the unit and the scale that a caption, a header or a sentence gives to the numbers of a table."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

SCALE_WORDS: Final[Mapping[str, int]] = {
    "hundred": 2, "hundreds": 2,
    "thousand": 3, "thousands": 3, "000": 3, "000s": 3, "k": 3, "tsd": 3,
    "million": 6, "millions": 6, "mn": 6, "mm": 6, "m": 6, "mio": 6, "mil": 6,
    "billion": 9, "billions": 9, "bn": 9, "b": 9, "mrd": 9,
    "trillion": 12, "trillions": 12, "tn": 12,
    "lakh": 5, "lakhs": 5, "crore": 7, "crores": 7,
}  # fmt: skip
"""Words that scale numbers, in lower case, as powers of ten."""

_CODES = (
    "USD EUR GBP JPY CHF CNY RMB HKD AUD CAD NZD SGD INR KRW TWD SEK NOK DKK ZAR BRL MXN ILS PLN CZK TRY RUB"
)
_SIGNS: Final[Mapping[str, str]] = {
    "US$": "USD", "U.S.$": "USD", "U.S. $": "USD", "U.S. dollars": "USD", "US dollars": "USD",
    "A$": "AUD", "AU$": "AUD", "C$": "CAD", "CA$": "CAD", "Cdn$": "CAD", "HK$": "HKD", "NT$": "TWD",
    "NT dollars": "TWD", "New Taiwan dollars": "TWD", "S$": "SGD", "NZ$": "NZD", "R$": "BRL",
    "Canadian dollars": "CAD", "Australian dollars": "AUD", "Hong Kong dollars": "HKD",
    "$": "USD", "dollars": "USD", "dollar": "USD", "€": "EUR", "euros": "EUR", "euro": "EUR",
    "£": "GBP", "pounds sterling": "GBP", "¥": "JPY", "yen": "JPY", "₹": "INR", "Rs.": "INR",
    "₩": "KRW", "₪": "ILS", "RMB": "CNY", "Swiss francs": "CHF",
}  # fmt: skip
_BY_SPELLING: Final[Mapping[str, str]] = (
    {spelling.lower(): code for spelling, code in _SIGNS.items()}
    | {code.lower(): code for code in _CODES.split()}
    | {"rmb": "CNY"}
)


_CURRENCIES: Final = frozenset(_BY_SPELLING.values())


def _spelled(spelling: str) -> str:
    return rf"(?<![A-Za-z]){re.escape(spelling)}(?![a-z])" if spelling[0].isalpha() else re.escape(spelling)


CURRENCY = re.compile(
    "|".join(_spelled(one) for one in sorted([*_SIGNS, *_CODES.split()], key=len, reverse=True)),
    re.IGNORECASE,
)
"""A currency by its sign, code or name."""

_SIGN = r"(?:US|U\.S\. ?|A|AU|C|CA|Cdn|HK|NT|S|NZ|R)?[$€£¥₹₩₪]|RMB|EUR|USD|GBP|CHF|T(?=EUR|€)"
_GLUED = re.compile(
    rf"(?:(?<![A-Za-z])(?:{_SIGN})\s?['’‘]?\s?(?P<scale>000s?|k|m|mm|mn|bn|b|million|millions|thousand|thousands|billion)\b)"
    rf"|(?:\b(?P<scale2>T|k|m|mn|bn|mio\.?|tsd\.?|mrd\.?) ?(?:€|EUR|£)(?![A-Za-z]))"
    rf"|(?:(?<!\d)['’‘](?P<scale3>000s?|million|m)\b)",
    re.IGNORECASE,
)
_IN_SCALE = re.compile(
    r"\bin (?:[A-Za-z.$€£]+ ){0,2}?['’‘]?(?P<scale>hundreds|thousands?|millions?|billions?|trillions?"
    r"|lakhs?|crores?|000s?|inthousands|inmillions)\b|\b(?P<alone>inthousands|inmillions)\b"
    r"|^\W*(?P<bare>thousands|millions|billions|000s)\b",
    re.IGNORECASE,
)
_UNIT_WORDS = re.compile(
    r"\b(?:in|of|amounts?|table|dollars?|millions?|thousands?|billions?|unless|otherwise|stated|noted|and|number)\b",
    re.IGNORECASE,
)
_SHARES_IN = re.compile(
    r"\b(?:shares|units|options|awards|RSUs)(?: and [a-z ]{1,30})? in"
    r" (?P<scale>thousands|millions|billions)\b",
    re.IGNORECASE,
)
_MONEY_IN = re.compile(
    r"(?:dollars|euros|pounds|[$€£]) (?:are )?in (?:thousands|millions|billions)"
    r"|(?:thousands|millions|billions) of (?:[A-Z.]+ )?(?:dollars|euros|pounds|[$€£])",
    re.IGNORECASE,
)
_UNIT_WORDS = re.compile(
    r"\b(?:in|of|amounts?|table|dollars?|millions?|thousands?|billions?|unless|otherwise|stated|noted|and|number)\b",
    re.IGNORECASE,
)
_PARENTHESES = re.compile(r"\(([^()]{1,60})\)")
_PERCENT = re.compile(r"%|\bper ?cent(?:age)?\b", re.IGNORECASE)
_EXCEPT = re.compile(
    r"\b(?:except|excluding|other than)\b(?P<what>.{0,100}?(?:per[ -](?:ordinary |common )?share|shares?"
    r"|per[ -]unit|percentages?|ratios?|amounts|data|otherwise|where)[^).;]{0,60})",
    re.IGNORECASE,
)
_OWN_UNIT = re.compile(r"\((?:in )?(?P<unit>[A-Za-z°µ²³/. ]{1,20}|cents|pence)\)$")
_MEASURES: Final = frozenset(
    re.findall(
        r"\S+",
        """
        years year months month days day hours hour minutes weeks mwh kwh gwh kw mw kg g t tonnes tons m km
        cents pence x times bps people employees units l litres m³ m² sqm gb mb ms s °c
        """,
    )
)


@dataclass(frozen=True, slots=True)
class Units:
    """A unit (currency code, "%", or as printed) and a power of ten; None where nothing is said.

    `exceptions` is what the text exempts from the scale: "except per share amounts". `counts` is the scale
    of what is no money, where it differs: "(dollars in millions, shares in thousands)".
    """

    unit: str | None = None
    scale: int | None = None
    exceptions: str = ""
    counts: int | None = None

    def over(self, other: Units) -> Units:
        """These units, completed by others."""
        return Units(
            other.unit if self.unit is None else self.unit,
            other.scale if self.scale is None else self.scale,
            self.exceptions or other.exceptions,
            other.counts if self.counts is None else self.counts,
        )


def currency_code(spelling: str) -> str:
    """ISO code of a currency's sign or name, as CURRENCY finds it."""
    return _BY_SPELLING[spelling.lower()]


def is_currency(unit: str) -> bool:
    """Whether a unit is the code of a currency."""
    return unit in _CURRENCIES


def read_units(text: str) -> Units:
    """The units that a header or a note such as "(in millions, except per share data)" gives."""
    shares = _SHARES_IN.search(text)
    rest = _SHARES_IN.sub(" ", text)
    scale = _scale(rest)
    counts = SCALE_WORDS[shares["scale"].lower()] if shares else 0 if _MONEY_IN.search(rest) else None
    glued = _GLUED.search(text)
    found = (CURRENCY.search(glued.group()) if glued else None) or CURRENCY.search(text)
    unit = currency_code(found.group()) if found else None
    if unit is None:
        unit = _own_unit(text)
    exempt = _EXCEPT.search(text)
    return Units(unit, scale, exempt["what"].lower() if exempt else "", counts)


def units_in_sentence(text: str) -> Units:
    """The units that a sentence states for a table that it introduces: those it puts in parentheses, or
    after "in": "(in thousands)", "is stated in millions of euros"."""
    found = Units()
    for part in _PARENTHESES.findall(text):
        if _IN_SCALE.search(part) or _GLUED.search(part):
            found = found.over(read_units(part))
    text = _SHARES_IN.sub(" ", text)
    spoken = _IN_SCALE.search(text)
    if found.scale is None and spoken and spoken.group().lower().endswith("s"):
        found = found.over(read_units(text[spoken.start() : spoken.end() + 30]))
    return found


def without_units(text: str) -> str:
    """A text without its currencies and scales."""
    for pattern in (_EXCEPT, _GLUED, _IN_SCALE, CURRENCY):
        text = pattern.sub(" ", text)
    return text


def says_only_units(text: str) -> bool:
    """Whether a text is nothing but units: "(in millions)", "€m", "%", "U.S. $ in thousands"."""
    rest = _UNIT_WORDS.sub(" ", without_units(text))
    rest = re.sub(r"[%()\[\],.:;'’‘\s]|per ?cent", "", rest)
    return bool(text.strip()) and (not rest or rest.lower() in {"m", "bn", "k", "000", "mn"})


def _scale(text: str) -> int | None:
    for pattern in (_GLUED, _IN_SCALE):
        if found := pattern.search(text):
            word = next(part for part in found.groups() if part).lower().removeprefix("in").rstrip(".")
            return 3 if word == "t" else SCALE_WORDS[word]
    words = re.findall(r"[a-z]+", text.lower())
    if len(words) <= 3 and (CURRENCY.search(text) or len(words) == 1):
        return next((SCALE_WORDS[one] for one in words if one in SCALE_WORDS and len(one) > 1), None)
    return None


def _own_unit(text: str) -> str | None:
    if _PERCENT.search(text):
        return "%"
    found = _OWN_UNIT.search(text.strip())
    if found and found["unit"].strip().lower() in _MEASURES:
        return found["unit"].strip()
    return None
