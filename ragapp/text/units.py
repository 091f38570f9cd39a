"""Units of measurement in their usual spellings, each as a factor of one base unit."""

from __future__ import annotations

from fractions import Fraction

_PREFIXES = {
    "p": Fraction(1, 10**12),
    "n": Fraction(1, 10**9),
    "µ": Fraction(1, 10**6),
    "m": Fraction(1, 1000),
    "c": Fraction(1, 100),
    "d": Fraction(1, 10),
    "h": Fraction(100),
    "k": Fraction(1000),
    "M": Fraction(10**6),
    "G": Fraction(10**9),
    "T": Fraction(10**12),
}
_PREFIX_NAMES = {"nano": "n", "micro": "µ", "milli": "m", "centi": "c", "kilo": "k", "mega": "M", "giga": "G"}

_SCALED = {
    # symbol: (full names, prefixes that the symbol takes, factor, base)
    "m": ("metre meter", "nµmck", Fraction(1), "metre"),
    "g": ("gram gramme", "nµmkM", Fraction(1), "gram"),
    "l": ("litre liter", "µmcdh", Fraction(1), "litre"),
    "L": ("", "µmcdh", Fraction(1), "litre"),
    "W": ("watt", "nµmkMGT", Fraction(1), "watt"),
    "Wh": ("watt-hour watthour", "mkMGT", Fraction(1), "watt-hour"),
    "V": ("volt", "nµmkM", Fraction(1), "volt"),
    "A": ("ampere amp", "nµmk", Fraction(1), "ampere"),
    "Hz": ("hertz", "kMGT", Fraction(1), "hertz"),
    "J": ("joule", "mkMG", Fraction(1), "joule"),
    "N": ("newton", "mkM", Fraction(1), "newton"),
    "Pa": ("pascal", "hkMG", Fraction(1), "pascal"),
    "bar": ("bar", "m", Fraction(100_000), "pascal"),
    "B": ("byte", "kMGT", Fraction(8), "bit"),
    "b": ("bit", "kMGT", Fraction(1), "bit"),
    "Ω": ("ohm", "mkM", Fraction(1), "ohm"),
    "mol": ("mole", "nµm", Fraction(1), "mole"),
    "eV": ("electronvolt", "kMGT", Fraction(1), "electronvolt"),
}

_FIXED = (
    # spellings, factor, base; symbols here are read without regard to capitals
    ("% percent percentage pct", Fraction(1, 100), "share"),
    ("‰ permille", Fraction(1, 1000), "share"),
    ("inch inches", Fraction(254, 10_000), "metre"),
    ("foot feet ft", Fraction(3048, 10_000), "metre"),
    ("yard yards yd", Fraction(9144, 10_000), "metre"),
    ("mile miles mi", Fraction(1_609_344, 1000), "metre"),
    ("pound-weight lb lbs", Fraction(45_359_237, 100_000), "gram"),
    ("ounce ounces oz", Fraction(28_349_523_125, 10**9), "gram"),
    ("tonne tonnes ton tons", Fraction(10**6), "gram"),
    ("hectare hectares ha", Fraction(10_000), "metre²"),
    ("acre acres", Fraction(40_468_564_224, 10**7), "metre²"),
    ("second seconds sec secs s", Fraction(1), "second"),
    ("minute minutes min mins", Fraction(60), "second"),
    ("hour hours h hr hrs", Fraction(3600), "second"),
    ("day days", Fraction(86_400), "second"),
    ("week weeks", Fraction(604_800), "second"),
    ("fortnight fortnights", Fraction(1_209_600), "second"),
    ("month months", Fraction(1), "month"),
    ("year years yr yrs", Fraction(12), "month"),
    ("decade decades", Fraction(120), "month"),
    ("century centuries", Fraction(1200), "month"),
    ("cent cents", Fraction(1, 100), "$"),
    ("$ dollar dollars usd", Fraction(1), "$"),
    ("€ euro euros eur", Fraction(1), "€"),
    ("£ pound pounds gbp", Fraction(1), "£"),
    ("¥ yen jpy", Fraction(1), "¥"),
    ("franc francs chf", Fraction(1), "franc"),
    ("°c celsius", Fraction(1), "°C"),
    ("°f fahrenheit", Fraction(1), "°F"),
    ("° degree degrees", Fraction(1), "degree"),
    ("kelvin", Fraction(1), "kelvin"),
    ("mph", Fraction(1_609_344, 3_600_000), "metre/second"),
    ("rpm", Fraction(1, 60), "1/second"),
)

Unit = tuple[Fraction, str]
"""(factor, base unit)"""

SCALES = {
    "hundred": 100,
    "thousand": 1000,
    "k": 1000,
    "million": 10**6,
    "mn": 10**6,
    "billion": 10**9,
    "bn": 10**9,
    "trillion": 10**12,
    "tn": 10**12,
    "dozen": 12,
} | {"thousands": 1000, "millions": 10**6, "billions": 10**9}
"""Words behind a number that multiply it."""

SHORT_SCALES = {"m": 10**6, "M": 10**6, "b": 10**9, "B": 10**9}
"""Letters that multiply an amount, but may be units as well."""

DAYS_OF_MONTH = (30, 31)
"""A month in a claim stands for either."""


def _symbols() -> dict[str, Unit]:
    """Symbols whose capitals matter: a milliwatt is no megawatt."""
    found: dict[str, Unit] = {}
    for symbol, (_, prefixes, factor, base) in _SCALED.items():
        found[symbol] = (factor, base)
        found |= {prefix + symbol: (factor * _PREFIXES[prefix], base) for prefix in prefixes}
    return found


def _names() -> dict[str, Unit]:
    """Words and symbols whose capitals do not matter, in lower case."""
    found: dict[str, Unit] = {}
    for names, _, factor, base in _SCALED.values():
        for name in names.split():
            for prefix, symbol in {"": "", **_PREFIX_NAMES}.items():
                scale = _PREFIXES[symbol] if symbol else Fraction(1)
                found |= {prefix + name + ending: (factor * scale, base) for ending in ("", "s")}
    for spellings, factor, base in _FIXED:
        found |= dict.fromkeys(spellings.split(), (factor, base))
    return found


_SYMBOLS, _NAMES = _symbols(), _names()
_BY_LOWERED = {
    symbol.lower(): {u for s, u in _SYMBOLS.items() if s.lower() == symbol.lower()} for symbol in _SYMBOLS
}


def unit_of(word: str, power: int = 1) -> Unit | None:
    """The unit that a word denotes, raised to `power` (2 for square metres); None for another word."""
    if word[-1:] in "²³" and len(word) > 1:
        word, power = word[:-1], 2 if word[-1] == "²" else 3
    elif word[-1:] in "23" and word[:-1] in _SYMBOLS:
        word, power = word[:-1], int(word[-1])
    found = _SYMBOLS.get(word) or _NAMES.get(word.lower())
    if found is None:
        # "KM" and "Kg" can only be one thing; "MW" written as "mw" could be two.
        readings = _BY_LOWERED.get(word.lower(), set())
        found = next(iter(readings)) if len(readings) == 1 else None
    if found is None or power == 1:
        return found
    factor, base = found
    return factor**power, base + "²³"[power - 2]
