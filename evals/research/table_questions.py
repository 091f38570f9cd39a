"""Questions as people type them over small tables and a data file, asked of the whole service.

python -m evals.research.table_questions [--show]

`evals/data/tables-mini` has the files, which were made for this measurement, and the questions: an answer is
right if it has all of `has` and nothing of `lacks`; a question without `has` is to be refused. The half
"building" was looked at while the answers were built, the other one was only counted.
"""

from __future__ import annotations

import argparse
import io
import json
import sys
import tempfile
import time
from collections import Counter
from contextlib import closing
from pathlib import Path
from threading import Event
from typing import Any, Final

from ingest.pipeline import build_pipeline
from ingest.sandbox import ParserSandbox, parse_limits
from ragapp.bootstrap import build_runtime, build_service
from ragapp.service import RagService
from ragapp.settings import Settings
from ragapp.types import Answer, AskQuery, UploadSpec

FOLDER: Final = Path(__file__).parents[1] / "data" / "tables-mini"
DATA_FILE_ROWS: Final = 100
"""Makes the largest file, of 400 rows, a data file."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--show", action="store_true", help="print every answer, not only wrong ones")
    shows_all = parser.parse_args().show
    questions = [json.loads(line) for line in (FOLDER / "questions.jsonl").read_text().splitlines()]
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(data_dir=Path(folder), generator="extractive", data_file_rows=DATA_FILE_ROWS)
        with closing(build_service(settings)) as service:
            _ingest(service, settings)
            counts = Counter[tuple[str, bool]]()
            for one in questions:
                started = time.perf_counter()
                answer = _ask(service, one["question"])
                right = is_right(one, answer)
                counts[one["half"], right] += 1
                if shows_all or not right:
                    seconds = time.perf_counter() - started
                    verdict = "right" if right else "WRONG"
                    sys.stdout.write(f"{verdict} {one['id']} {seconds:.1f}s {one['question']}\n")
                    sys.stdout.write(f"      {_shown(answer)}\n")
    for half in ("building", "held out"):
        asked = counts[half, True] + counts[half, False]
        sys.stdout.write(f"{half}: {counts[half, True]} of {asked} right\n")


def is_right(question: dict[str, Any], answer: Answer) -> bool:
    if question["has"] is None:
        return answer.refused
    text = " ".join(sentence.text for sentence in answer.sentences).casefold()
    return all(_has(text, one.casefold()) for one in question["has"]) and not any(
        _has(text, one.casefold()) for one in question["lacks"]
    )


def _has(text: str, part: str) -> bool:
    """Whether a text has a part that is no part of another word or number."""
    at = text.find(part)
    while at >= 0:
        before, after = text[:at][-1:], text[at + len(part) :]
        goes_on = after[:1].isdecimal() or (after[:1] in {".", ","} and after[1:2].isdecimal())
        if not (part[:1].isdecimal() and (before.isdecimal() or before in {".", ","})) and not (
            part[-1:].isdecimal() and goes_on
        ):
            return True
        at = text.find(part, at + 1)
    return False


def _ingest(service: RagService, settings: Settings) -> None:
    for path in sorted(FOLDER.iterdir()):
        if path.suffix != ".jsonl":
            service.upload(UploadSpec(path.name), io.BytesIO(path.read_bytes()))
    runtime = build_runtime(settings)
    with closing(runtime.store), closing(ParserSandbox(parse_limits(settings))) as sandbox:
        pipeline = build_pipeline(runtime, settings, sandbox)
        while job := runtime.queue.claim("evaluation"):
            pipeline.work(job, Event(), lambda _: None)


def _ask(service: RagService, question: str) -> Answer:
    *_, last = service.ask(AskQuery(question, mode="extractive", use_cache=False))
    assert last.answer is not None
    return last.answer


def _shown(answer: Answer) -> str:
    if answer.refused:
        return f"refused: {answer.notice}"
    cited = Counter(f"{one.document_name}{' cells' if one.cells else ''}" for one in answer.citations)
    return f"{answer.answer[:400]!r} {dict(cited)} {answer.notice or ''}"


if __name__ == "__main__":
    main()
