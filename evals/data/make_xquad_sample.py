"""Creates evals/data/xquad-mini from the English part of XQuAD.

    python -m evals.data.make_xquad_sample XQUAD_EN_JSON

Takes the first paragraph, with its questions, of each of `ARTICLES` articles drawn by seed. Texts, ids and
offsets are unchanged.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from evals.datasets.sampling import draw

ARTICLES, SEED = 8, 0
TARGET = Path(__file__).parent / "xquad-mini" / "questions.json"


def make(source: Path, target: Path) -> None:
    """Writes the sample of the SQuAD file `source` to `target`."""
    whole = json.loads(source.read_text(encoding="utf-8"))
    titles = draw((article["title"] for article in whole["data"]), ARTICLES, SEED)
    kept = [
        {"title": article["title"], "paragraphs": article["paragraphs"][:1]}
        for article in whole["data"]
        if article["title"] in titles
    ]
    sample = {"version": whole["version"], "data": kept}
    target.write_text(json.dumps(sample, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    make(Path(sys.argv[1]), TARGET)
