"""RapidOCR: the models of PP-OCR on ONNX Runtime, installed by the extra `ocr`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from rapidocr import RapidOCR
from rapidocr.inference_engine.onnxruntime.main import ONNXRuntimeError
from rapidocr.utils.output import RapidOCROutput

from ragapp.ocr.reader import Word, within_limits

_SETTINGS = {
    "Global.log_level": "error",
    # One line at a time: the usual six need more memory than a parser may use.
    "Rec.rec_batch_num": 1,
    "EngineConfig.onnxruntime.intra_op_num_threads": 1,  # the other cores are for embedding
    "EngineConfig.onnxruntime.inter_op_num_threads": 1,
}

MAX_ASPECT_RATIO = 8
"""RapidOCR scales the shorter side to hundreds of pixels, and the longer one with it, so that a line of 5 x
2,000 pixels would take gigabytes."""

Corners = Sequence[Sequence[float]]
"""Four points, each (x, y) in pixels."""


class RapidOcr:
    """An OcrReader. It has no timeout of its own; the sandbox limits its time."""

    name = "RapidOCR"

    def __init__(self) -> None:
        self._engine = RapidOCR(params=_SETTINGS)

    def text(self, picture: Image.Image) -> tuple[str, float]:
        found = self._read(picture)
        lines, scores = found.txts or (), found.scores or ()
        letters = sum(map(len, lines))
        sure = sum(len(line) * score for line, score in zip(lines, scores, strict=True))
        return "\n".join(lines), sure / letters if letters else 1.0

    def words(self, picture: Image.Image) -> list[Word]:
        found = self._read(picture, words=True)
        if not found.txts:
            return []
        # Its annotations omit that there is one such tuple for each line.
        lines = cast("Sequence[Sequence[tuple[str, float, Corners]]]", found.word_results)
        size = within_limits(picture).size
        return [_word(text, corners, *size) for line in lines for text, _, corners in line]

    def _read(self, picture: Image.Image, *, words: bool = False) -> RapidOCROutput:
        try:
            found = self._engine(_pixels(picture), return_word_box=words)
        except (MemoryError, ONNXRuntimeError) as error:
            raise OSError(f"the picture needs too much memory ({error})") from error
        assert isinstance(found, RapidOCROutput), "both detection and recognition are enabled"
        return found


def _pixels(picture: Image.Image) -> NDArray[np.uint8]:
    """Shape (height, width, 3). Extends a narrow picture with white."""
    scaled = within_limits(picture).convert("RGB")
    min_side = max(scaled.size) // MAX_ASPECT_RATIO
    if min(scaled.size) < min_side:
        extended = Image.new("RGB", (max(scaled.width, min_side), max(scaled.height, min_side)), "white")
        extended.paste(scaled)
        scaled = extended
    return np.asarray(scaled)


def _word(text: str, corners: Corners, width: int, height: int) -> Word:
    """`width` and `height` are those of the picture, to which the word's box is clipped."""
    xs, ys = zip(*corners, strict=True)
    left, right = (min(1.0, x / width) for x in (min(xs), max(xs)))
    top, bottom = (min(1.0, y / height) for y in (min(ys), max(ys)))
    return Word(text, left, top, right, bottom)
