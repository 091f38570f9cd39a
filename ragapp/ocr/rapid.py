"""RapidOCR: PP-OCR's models on ONNX Runtime, the extra `ocr`, which needs nothing but pip."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from rapidocr import RapidOCR
from rapidocr.utils.output import RapidOCROutput

from ragapp.ocr.pictures import within_limits
from ragapp.ocr.reader import Word

_SETTINGS = {
    "Global.log_level": "error",
    # One line at a time: six, as is usual, need more memory than a parser may have.
    "Rec.rec_batch_num": 1,
    "EngineConfig.onnxruntime.intra_op_num_threads": 1,  # embedding wants the other cores
    "EngineConfig.onnxruntime.inter_op_num_threads": 1,
}


Corners = Sequence[Sequence[float]]
"""Four points, each (across, down) in dots."""


class RapidOcr:
    """A Reader. It cannot be stopped: the sandbox keeps its time."""

    name = "RapidOCR"

    def __init__(self) -> None:
        self._engine = RapidOCR(params=_SETTINGS)

    def text(self, picture: Image.Image) -> str:
        return "\n".join(self._read(_pixels(picture)).txts or ())

    def words(self, picture: Image.Image) -> list[Word]:
        pixels = _pixels(picture)
        found = self._read(pixels, words=True)
        height, width, _ = pixels.shape
        if not found.txts:
            return []
        # Its annotations leave out that there is one such tuple for each line.
        lines = cast("Sequence[Sequence[tuple[str, float, Corners]]]", found.word_results)
        return [_word(text, corners, width, height) for line in lines for text, _, corners in line]

    def _read(self, pixels: NDArray[np.uint8], *, words: bool = False) -> RapidOCROutput:
        found = self._engine(pixels, return_word_box=words)
        assert isinstance(found, RapidOCROutput), "it finds lines and reads them"
        return found


def _pixels(picture: Image.Image) -> NDArray[np.uint8]:
    """Shape (height, width, 3)."""
    return np.asarray(within_limits(picture).convert("RGB"))


def _word(text: str, corners: Corners, width: int, height: int) -> Word:
    across, down = zip(*corners, strict=True)
    return Word(text, min(across) / width, min(down) / height, max(across) / width, max(down) / height)
