"""Measures how long documents wait to be embedded under different orders of the queue.

`python -m evals.bench.queue_order simulate` simulates the arrivals of a day under several orders. `… run`
lets a real worker embed two long documents and a short one that arrives last. docs/research/queue-order.md
has the results of both.
"""

from __future__ import annotations

import argparse
import heapq
import io
import random
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from statistics import mean, quantiles

from sqlalchemy import update

from ingest.pipeline import BATCH, TURN, build_pipeline
from ingest.sandbox import ParserSandbox, parse_limits
from ragapp.bootstrap import build_runtime, build_service
from ragapp.settings import Settings
from ragapp.store import queue_order, schema
from ragapp.store.engine import WRITE
from ragapp.types import UploadSpec

SLICE = TURN * BATCH
HOURS = 24
SEED = 11
LOAD = 0.85
"""Share of the worker's time that the arrivals take."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """A document that is accepted `at` seconds after the start, and its number of chunks."""

    at: float
    chunks: int


Rank = Callable[[Arrival, int], float]
"""The rank of a document by its arrival and its remaining chunks; the lowest is processed next."""


def by_arrival(arrival: Arrival, _left: int) -> float:
    return arrival.at


def shortest(_arrival: Arrival, left: int) -> float:
    return left


def ageing(weight: float) -> Rank:
    return lambda arrival, left: arrival.at + weight * queue_order.embedding_seconds(left)


def a_day(rng: random.Random) -> list[Arrival]:
    """The arrivals of a day. Sizes are lognormal: many notes of a page, reports, and sometimes a book."""
    sizes = [min(3000, max(1, round(rng.lognormvariate(2.2, 1.7)))) for _ in range(100_000)]
    rate = LOAD / mean(map(queue_order.embedding_seconds, sizes))
    found: list[Arrival] = []
    at = rng.expovariate(rate)
    while at < HOURS * 3600:
        found.append(Arrival(at, sizes[len(found)]))
        at += rng.expovariate(rate)
    return found


def waits(arrivals: Sequence[Arrival], rank: Rank) -> list[float]:
    """Simulates one worker that processes slices; returns the seconds from arrival to the last embedded
    chunk.
    """
    done, now, next_in = [0.0] * len(arrivals), 0.0, 0
    line: list[tuple[float, int, int]] = []
    while next_in < len(arrivals) or line:
        if not line:
            now = max(now, arrivals[next_in].at)
        while next_in < len(arrivals) and arrivals[next_in].at <= now:
            one = arrivals[next_in]
            heapq.heappush(line, (rank(one, one.chunks), next_in, one.chunks))
            next_in += 1
        _, number, left = heapq.heappop(line)
        taken = min(left, SLICE)
        now += queue_order.embedding_seconds(taken)
        if left > taken:
            rest = left - taken
            heapq.heappush(line, (rank(arrivals[number], rest), number, rest))
        else:
            done[number] = now - arrivals[number].at
    return done


def simulate() -> None:
    arrivals = a_day(random.Random(SEED))  # noqa: S311  no secret
    orders: dict[str, Rank] = {"by arrival": by_arrival}
    for weight in (queue_order.AGEING / 4, queue_order.AGEING, queue_order.AGEING * 4):
        orders[f"shortest, ageing {weight:g}"] = ageing(weight)
    orders["shortest, no ageing"] = shortest
    sys.stdout.write(
        f"{len(arrivals)} documents, {sum(one.chunks for one in arrivals)} chunks in {HOURS} h\n\n"
        "| order | mean | up to 10 chunks: median | 95 % | over 500 chunks: median | 95 % | longest |\n"
        "| --- | --- | --- | --- | --- | --- | --- |\n"
    )
    for name, rank in orders.items():
        waited = waits(arrivals, rank)
        short = [wait for wait, one in zip(waited, arrivals, strict=True) if one.chunks <= 10]
        long = [wait for wait, one in zip(waited, arrivals, strict=True) if one.chunks > 500]
        figures = (mean(waited), *_half_and_most(short), *_half_and_most(long), max(waited))
        sys.stdout.write(f"| {name} | {' | '.join(f'{figure:,.0f} s' for figure in figures)} |\n")


def _half_and_most(waited: Sequence[float]) -> tuple[float, float]:
    cuts = quantiles(waited, n=20)
    return cuts[9], cuts[18]


def run(sections: int) -> None:
    """Embeds two documents of that many sections and then one with a single section, in both orders."""
    for order in ("by arrival", "shortest first"):
        with tempfile.TemporaryDirectory() as folder:
            took = _embedded(Settings(data_dir=Path(folder)), sections, by_arrival=order == "by arrival")
        sys.stdout.write(
            f"{order}: " + ", ".join(f"{name} after {seconds:.0f} s" for name, seconds in took) + "\n"
        )


def _embedded(settings: Settings, sections: int, *, by_arrival: bool) -> list[tuple[str, float]]:
    """Returns the documents in the order in which they were embedded, with the seconds that each took."""
    texts = [
        "".join(f"# Part {n}\n\nHeron {n} of {name} waits at place {n}.\n\n" for n in range(count))
        for name, count in (("long-1", sections), ("long-2", sections), ("short", 1))
    ]
    with closing(build_service(settings)) as service:
        for name, text in zip(("long-1.md", "long-2.md", "short.md"), texts, strict=True):
            service.upload(UploadSpec(name), io.BytesIO(text.encode()))
    runtime = build_runtime(settings)
    with closing(runtime.store), closing(ParserSandbox(parse_limits(settings))) as sandbox:
        pipeline = build_pipeline(runtime, settings, sandbox)
        took: list[tuple[str, float]] = []
        started = time.monotonic()
        while job := runtime.queue.claim("bench"):
            pipeline.work(job, threading.Event(), lambda _: None)
            if by_arrival:
                with runtime.engine.execution_options(**WRITE).begin() as c:
                    c.execute(update(schema.versions).values(rank=schema.versions.c.id))
            document = runtime.store.document(job.document_id)
            if document.status == "ready":
                took.append((f"{job.name} ({document.chunks} chunks)", time.monotonic() - started))
        return took


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("what", choices=("simulate", "run"))
    parser.add_argument("--sections", type=int, default=400, help="of each of the two long documents")
    wanted = parser.parse_args()
    if wanted.what == "simulate":
        simulate()
    else:
        run(wanted.sections)


if __name__ == "__main__":
    main()
