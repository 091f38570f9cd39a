"""Makes the list of synonyms that questions are reworded with, from the files of WordNet.

    apt-get download wordnet-base && dpkg-deb -x wordnet-base_*.deb build/wordnet
    python -m evals.research.wordnet build/wordnet/usr/share/wordnet ragapp/answering/reading/data/wordnet

Writes `synonyms.txt.gz`: a line for each stem, and after it those of the words that mean the same in one of
its first senses, or are derived from it: "decision" from "decide". WordNet orders senses by how common they
are. Verbs in -ize are left out: "externalize" has the stem of "external".
"""

from __future__ import annotations

import gzip
import re
import sys
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ragapp.answering.terms import FUNCTION_WORDS, stem

_PARTS_OF_SPEECH = {"n": "noun", "v": "verb", "a": "adj", "r": "adv"}
_DERIVED = "+"
_SENSES = 3
_WORD = re.compile(r"[a-z]{3,}")
_MADE_VERB = re.compile(r"i[sz](?:e|ed|er|ing|ation)$")
_KEPT_ENDING = re.compile(r"i[sz](?:at)?$")
_MARKER = re.compile(r"\([a-z]{1,4}\)")


def main(source: Path, target: Path) -> None:
    found: defaultdict[str, set[str]] = defaultdict(set)
    parts = _PARTS_OF_SPEECH.items()
    sets = {(part, one.offset): one for part, name in parts for one in _sets(source / f"data.{name}")}
    for part, name in parts:
        for word, offsets in _senses(source / f"index.{name}"):
            for one in (sets[part, offset] for offset in offsets[:_SENSES]):
                derived = (sets[of].words[at] for own, of, at in one.derived if one.words[own] == word)
                found[stem(word)] |= {stem(other) for other in (*one.words, *derived) if _is_plain(other)}
    lines = (
        f"{one} {' '.join(sorted(others - {one}))}\n"
        for one, others in sorted(found.items())
        if others - {one}
    )
    (target / "synonyms.txt.gz").write_bytes(gzip.compress("".join(lines).encode(), 9, mtime=0))


def _lines(path: Path) -> Iterator[list[str]]:
    with path.open(encoding="latin1") as lines:
        yield from (line.split() for line in lines if not line.startswith("  "))


@dataclass(frozen=True, slots=True)
class _Synonyms:
    """A set of synonyms. `derived` has (place of a word, part of speech and offset of a set, place there)."""

    offset: str
    words: list[str]
    derived: list[tuple[int, tuple[str, str], int]]


def _sets(path: Path) -> Iterator[_Synonyms]:
    """The fourth field counts the words, in hexadecimal; after them come the pointers to other sets."""
    for fields in _lines(path):
        count = int(fields[3], 16)
        words = [_MARKER.sub("", word).lower() for word in fields[4 : 4 + 2 * count : 2]]
        pointers = fields[5 + 2 * count :]
        end = 4 * int(fields[4 + 2 * count])
        fours = zip(*(pointers[at:end:4] for at in range(4)), strict=True)
        derived = [
            (int(places[:2], 16) - 1, (part.replace("s", "a"), offset), int(places[2:], 16) - 1)
            for kind, offset, part, places in fours
            if kind == _DERIVED
        ]
        yield _Synonyms(fields[0], words, derived)


def _senses(path: Path) -> Iterator[tuple[str, list[str]]]:
    """Each word, and the offsets of its sets, the most common sense first."""
    for fields in _lines(path):
        if _is_plain(fields[0]):
            yield fields[0], fields[6 + int(fields[3]) :]


def _is_plain(word: str) -> bool:
    if _WORD.fullmatch(word) is None or word in FUNCTION_WORDS:
        return False
    return _MADE_VERB.search(word) is None or _KEPT_ENDING.search(stem(word)) is not None


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
