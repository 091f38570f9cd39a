"""Reading questions, documents and replies of models takes time in proportion to their length."""

from __future__ import annotations

import importlib
import re
from collections import deque
from collections.abc import Callable
from time import process_time
from typing import Any

import pytest

from ragapp.answering.claims import read_claims
from ragapp.answering.groundedness.value_reader import read_values
from ragapp.answering.safe_stream import SafeStream
from ragapp.answering.sanitize import sanitized
from ragapp.text.reasoning import Reasoning, without_reasoning
from ragapp.text.sentences import sentence_spans
from tests.patterns import Seed, computed_patterns, modules_with_patterns, patterns_of, seeds_of

SEEDS = (
    *(
        "a",
        "A",
        "a1",
        "a-",
        "a.",
        "1",
        "1,",
        "111 ",
        "A. ",
        " ",
        "\n",
        " \n",
        "a\n",
        "(",
        "[",
        "![",
        "!",
        "<!--",
    ),
    *("| ", ".", ", ", " and "),
)
SHORT = 1_000
GROWTH = 8.0
"""Four times the text takes four times as long in linear time, sixteen times in quadratic time."""

SLOWEST = 12.0
"""Times as long as for words; it is about two."""

BOUNDED = {
    "pdf_headings._AMOUNTS": "lines of at most LONGEST letters",
    "text._LEADERS": "lines of at most LONGEST letters",
    "endpoints._REPEATED": "a setting",
    "unknown._KUBERNETES_SERVICE": "names of environment variables",
    "sentences._ROW": "the last 80 letters of a line",
    "twins._CODE": "questions of a dataset",
    "tables.patterns.LIST_ROWS": "the first LONGEST_QUESTION letters of a question",
    "tables.patterns.PERCENTAGE_CHANGE": "the first LONGEST_QUESTION letters of a question",
    "tables.patterns.CHANGE": "the first LONGEST_QUESTION letters of a question",
    "tables.patterns.BETWEEN": "the first LONGEST_QUESTION letters of a question",
    "tables.patterns.OF_WHOLE": "the first LONGEST_QUESTION letters of a question",
    "tables.patterns.AS_SHARE": "the first LONGEST_QUESTION letters of a question",
    "tables.patterns.MADE_UP": "the first LONGEST_QUESTION letters of a question",
    "tables.patterns.ADDS": "the first LONGEST_QUESTION letters of a question",
    "tables.query._CHANGES": "the first LONGEST_QUESTION letters of a question",
    "tables.cells._NOTE": "the last LONGEST_MARKS letters of a cell",
    "tables.cells._NUMBER": "cells of at most LONGEST_NUMBER letters",
    "tables.cells._PLAIN": "cells of at most LONGEST_NUMBER letters",
    "reading.question._COMPARE": "the first LONGEST letters of a question",
    "reading.question._DIFFERS": "the first LONGEST letters of a question",
    "reading.question._KINDS": "the first LONGEST letters of a question",
}
"""Quadratic patterns, and what they are given."""

COMPUTED = {
    r"re.fullmatch(f'\\d{{1,3}}(?:\\{thousands}\\d{{3}})+(?:\\{point}\\d+)?', written)",  # one of two signs
    "re.compile('|'.join(patterns), re.IGNORECASE)",  # makes constants, which are found
    "re.compile(words, re.IGNORECASE | re.DOTALL)",  # makes constants, which are found
    r"re.compile(f'{re.escape(self._settings.prefix)}-(\\d+)-[0-9a-f]{{16}}-(words|vectors-).*')",
    r"re.search(f'(?<![\\w-]){re.escape(code)}(?![\\w]|[-/.]\\w)', text)",  # a code, escaped
    "re.compile(pattern)",  # of a question set
    "re.search(pattern, without_markers(text), re.DOTALL)",  # the same
    "re.sub(pattern, HIDDEN, text)",  # a key, escaped
    "re.match(pattern, bare)",  # one of the constants of ragapp.models.profiles
    "re.search(key, answer.answer, re.DOTALL)",  # of a question set
    r"re.sub(f'\\b{re.escape(a)}(?!\\w)', b, sentence, count=1)",  # a word, escaped
    r"re.sub(f'(?<!\\w){re.escape(old)}(?!\\w)', lambda _: new, text, flags=re.IGNORECASE)",  # escaped
}
"""Where functions make patterns at run time, which no test can find."""


def text_of(seed: Seed, length: int) -> str:
    """Two halves with different ends, since the one or the other may be what a pattern looks for."""
    lead, pump = seed
    half = (lead + pump * (length // len(pump) + 1))[: length // 2]
    return f"{half}\0\n{half}\n"


def seconds(work: Callable[[str], object], text: str) -> float:
    started = process_time()
    work(text)
    return process_time() - started


def grows_too_fast(work: Callable[[str], object], seed: Seed, suspicious: float) -> bool:
    """Whether the time grows with the square of the length. Only what takes longer than the `suspicious`
    number of seconds is tried on longer texts, and bounded parts have all been repeated in the longest."""
    took = seconds(work, text_of(seed, SHORT))
    if took < suspicious:
        return False
    took = min(took, seconds(work, text_of(seed, SHORT)))
    for length in (4 * SHORT, 16 * SHORT):
        before, took = took, seconds(work, text_of(seed, length))
        if took < GROWTH * before:
            return False
    return True


def search_of(pattern: re.Pattern[Any], ways: set[str]) -> Callable[[str], object]:
    """What the code does with a pattern: it may only look at the beginning of a text, or at all of it."""

    def work(text: str) -> None:
        subject = text.encode("latin-1", "replace") if isinstance(pattern.pattern, bytes) else text
        for way in ways & {"match", "fullmatch"}:
            getattr(pattern, way)(subject)
        if not ways <= {"match", "fullmatch"}:
            deque(pattern.finditer(subject), maxlen=0)

    return work


@pytest.fixture(scope="module")
def suspicious() -> float:
    """A tenth of what a quadratic pattern takes here."""
    work = search_of(re.compile(r"\s+$"), {"search"})
    return min(seconds(work, text_of(("", " "), SHORT)) for _ in range(3)) / 10


@pytest.mark.slow
@pytest.mark.parametrize("package", ["ragapp", "ingest", "ui", "evals"])
def test_every_pattern_takes_linear_time(package: str, suspicious: float) -> None:
    slow: dict[str, Seed] = {}
    for module in modules_with_patterns(importlib.import_module(package)):
        for found in (one for one in patterns_of(module) if not one.name.endswith(tuple(BOUNDED))):
            work = search_of(found.pattern, found.ways)
            seeds = dict.fromkeys([*(("", one) for one in SEEDS), *seeds_of(found.pattern)])
            worst = next((one for one in seeds if one[1] and grows_too_fast(work, one, suspicious)), None)
            if worst is not None:
                slow[found.name] = worst
    assert slow == {}


def test_patterns_made_at_run_time_are_known() -> None:
    packages = map(importlib.import_module, ("ragapp", "ingest", "ui", "evals"))
    modules = [module for package in packages for module in modules_with_patterns(package)]
    assert {call for module in modules for call in computed_patterns(module)} == COMPUTED


@pytest.mark.parametrize(
    "pattern",
    [r"\s+$", r"a+b", r"<v[ ]+([^>]+)>", r"[^\n]*\S[^\n]*", r"\[[^\]]*\]", r"^[#\s]*user:"],
)
def test_a_quadratic_pattern_is_found(pattern: str, suspicious: float) -> None:
    compiled = re.compile(pattern, re.MULTILINE)
    work = search_of(compiled, {"search"})
    assert any(grows_too_fast(work, seed, suspicious) for seed in seeds_of(compiled))


def streamed(text: str) -> None:
    """What is done with the tokens of a model as they arrive."""
    safe, reasoning = SafeStream(), Reasoning()
    for start in range(0, len(text), 4):
        safe.feed(reasoning.feed(text[start : start + 4]))
    safe.end()


READERS = {
    "sanitized": sanitized,
    "read_claims": read_claims,
    "streamed": streamed,
    "without_reasoning": without_reasoning,
    "read_values": read_values,
    "sentence_spans": sentence_spans,
}
WRITTEN = (
    *SEEDS,
    "<!--a",
    "[1]",
    "x [1]. ",
    "\n[1]",
    "- [1] ",
    "【1】",
    "<think>",
    "<|channel|>",
    "http://a.b ",
)


@pytest.mark.parametrize("seed", WRITTEN)
@pytest.mark.parametrize("reader", READERS)
def test_what_a_model_wrote_is_read_in_linear_time(reader: str, seed: str, suspicious: float) -> None:
    assert not grows_too_fast(READERS[reader], ("", seed), suspicious)


@pytest.mark.parametrize("seed", [*WRITTEN, "![a](", "[a][", "<!-", "<!---", "<a <"])
def test_no_markup_is_much_slower_to_sanitize_than_words(seed: str) -> None:
    """A repetition with a large bound takes linear time, but thousands of steps for each character."""
    length = 16 * SHORT
    words = min(seconds(sanitized, text_of(("", "word "), length)) for _ in range(3))
    assert min(seconds(sanitized, text_of(("", seed), length)) for _ in range(3)) < SLOWEST * words
