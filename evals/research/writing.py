"""Asks questions with and without a generator, and writes both answers side by side for people to rate.

    python -m evals.research.writing DATA_DIR QUESTIONS.json OUT.jsonl [--generator local] [--count 30]

QUESTIONS is a list of `{"question", "expected", "key"?, "answerable"?}` or a set in SQuAD layout, and
DATA_DIR has its documents. `key` is a regular expression that a right answer matches. Prints shares and
times; OUT has a line for each question.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from evals.research.reader.sources import half
from ragapp.bootstrap import build_service
from ragapp.service import RagService
from ragapp.settings import Settings
from ragapp.types import Answer, AskMode, AskQuery

SEED = 18


def questions_of(path: Path) -> list[dict[str, Any]]:
    """The questions of a list, or of the articles of a SQuAD set that the reader was not trained on."""
    read = json.loads(path.read_text("utf-8"))
    return list(_squad(read["data"])) if isinstance(read, dict) else read


def _squad(articles: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for article in (one for one in articles if half(one["title"]) == "judge"):
        for row in (row for paragraph in article["paragraphs"] for row in paragraph["qas"]):
            texts = [answer["text"] for answer in row["answers"]]
            key = "|".join(map(re.escape, texts))
            yield {"question": row["question"], "expected": texts[0], "key": f"(?i){key}", "answerable": True}


def asked(service: RagService, question: str, mode: AskMode) -> tuple[Answer, float]:
    """The answer in that mode, and how many seconds it took."""
    began = time.perf_counter()
    *_, last = service.ask(AskQuery(question, mode=mode, use_cache=False))
    assert last.answer is not None
    return last.answer, time.perf_counter() - began


def row_of(service: RagService, question: dict[str, Any]) -> dict[str, Any]:
    """Both answers to a question, and what can be said of them without reading."""
    row: dict[str, Any] = {name: question.get(name) for name in ("question", "expected", "answerable")}
    for name, mode in (("quoted", "extractive"), ("written", "auto")):
        answer, seconds = asked(service, question["question"], mode)  # type: ignore[arg-type]
        key = question.get("key")
        row[name] = {
            "answer": answer.answer,
            "mode": answer.mode,
            "refused": answer.refused,
            "notice": answer.notice,
            "verdicts": Counter(sentence.verdict for sentence in answer.sentences),
            "dropped": answer.trace.dropped if answer.trace else (),
            "right": bool(key and re.search(key, answer.answer, re.DOTALL)),
            "seconds": round(seconds, 1),
            "first_token": round(answer.timings_ms.get("first_token", 0) / 1000, 1),
        }
    return row


def summary(rows: list[dict[str, Any]], name: str) -> dict[str, float]:
    """Shares over the answerable questions, and the refused share of the others."""
    could = [row[name] for row in rows if row["answerable"]]
    could_not = [row[name] for row in rows if not row["answerable"]]
    verdicts: Counter[str] = sum((Counter(one["verdicts"]) for one in could), Counter())
    return {
        "questions": len(rows),
        "right": _share(sum(one["right"] for one in could), len(could)),
        "refused": _share(sum(one["refused"] for one in could), len(could)),
        "refused rightly": _share(sum(one["refused"] for one in could_not), len(could_not)),
        "written": _share(sum(one["mode"] == "generate" for one in could), len(could)),
        "supported": _share(verdicts["supported"], verdicts.total() - verdicts["no_claim"]),
        "characters": _share(sum(len(one["answer"]) for one in could), len(could)),
        "seconds": _share(sum(one["seconds"] for one in could), len(could)),
    }


def _share(part: float, whole: float) -> float:
    return round(part / whole, 3) if whole else 0.0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("data_dir", type=Path)
    parser.add_argument("questions", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--generator", default="local")
    parser.add_argument("--count", type=int, default=30)
    given = parser.parse_args()
    questions = questions_of(given.questions)
    chosen = random.Random(SEED).sample(questions, min(given.count, len(questions)))  # noqa: S311
    service = build_service(Settings(data_dir=given.data_dir, generator=given.generator))
    rows = []
    with given.out.open("w", encoding="utf-8") as out:
        for question in chosen:
            rows.append(row_of(service, question))
            out.write(json.dumps(rows[-1], ensure_ascii=False) + "\n")
            out.flush()
    service.close()
    found = {name: summary(rows, name) for name in ("quoted", "written")}
    sys.stdout.write(json.dumps(found, indent=1) + "\n")


if __name__ == "__main__":
    main()
