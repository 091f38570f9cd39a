"""The entailment model: how likely a text supports a claim, whatever words it uses.

It is trained by `evals/research/entailment` and comes with the package.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from tokenizers import Encoding

from ragapp.models.onnx_session import Floats, OnnxSession, load_tokenizer

BUNDLED = Path(__file__).with_name("data") / "entailment"
"""The folder of the model that comes with the package."""

_MAX_TOKENS = 256
_CLAIM_TOKENS = 96
_SUPPORTS = 1  # the column of the first row of the model's output


class OnnxEntailment:
    """An Entailment on ONNX Runtime. A claim and a text are read together, one pair a run. Safe to use from
    many threads.
    """

    def __init__(self, folder: Path = BUNDLED, threads: int = 0) -> None:
        """`threads` 0: one for each core. Raises ModelError when a file is missing or damaged."""
        self._session = OnnxSession(folder / "model.onnx", threads)
        self._tokenizer = load_tokenizer(folder / "tokenizer.json")
        self._pair_tokens = _MAX_TOKENS - self._tokenizer.num_special_tokens_to_add(True)

    def support(self, claim: str, texts: Sequence[str]) -> list[float]:
        """The probability that each text supports the claim, in their order.

        Text beyond 256 tokens of the pair is not read.
        """
        claimed = self._tokenizer.encode(claim, add_special_tokens=False)
        claimed.truncate(_CLAIM_TOKENS)
        rows = self._session.map_longest_first(lambda text: self._read(claimed, text), texts)
        return [float(1 / (1 + np.exp(-row[_SUPPORTS]))) for row in rows]

    def _read(self, claimed: Encoding, text: str) -> Floats:
        read = self._tokenizer.encode(text, add_special_tokens=False)
        read.truncate(self._pair_tokens - len(claimed))
        first: Floats = self._session.run(self._tokenizer.post_process(claimed, read))[0]
        return first
