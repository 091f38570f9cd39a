"""Statistics of answers by day, which show a decline before users complain about it."""

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
class _SentenceVerdict:
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class _AnswerSummary:
    """The part of a stored answer that is counted here. Reading all of it would take ten times as long."""

    refused: bool
    sentences: tuple[_SentenceVerdict, ...]
    cache: CacheDecision
    timings_ms: dict[str, float]
    ending: Ending = "complete"


def days(c: Connection, last: int) -> list[AnswerDay]:
    """The last `last` days, including today; days without answers are left out."""
    first = datetime.now(UTC).date() - timedelta(days=last - 1)
    by_day: dict[date, list[_AnswerSummary]] = defaultdict(list)
    for day, answer in _since(c, datetime.combine(first, time.min, UTC)):
        if answer.ending != "stopped":
            by_day[day].append(answer)
    return [_day(day, answers) for day, answers in sorted(by_day.items())]


def _since(c: Connection, moment: datetime) -> Iterator[tuple[date, _AnswerSummary]]:
    query = select(t.answers.c.asked_at, t.answers.c.answer).where(t.answers.c.asked_at >= moment)
    for row in c.execute(query, execution_options={"yield_per": BATCH}):
        yield utc(row.asked_at).date(), _adapter().validate_json(row.answer)


def _day(day: date, answers: Sequence[_AnswerSummary]) -> AnswerDay:
    verdicts = [one.verdict for answer in answers for one in answer.sentences if one.verdict != "no_claim"]
    generated_ms = [answer.timings_ms["total"] for answer in answers if not _cached(answer)]
    return AnswerDay(
        day=day,
        answers=len(answers),
        refused=sum(answer.refused for answer in answers),
        cached=sum(_cached(answer) for answer in answers),
        supported=verdicts.count("supported") / len(verdicts) if verdicts else None,
        median_ms=float(np.quantile(generated_ms, 0.5)) if generated_ms else None,
        p95_ms=float(np.quantile(generated_ms, 0.95)) if generated_ms else None,
    )


def _cached(answer: _AnswerSummary) -> bool:
    return answer.cache.status in {"exact", "semantic"}


@cache
def _adapter() -> TypeAdapter[_AnswerSummary]:
    return TypeAdapter(_AnswerSummary)
