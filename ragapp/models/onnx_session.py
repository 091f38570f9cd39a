"""ONNX Runtime for small text models: one text in each run, several runs in parallel."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import onnxruntime
from numpy.typing import NDArray
from onnxruntime.capi import onnxruntime_pybind11_state as _ort
from tokenizers import Encoding, Tokenizer

from ragapp.errors import ModelError

Floats = NDArray[np.float32]

# onnxruntime raises one exception for each status code, with no common root.
_LOAD_ERRORS = (_ort.NoSuchFile, _ort.InvalidProtobuf, _ort.InvalidGraph, _ort.InvalidArgument, _ort.Fail)


class OnnxSession:
    """An ONNX model that reads one text at a time, in as many threads as it may use.

    Not in batches, because int8 models scale their activations by the largest value of the batch, so that the
    vector of a text would depend on its neighbours (down to a cosine of 0.989 for bge-small). Padding also
    costs more than batches save: one text on each core was measured at twice the speed of batches of 8, and a
    single query is not slower with one thread.
    """

    def __init__(self, weights: Path, threads: int) -> None:
        """Raises ModelError when the file is missing or damaged."""
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        try:
            self._session = onnxruntime.InferenceSession(
                str(weights), options, providers=["CPUExecutionProvider"]
            )
        except _LOAD_ERRORS as error:
            raise ModelError(f"{weights} cannot be loaded ({error}). Fetch the model again.") from error
        self._inputs = {tensor.name for tensor in self._session.get_inputs()}
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="onnx")

    @property
    def output_width(self) -> int:
        """The last dimension of the model's first output."""
        return int(self._session.get_outputs()[0].shape[-1])

    def run(self, encoding: Encoding) -> Floats:
        """The model's first output for one text, without the batch dimension."""
        rows = {
            "input_ids": encoding.ids,
            "attention_mask": encoding.attention_mask,
            "token_type_ids": encoding.type_ids,
        }
        feed = {name: np.array([row], dtype=np.int64) for name, row in rows.items() if name in self._inputs}
        output: Floats = self._session.run(None, feed)[0][0]
        return output

    def map_longest_first(self, work: Callable[[str], Floats], texts: Sequence[str]) -> list[Floats]:
        """Applies `work` to each text; results are in the order of `texts`. Long texts start first, so that
        all cores finish together.
        """
        order = sorted(range(len(texts)), key=lambda at: -len(texts[at]))
        done = self._pool.map(work, [texts[at] for at in order])
        results = dict(zip(order, done, strict=True))
        return [results[at] for at in range(len(texts))]


def load_tokenizer(path: Path) -> Tokenizer:
    """The tokenizer in `tokenizer.json`, without its padding and truncation. Raises ModelError."""
    if not path.is_file():
        raise ModelError(f"{path}, a file of the model, is missing. Fetch the model again.")
    return plain(Tokenizer.from_file(str(path)))


def plain(tokenizer: Tokenizer) -> Tokenizer:
    """The tokenizer without padding and truncation. It is then never changed again, and safe for many
    threads."""
    tokenizer.no_padding()
    tokenizer.no_truncation()
    return tokenizer


def token_spans(tokenizer: Tokenizer, text: str) -> NDArray[np.int64]:
    """The tokens of `text` as character spans: shape (tokens, 2), without special tokens."""
    offsets = tokenizer.encode(text, add_special_tokens=False).offsets
    return np.array(offsets, dtype=np.int64).reshape(-1, 2)
