"""Invented names, codes and values, and near copies of them."""

from __future__ import annotations

import random
import re
from collections.abc import Callable

from evals.research.reader.words import invented_words


def distinct(pattern: str, count: int, rng: random.Random) -> list[str]:
    """Generates different names of a pattern. Half of them are near copies of the first, such as E0472 of
    E0471.
    """
    things = [value(pattern, rng)]
    for _ in range(200):
        if len(things) == count:
            break
        near = _near(things[0], rng) if rng.random() < 0.5 else value(pattern, rng)
        if near not in things:
            things.append(near)
    while len(things) < count:
        things.append(f"{things[0]} {'ABCDEFG'[len(things)]}")
    rng.shuffle(things)
    return things


def _near(thing: str, rng: random.Random) -> str:
    """Changes one digit of a name, if it has any."""
    digits = [at for at, sign in enumerate(thing) if sign.isdigit()]
    if not digits:
        return thing
    at = rng.choice(digits)
    return thing[:at] + rng.choice("0123456789") + thing[at + 1 :]


def value(pattern: str, rng: random.Random) -> str:
    """Chooses one of the alternatives between bars, and fills in its kinds in <> and its number ranges."""
    chosen = rng.choice(pattern.split("|"))
    chosen = re.sub(r"<(\w+)>", lambda kind: _KINDS[kind[1]](rng), chosen)
    return re.sub(
        r"(?<![\w.:-])(\d+(?:\.\d+)?)-(\d+(?:\.\d+)?)",
        lambda found: _between(found[1], found[2], rng),
        chosen,
    )


def _between(low: str, high: str, rng: random.Random) -> str:
    if "." in low:
        return f"{rng.uniform(float(low), float(high)):.2f}"
    number = rng.randint(int(low), int(high))
    return f"{number:,}" if number >= 1000 and rng.random() < 0.7 else str(number)


def _letters(rng: random.Random, count: int) -> str:
    return "".join(rng.choice("ABCDEFGHKLMNPRSTVWXZ") for _ in range(count))


def _digits(rng: random.Random, count: int) -> str:
    return str(rng.randint(10 ** (count - 1), 10**count - 1))


def _name(rng: random.Random, parts: int) -> str:
    return "".join(_one("syllable", rng) for _ in range(parts)).capitalize()


def _one(name: str, rng: random.Random) -> str:
    return rng.choice(invented_words(name))


_KINDS: dict[str, Callable[[random.Random], str]] = {
    "code": lambda r: f"{_letters(r, 2)}{r.choice(['-', ' ', ''])}{_digits(r, r.choice([2, 3, 4]))}",
    "errorcode": lambda r: f"{r.choice('EFWX')}{r.choice(['', '-'])}{_digits(r, r.choice([2, 3, 4]))}",
    "person": lambda r: f"{_one('first', r)} {_one('last', r)}",
    "place": lambda r: _one("place", r),
    "word": lambda r: _one("word", r),
    "room": lambda r: f"{r.choice('ABCDE')}{r.choice(['', '.'])}{_digits(r, 3)}",
    "date": lambda r: f"{r.randint(1, 28)} {_one('month', r)} {r.randint(2009, 2026)}",
    "company": lambda r: f"{_name(r, 2)} {_one('form', r)}",
    "formcode": lambda r: f"{_letters(r, 1)}-{_digits(r, 2)}",
    "setting": lambda r: r.choice(["{}_{}", "{}.{}", "--{}-{}"]).format(
        _one("setting_kind", r), _one("setting_end", r)
    ),
    "version": lambda r: f"{r.randint(1, 12)}.{r.randint(0, 20)}",
    "drug": lambda r: _name(r, 2) + r.choice(["ol", "in", "ide", "am", "ex"]),
    "contract": lambda r: f"{_letters(r, 1)}{_digits(r, 4)}",
    "vehicle": lambda r: f"{_name(r, 2)} {r.choice(['', 'GT ', 'X'])}{r.randint(1, 9)}",
    "coursecode": lambda r: f"{_letters(r, 3)} {_digits(r, 3)}",
    "path": lambda r: f"/{r.choice(['v1', 'v2', 'api'])}/{_one('resource', r)}",
}
"""Generators of the values of each kind in <>."""
