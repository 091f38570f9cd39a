"""Shows the serial numbers of a workbook as the dates, times and durations that their format displays."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Literal, NamedTuple

SINCE_1900 = datetime(1899, 12, 30)  # noqa: DTZ001 - workbooks have no time zones
SINCE_1904 = datetime(1904, 1, 1)  # noqa: DTZ001
"""The day that has the number zero, in workbooks of either kind."""

_LAST_DAY = 2_958_465
"""9999-12-31."""
_WITHOUT_LEAP_DAY = 60
"""Days before this are counted from one day later: the first spreadsheets took 1900 for a leap year."""
_DAY = 86_400
_MOST_DECIMALS = 6

_TOKEN = re.compile(
    r'"(?P<quoted>[^"]*)"|\\(?P<escaped>.)|[_*].|\[(?P<elapsed>h+|m+|s+)\]|\[[^\]\[]*\]'
    r"|(?P<half>AM/PM|A/P)|(?P<part>y+|m+|d+|h+|s+)|(?P<decimals>\.0+)|(?P<other>.)",
    re.IGNORECASE | re.DOTALL,
)
_DIGITS = frozenset("0#?")

_Kind = Literal["year", "month", "day", "hour", "minute", "second", "decimals", "half", "elapsed", "text"]
_PARTS: dict[str, _Kind] = {"y": "year", "m": "month", "d": "day", "h": "hour", "s": "second"}
_TIMES = frozenset({"hour", "minute", "second", "elapsed"})


class _Piece(NamedTuple):
    """A piece of a format: `letters` are those that stand for the part, or the text itself."""

    kind: _Kind
    letters: str


def shown_date(value: float, code: str, first_day: datetime = SINCE_1900) -> str | None:
    """The date, time or duration that a number is shown as; None if its format is one of numbers.

    Whole dates are written as `2024-03-05 14:30`, whatever order their format has, because 03/05/2024 has two
    readings. Months, times and durations are written as shown: `Mar-2024`, `9:30 AM`, `27:00:00`.
    """
    pieces = _pieces(code)
    if not pieces:
        return None
    kinds = {piece.kind for piece in pieces}
    decimals = max((len(piece.letters) for piece in pieces if piece.kind == "decimals"), default=0)
    has_seconds = "second" in kinds or any(p.kind == "elapsed" and p.letters[0] == "s" for p in pieces)
    seconds = round(value * _DAY, min(decimals, _MOST_DECIMALS) if has_seconds else 6)
    if "elapsed" in kinds:
        sign = "-" if seconds < 0 else ""
        return sign + _written(pieces, SINCE_1900 + timedelta(seconds=abs(seconds) % _DAY), abs(seconds))
    if not 0 <= value <= _LAST_DAY + 1:
        return None
    moment = _moment(seconds, first_day)
    if kinds >= {"year", "month", "day"}:
        return _iso(moment, kinds)
    return _written(pieces, moment, seconds)


def _moment(seconds: float, first_day: datetime) -> datetime:
    days = int(seconds // _DAY)
    if first_day == SINCE_1900 and days < _WITHOUT_LEAP_DAY:
        days += 1
    days = min(days, (datetime.max - first_day).days)  # noqa: DTZ901
    return first_day + timedelta(days=days, seconds=seconds % _DAY)


def _iso(moment: datetime, kinds: set[_Kind]) -> str:
    day = moment.date().isoformat()
    if not kinds & _TIMES or not (moment.hour or moment.minute or moment.second):
        return day
    return f"{day} {moment:%H:%M:%S}" if "second" in kinds and moment.second else f"{day} {moment:%H:%M}"


def _written(pieces: tuple[_Piece, ...], moment: datetime, seconds: float) -> str:
    halved = any(piece.kind == "half" for piece in pieces)
    return "".join(_part(piece, moment, seconds, halved=halved) for piece in pieces).strip()


def _part(piece: _Piece, moment: datetime, seconds: float, *, halved: bool) -> str:
    kind, letters = piece
    length = len(letters)
    if kind == "text":
        return letters
    if kind == "decimals":
        return f".{moment.microsecond:06}"[: length + 1]
    if kind == "half":
        named = "AM" if moment.hour < 12 else "PM"
        return named if length > len("A/P") else named[0]
    if (kind, length) in _NAMES:
        return moment.strftime(_NAMES[kind, length])[: 1 if length == _INITIAL else None]
    number = {
        "year": moment.year,
        "month": moment.month,
        "day": moment.day,
        "hour": (moment.hour % 12 or 12) if halved else moment.hour,
        "minute": moment.minute,
        "second": moment.second,
        "elapsed": int(seconds // _UNITS.get(letters[0], 1)),
    }[kind]
    return f"{number:0{length}}"


_INITIAL = 5
_UNITS = {"h": 3600, "m": 60}
_NAMES = {("month", 3): "%b", ("month", 4): "%B", ("month", 5): "%B", ("day", 3): "%a", ("day", 4): "%A"}


@lru_cache(maxsize=1_000)
def _pieces(code: str) -> tuple[_Piece, ...]:
    """The pieces of the format of positive values; none if it is not a format of dates."""
    pieces: list[_Piece] = []
    for found in _TOKEN.finditer(code):
        if found["other"] == ";":
            break
        if found["other"] and found["other"] in _DIGITS:
            return ()
        if piece := _piece(found, pieces):
            pieces.append(piece)
    if all(piece.kind == "text" for piece in pieces) or code.lower() == "standard":
        return ()
    return tuple(
        _Piece("minute", piece.letters) if piece.kind == "month" and _is_minute(pieces, at) else piece
        for at, piece in enumerate(pieces)
    )


def _piece(found: re.Match[str], before: list[_Piece]) -> _Piece | None:
    if found["part"]:
        return _Piece(_PARTS[found["part"][0].lower()], found["part"].lower())
    if found["elapsed"]:
        return _Piece("elapsed", found["elapsed"].lower())
    if found["half"]:
        return _Piece("half", found["half"])
    if found["decimals"]:
        after_seconds = bool(before) and before[-1].letters[0] == "s" and before[-1].kind in _TIMES
        return _Piece("decimals", found["decimals"][1:]) if after_seconds else None
    text = found["quoted"] or found["escaped"] or found["other"] or ""
    return _Piece("text", text) if text and text != "@" else None


def _is_minute(pieces: list[_Piece], at: int) -> bool:
    """Whether an m stands for minutes: after an hour or before a second."""
    before = next((p for p in reversed(pieces[:at]) if p.kind not in {"text", "half"}), None)
    after = next((p for p in pieces[at + 1 :] if p.kind not in {"text", "half"}), None)
    hour_before = before is not None and (
        before.kind == "hour" or before == _Piece("elapsed", "h" * len(before.letters))
    )
    second_after = after is not None and after.kind == "second"
    return len(pieces[at].letters) <= 2 and (hour_before or second_after)
