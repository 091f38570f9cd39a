"""The reader: a small model that says whether a sentence, list item or table row answers a question.

It is trained by `evals/research/reader` and comes with the package. A candidate is read best as its title
path, a colon and its text ("Handbook › Leave: Employees may take 30 days."); a table row as
"header: value; header: value".
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from tokenizers import Encoding

from ragapp.models.onnx_session import Floats, OnnxSession, load_tokenizer
from ragapp.types import Reading

BUNDLED = Path(__file__).with_name("data") / "reader"
"""The folder of the reader that comes with the package."""

_MAX_TOKENS = 256
_QUESTION_TOKENS = 64
_SPAN_TOKENS = 30  # of the longest answer that is marked
_RELEVANCE, _ANSWERABLE = 0, 1  # columns of the first row of the model's output
_FIRST, _LAST = 0, 1  # columns of the other rows: one for each token


class OnnxReader:
    """A Reader on ONNX Runtime. A question and a candidate are read together, one pair a run. Safe to use
    from many threads.
    """

    def __init__(self, folder: Path = BUNDLED, threads: int = 0) -> None:
        """`threads` 0: one for each core. Raises ModelError when a file is missing or damaged."""
        self._session = OnnxSession(folder / "model.onnx", threads)
        self._tokenizer = load_tokenizer(folder / "tokenizer.json")
        self._pair_tokens = _MAX_TOKENS - self._tokenizer.num_special_tokens_to_add(True)

    def score(self, question: str, candidates: Sequence[str]) -> list[Reading]:
        """A reading of each candidate, in their order. Text beyond 256 tokens of the pair is not read."""
        asked = self._tokenizer.encode(question, add_special_tokens=False)
        asked.truncate(_QUESTION_TOKENS)
        rows = self._session.map_longest_first(lambda text: self._read(asked, text), candidates)
        return [_reading(row) for row in rows]

    def _read(self, asked: Encoding, candidate: str) -> Floats:
        """(relevance logit, answerable logit, first character, one past the last) of one candidate."""
        read = self._tokenizer.encode(candidate, add_special_tokens=False)
        read.truncate(self._pair_tokens - len(asked))
        pair = self._tokenizer.post_process(asked, read)
        output = self._session.run(pair)
        # The pair is [CLS] question [SEP] candidate [SEP]; the first row of the output belongs to no token.
        start = len(asked) + 3
        span = _best_span(output[start : start + len(read)])
        characters = (read.offsets[span[0]][0], read.offsets[span[1]][1]) if len(read) else (0, 0)
        return np.array([output[0, _RELEVANCE], output[0, _ANSWERABLE], *characters], dtype=np.float32)


def _best_span(logits: Floats) -> tuple[int, int]:
    """The tokens (first, last) with the highest summed logits; `logits` is (tokens, 2)."""
    if not len(logits):
        return (0, 0)
    together = logits[:, None, _FIRST] + logits[None, :, _LAST]
    places = np.arange(len(logits))
    length = places[None, :] - places[:, None] + 1
    allowed = (length > 0) & (length <= _SPAN_TOKENS)
    first, last = np.unravel_index(np.argmax(np.where(allowed, together, -np.inf)), together.shape)
    return int(first), int(last)


def _reading(row: Floats) -> Reading:
    relevance, answerable = 1 / (1 + np.exp(-row[:2]))
    start, end = int(row[2]), int(row[3])
    return Reading(float(relevance), float(answerable), (start, end) if end > start else None)
