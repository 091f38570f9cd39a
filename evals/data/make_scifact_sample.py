"""Creates evals/data/scifact-mini from SciFact in BEIR layout.

    python -m evals.data.make_scifact_sample SCIFACT_FOLDER

Takes `CLAIMS` claims of the train split, every abstract relevant to one of them, and abstracts drawn
at random until there are `ABSTRACTS`. Ids and texts are unchanged; the result is the same on every machine.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from pathlib import Path

from evals.datasets.beir import load_beir
from evals.datasets.sampling import draw, sample_queries
from evals.retrieval.types import RetrievalDataset

CLAIMS, ABSTRACTS, SEED = 160, 320, 0
TARGET = Path(__file__).parent / "scifact-mini"


def make(source: Path, target: Path) -> None:
    """Writes the sample of the dataset in `source` into the folder `target`."""
    dataset = sample_queries(load_beir(source, "train"), CLAIMS, SEED)
    kept = _corpus_ids(dataset)
    (target / "qrels").mkdir(parents=True, exist_ok=True)
    _write_rows(
        target / "corpus.jsonl",
        ({"_id": d.id, "title": d.title, "text": d.text} for d in dataset.corpus if d.id in kept),
    )
    _write_rows(
        target / "queries.jsonl", ({"_id": query, "text": text} for query, text in dataset.queries.items())
    )
    judgements = [
        f"{query}\t{document}\t{grade}\n"
        for query, grades in dataset.qrels.items()
        for document, grade in grades.items()
    ]
    (target / "qrels" / "train.tsv").write_text("query-id\tcorpus-id\tscore\n" + "".join(judgements))


def _corpus_ids(dataset: RetrievalDataset) -> set[str]:
    relevant = {document for grades in dataset.qrels.values() for document in grades}
    others = [document.id for document in dataset.corpus if document.id not in relevant]
    return relevant | draw(others, ABSTRACTS - len(relevant), SEED)


def _write_rows(path: Path, rows: Iterable[dict[str, str]]) -> None:
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")


if __name__ == "__main__":
    make(Path(sys.argv[1]), TARGET)
