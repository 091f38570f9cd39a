"""Numbers of claims compared with cells: true sentences about cells of TAT-QA, and altered ones.

    python -m evals.research.table_claims /work/shared/data/tatqa/contexts.jsonl [--half building]

A true sentence says what a cell has: "Total sales was $1,496.5 million in 2019." An altered one has the
value of a neighbouring row, the value of another column, another year, or another scale. A false cell that is
accepted as support is the error that counts.
"""

from __future__ import annotations

import argparse
import random
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from evals.datasets.tatqa import TatContext, load_contexts
from evals.research.tables import source_of
from ragapp.answering.tables.composing import printed
from ragapp.answering.tables.sources import CellPlace, Line, TableSource
from ragapp.answering.tables.verifying import judge_by_cells

Kind = Literal["true", "row", "column", "year", "scale"]

_SCALES = ("thousand", "million", "billion")


@dataclass(frozen=True, slots=True)
class MadeClaim:
    kind: Kind
    text: str
    source: TableSource


def claims_of(context: TatContext, draw: random.Random) -> Iterator[MadeClaim]:
    """A true sentence, and the ways to alter it, for up to five cells of a table."""
    source = source_of(context)
    places = [place for line in source.lines for place in line.places if _can_be_told(line, place)]
    for place in draw.sample(places, min(5, len(places))):
        line = next(one for one in source.lines if place in one.places)
        yield MadeClaim("true", _sentence(place, printed(place), _year(place)), source)
        for kind, value, year in _alterations(source, line, place, draw):
            yield MadeClaim(kind, _sentence(place, value, year), source)


def _can_be_told(line: Line, place: CellPlace) -> bool:
    """Whether a sentence can name the cell: by a row's name that no other row has, and a year."""
    same = [one for one in line.source.lines if one.row.name == line.row.name and one is not line]
    years = [
        one for one in line.places if one.period and place.period and one.period.year == place.period.year
    ]
    return bool(place.period and place.cell.amount and line.row.name and not same and len(years) == 1)


def _alterations(
    source: TableSource, line: Line, place: CellPlace, draw: random.Random
) -> Iterator[tuple[Kind, str, int]]:
    value, year = printed(place), _year(place)
    others = [one for one in line.places if one is not place and one.period and one.cell.amount]
    different = [one for one in others if one.cell.value != place.cell.value]
    rows = [
        one
        for other in source.lines
        for one in other.places
        if other is not line and one.period == place.period and one.cell.amount
    ]
    rows = [one for one in rows if one.cell.value != place.cell.value and one.cell.unit == place.cell.unit]
    if rows:
        yield "row", printed(draw.choice(rows)), year
    if different:
        other = draw.choice(different)
        yield "column", printed(other), year
        yield "year", value, _year(other)
    word = next((one for one in _SCALES if one in value), None)
    if word:
        yield "scale", value.replace(word, draw.choice([one for one in _SCALES if one != word])), year


def _sentence(place: CellPlace, value: str, year: int) -> str:
    return f"{place.row.name} was {value} in {year}."


def _year(place: CellPlace) -> int:
    assert place.period is not None
    return place.period.year


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("contexts", type=Path)
    parser.add_argument("--half", choices=["building", "held out"], default="held out")
    parser.add_argument("--alterations", type=int, default=1000)
    parser.add_argument("--failures", type=int, default=0, help="how many failures to print")
    given = parser.parse_args()
    draw = random.Random(0)  # noqa: S311  draws sentences, keeps no secrets
    made = [one for context in load_contexts(given.contexts, given.half) for one in claims_of(context, draw)]
    altered = [one for one in made if one.kind != "true"]
    chosen = [one for one in made if one.kind == "true"] + draw.sample(
        altered, min(given.alterations, len(altered))
    )
    counts: Counter[tuple[Kind, bool]] = Counter()
    for one in chosen:
        judged = judge_by_cells(one.text, [one.source])
        accepted = judged is not None and judged.verdict == "supported"
        counts[one.kind, accepted] += 1
        if accepted != (one.kind == "true") and given.failures:
            given.failures -= 1
            sys.stdout.write(f"{one.kind}: {one.text} {judged.verdict if judged else None}\n")
    for kind in ("true", "row", "column", "year", "scale"):
        total = counts[kind, True] + counts[kind, False]
        share = counts[kind, True] / total if total else 0.0
        sys.stdout.write(f"{kind:8} {total:5} accepted {counts[kind, True]:5} ({share:.3f})\n")


if __name__ == "__main__":
    main()
