"""Numbers as Word writes them in lists: in letters, Roman, words, and the numerals of other scripts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

_ROMAN: Final = (
    (1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l"), (40, "xl"),
    (10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i"),
)  # fmt: skip
_MOST_ROMAN: Final = 4_000
_MOST_IN_WORDS: Final = 1_000

_ONES: Final = (
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
    "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
)  # fmt: skip
_TENS: Final = ("", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_ORDINALS: Final = {
    "one": "first", "two": "second", "three": "third", "five": "fifth", "eight": "eighth", "nine": "ninth",
    "twelve": "twelfth",
}  # fmt: skip

_LATIN: Final = "abcdefghijklmnopqrstuvwxyz"
_RUSSIAN: Final = "абвгдежзиклмнопрстуфхцчшщыэюя"
_HEBREW: Final = "אבגדהוזחטיכלמנסעפצקרשת"
_ARABIC: Final = "أبتثجحخدذرزسشصضطظعغفقكلمنهوي"
_ABJAD: Final = "أبجدهوزحطيكلمنسعفصقرشتثخذضظغ"
_THAI: Final = "กขคงจฉชซฌญฎฏฐฑฒณดตถทธนบปผฝพฟภมยรลวศษสหฬอฮ"
_AIUEO: Final = "アイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワヲン"
_IROHA: Final = (
    "イロハニホヘトチリヌルヲワカヨタレソツネナラムウヰノオクヤマケフコエテアサキユメミシヱヒモセスン"
)
_STEMS: Final = "甲乙丙丁戊己庚辛壬癸"
_BRANCHES: Final = "子丑寅卯辰巳午未申酉戌亥"
_HANGUL: Final = "가나다라마바사아자차카타파하"
_CHICAGO: Final = "*†‡§"
_CHINESE: Final = "〇一二三四五六七八九"
_FORMAL: Final = "零壹贰叁肆伍陆柒捌玖"
_DIGITS: Final = {
    "hindiNumbers": 0x0966, "thaiNumbers": 0x0E50, "decimalFullWidth": 0xFF10, "decimalFullWidth2": 0xFF10,
    "arabicIndic": 0x0660,
}  # fmt: skip
_MOST_TIMES: Final = 30
_FIRST_CIRCLED: Final = 0x2460
_MOST_CIRCLED: Final = 20


def in_numerals(number: int, kind: str) -> str:
    """The number in the kind of numerals that Word calls `kind`; in digits if the kind is not known."""
    writer = _WRITERS.get(kind)
    if kind in _DIGITS:
        return "".join(chr(_DIGITS[kind] + int(digit)) for digit in str(abs(number)))
    return (writer(number) or str(number)) if writer is not None and number > 0 else _plain(number, kind)


def _plain(number: int, kind: str) -> str:
    if kind and not kind.strip("0"):
        return str(number).zfill(len(kind))
    return {"none": "", "decimalZero": f"{number:02}"}.get(kind, str(number))


def _letters(alphabet: str) -> Callable[[int], str]:
    """After the last letter, each is written twice, then three times."""

    def written(number: int) -> str:
        times, at = divmod(number - 1, len(alphabet))
        return alphabet[at] * (times + 1) if times < _MOST_TIMES else ""

    return written


def _roman(number: int) -> str:
    if number >= _MOST_ROMAN:
        return ""
    written = ""
    for value, letters in _ROMAN:
        count, number = divmod(number, value)
        written += letters * count
    return written


def _words(number: int) -> str:
    if number >= _MOST_IN_WORDS:
        return ""
    hundreds, rest = divmod(number, 100)
    parts = [f"{_ONES[hundreds]} hundred"] if hundreds else []
    if rest >= len(_ONES):
        tens, ones = divmod(rest, 10)
        parts.append(_TENS[tens] + (f"-{_ONES[ones]}" if ones else ""))
    elif rest:
        parts.append(_ONES[rest])
    return " ".join(parts)


def _ordinal_words(number: int) -> str:
    words = _words(number)
    start, hyphen, last = words.rpartition("-") if "-" in words else words.rpartition(" ")
    last = _ORDINALS.get(last) or (f"{last[:-1]}ieth" if last.endswith("y") else f"{last}th")
    return f"{start}{hyphen}{last}" if words else ""


def _ordinal(number: int) -> str:
    teen = number % 100 in range(11, 14)
    return f"{number}{'th' if teen else {1: 'st', 2: 'nd', 3: 'rd'}.get(number % 10, 'th')}"


def _circled(number: int) -> str:
    return chr(_FIRST_CIRCLED + number - 1) if number <= _MOST_CIRCLED else f"({number})"


def _chinese(digits: str, units: str) -> Callable[[int], str]:
    """Counted in tens, hundreds and thousands: 二十三."""

    def written(number: int) -> str:
        if number >= 10_000:
            return ""
        text, skipped = "", False
        for place in range(3, -1, -1):
            digit = number // 10**place % 10
            if not digit:
                skipped = bool(text)
                continue
            text += (digits[0] if skipped else "") + digits[digit] + (units[place - 1] if place else "")
            skipped = False
        is_teen = 10 <= number < 20
        return text[1:] if is_teen and digits == _CHINESE else text

    return written


def _sexagenary(number: int) -> str:
    return _STEMS[(number - 1) % 10] + _BRANCHES[(number - 1) % 12]


_counted, _legal = _chinese(_CHINESE, "十百千"), _chinese(_FORMAL, "拾佰仟")

_WRITERS: Final[dict[str, Callable[[int], str]]] = {
    "lowerLetter": _letters(_LATIN),
    "upperLetter": _letters(_LATIN.upper()),
    "lowerRoman": _roman,
    "upperRoman": lambda number: _roman(number).upper(),
    "cardinalText": lambda number: _words(number).capitalize(),
    "ordinalText": lambda number: _ordinal_words(number).capitalize(),
    "ordinal": _ordinal,
    "chicago": _letters(_CHICAGO),
    "hex": lambda number: f"{number:X}",
    "numberInDash": lambda number: f"- {number} -",
    "decimalEnclosedCircle": _circled,
    "decimalEnclosedCircleChinese": _circled,
    "decimalEnclosedParen": lambda number: f"({number})",
    "decimalEnclosedFullstop": lambda number: f"{number}.",
    "russianLower": _letters(_RUSSIAN),
    "russianUpper": _letters(_RUSSIAN.upper()),
    "hebrew2": _letters(_HEBREW),
    "arabicAlpha": _letters(_ARABIC),
    "arabicAbjad": _letters(_ABJAD),
    "thaiLetters": _letters(_THAI),
    "aiueo": _letters(_AIUEO),
    "aiueoFullWidth": _letters(_AIUEO),
    "iroha": _letters(_IROHA),
    "irohaFullWidth": _letters(_IROHA),
    "ganada": _letters(_HANGUL),
    "chineseCounting": _counted,
    "chineseCountingThousand": _counted,
    "japaneseCounting": _counted,
    "taiwaneseCounting": _counted,
    "taiwaneseCountingThousand": _counted,
    "koreanCounting": _counted,
    "chineseLegalSimplified": _legal,
    "ideographTraditional": _letters(_STEMS),
    "ideographZodiac": _letters(_BRANCHES),
    "ideographZodiacTraditional": _sexagenary,
}
