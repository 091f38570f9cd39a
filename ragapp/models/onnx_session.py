"""ONNX Runtime for small text models: one text a run, many runs side by side."""

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
from ragapp.models.threads import thread_count

Floats = NDArray[np.float32]

# onnxruntime raises one exception for each status code, with no common root.
_LOAD_ERRORS = (_ort.NoSuchFile, _ort.InvalidProtobuf, _ort.InvalidGraph, _ort.InvalidArgument, _ort.Fail)


class OnnxSession:
    """An ONNX model that is given one text at a time, from as many threads as it may use.

    Why not batches: int8 models scale their activations by the largest value of the whole batch, so that a
    text's vector would depend on its neighbours (down to a cosine of .989 for bge-small), and padding costs
    more than a batch saves: one text a run on each core was measured at twice the speed of batches of 8,
    and a lone query is no slower with one thread.
    """

    def __init__(self, weights: Path, threads: int) -> None:
        """`threads` 0: one for each core. Raises ModelError when the file is missing or damaged."""
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
        self._pool = ThreadPoolExecutor(thread_count(threads), thread_name_prefix="onnx")

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
        """`work` of each text, in the order of `texts`; long ones start first, so that cores end together."""
        order = sorted(range(len(texts)), key=lambda at: -len(texts[at]))
        done = self._pool.map(work, [texts[at] for at in order])
        results = dict(zip(order, done, strict=True))
        return [results[at] for at in range(len(texts))]


def load_tokenizer(path: Path) -> Tokenizer:
    """A `tokenizer.json` without the padding and truncation it may ask for. Raises ModelError."""
    if not path.is_file():
        raise ModelError(f"{path} is missing: it belongs to the model. Fetch the model again.")
    return plain(Tokenizer.from_file(str(path)))


def plain(tokenizer: Tokenizer) -> Tokenizer:
    """The tokenizer, set to neither pad nor truncate: it is then never changed again, and safe in threads."""
    tokenizer.no_padding()
    tokenizer.no_truncation()
    return tokenizer


def token_spans(tokenizer: Tokenizer, text: str) -> NDArray[np.int64]:
    """The tokens of `text` as character spans: shape (tokens, 2), without special tokens."""
    offsets = tokenizer.encode(text, add_special_tokens=False).offsets
    return np.array(offsets, dtype=np.int64).reshape(-1, 2)
