"""How answers came out, day by day: what changes there is seen before anybody complains."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache

import numpy as np
from pydantic import TypeAdapter
from sqlalchemy import Connection, select

from ragapp.store import schema as t
from ragapp.store.collections import utc
from ragapp.types import AnswerDay, CacheDecision, Ending, Verdict

BATCH = 500


@dataclass(frozen=True, slots=True)
class _Judged:
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class _Told:
    """Of a stored answer only what is counted here: reading the rest would take ten times as long."""

    refused: bool
    sentences: tuple[_Judged, ...]
    cache: CacheDecision
    timings_ms: dict[str, float]
    ending: Ending = "complete"


def days(c: Connection, last: int) -> list[AnswerDay]:
    first = datetime.now(UTC).date() - timedelta(days=last - 1)
    by_day: dict[date, list[_Told]] = defaultdict(list)
    for day, told in _since(c, datetime.combine(first, time.min, UTC)):
        if told.ending != "stopped":
            by_day[day].append(told)
    return [_day(day, told) for day, told in sorted(by_day.items())]


def _since(c: Connection, moment: datetime) -> Iterator[tuple[date, _Told]]:
    query = select(t.answers.c.asked_at, t.answers.c.answer).where(t.answers.c.asked_at >= moment)
    for row in c.execute(query, execution_options={"yield_per": BATCH}):
        yield utc(row.asked_at).date(), _adapter().validate_json(row.answer)


def _day(day: date, told: Sequence[_Told]) -> AnswerDay:
    verdicts = [one.verdict for answer in told for one in answer.sentences if one.verdict != "no_claim"]
    made = [answer.timings_ms["total"] for answer in told if not _cached(answer)]
    return AnswerDay(
        day=day,
        answers=len(told),
        refused=sum(answer.refused for answer in told),
        cached=sum(_cached(answer) for answer in told),
        supported=verdicts.count("supported") / len(verdicts) if verdicts else None,
        median_ms=float(np.quantile(made, 0.5)) if made else None,
        p95_ms=float(np.quantile(made, 0.95)) if made else None,
    )


def _cached(answer: _Told) -> bool:
    return answer.cache.status in {"exact", "semantic"}


@cache
def _adapter() -> TypeAdapter[_Told]:
    return TypeAdapter(_Told)
