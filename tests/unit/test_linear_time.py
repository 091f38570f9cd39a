"""Regular expressions that read questions, passages and models take time in proportion to their text."""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections.abc import Callable, Iterator
from time import process_time

import pytest

import ragapp.answer
import ragapp.cache
from ragapp.answer.plain import plain

SEEDS = (
    "a",
    " ",
    "1",
    "1,",
    "[",
    "![",
    "<!--",
    "(",
    "A. ",
    "111 ",
    "a-",
    "a.",
    " and ",
    ", ",
    ".",
    "\n",
    "| ",
)
SHORT, LONG = 2_000, 8_000
BOUNDED = {"_ROW"}
"""Patterns that are given so many characters at most: the last 80 of a line."""
SUPERLINEAR = 9.0
"""Four times the text takes four times as long in linear time, sixteen times in quadratic time."""
NOISE = 0.003
"""Seconds below which a measurement says nothing."""


def patterns() -> Iterator[tuple[str, re.Pattern[str]]]:
    """Every compiled pattern of the modules that read documents, questions and what models write."""
    names = ["ragapp.sentences"]
    for package in (ragapp.answer, ragapp.cache):
        names += [one.name for one in pkgutil.walk_packages(package.__path__, f"{package.__name__}.")]
    for name in names:
        for label, value in vars(importlib.import_module(name)).items():
            if isinstance(value, re.Pattern) and label not in BOUNDED:
                yield f"{name}.{label}", value


def scan(pattern: re.Pattern[str]) -> Callable[[str], object]:
    return lambda text: [pattern.match(text), sum(1 for _ in pattern.finditer(text))]


def seconds(work: Callable[[str], object], text: str) -> float:
    best = float("inf")
    for _ in range(2):
        started = process_time()
        work(text)
        best = min(best, process_time() - started)
    return best


def growth(work: Callable[[str], object], seed: str) -> float:
    """How much longer four times the text takes; 0 where that is too short to tell."""
    short, long = ((seed * length)[:length] + "\0" for length in (SHORT, LONG))
    took = seconds(work, long)
    return 0.0 if took < NOISE else took / max(seconds(work, short), NOISE / 16)


@pytest.mark.parametrize(("label", "pattern"), [pytest.param(*one, id=one[0]) for one in patterns()])
def test_a_pattern_takes_linear_time(label: str, pattern: re.Pattern[str]) -> None:
    assert {seed: g for seed in SEEDS if (g := growth(scan(pattern), seed)) > SUPERLINEAR} == {}


@pytest.mark.parametrize("seed", SEEDS)
def test_what_a_model_wrote_is_made_plain_in_linear_time(seed: str) -> None:
    assert growth(plain, seed) <= SUPERLINEAR


def test_the_measure_finds_a_quadratic_pattern() -> None:
    assert growth(scan(re.compile(r"\s+$")), " ") > SUPERLINEAR
