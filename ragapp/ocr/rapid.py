"""RapidOCR: PP-OCR's models on ONNX Runtime, the extra `ocr`, which needs nothing but pip."""

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
    # One line at a time: six, as is usual, need more memory than a parser may have.
    "Rec.rec_batch_num": 1,
    "EngineConfig.onnxruntime.intra_op_num_threads": 1,  # embedding wants the other cores
    "EngineConfig.onnxruntime.inter_op_num_threads": 1,
}

THINNEST = 8
"""How often the shorter side fits into the longer one. The shorter one is stretched to hundreds of dots, and
the longer one with it: a line of 5 x 2,000 dots would take gigabytes."""

Corners = Sequence[Sequence[float]]
"""Four points, each (across, down) in dots."""


class RapidOcr:
    """A Reader. It cannot be stopped: the sandbox keeps its time."""

    name = "RapidOCR"

    def __init__(self) -> None:
        self._engine = RapidOCR(params=_SETTINGS)

    def text(self, picture: Image.Image) -> str:
        return "\n".join(self._read(picture).txts or ())

    def words(self, picture: Image.Image) -> list[Word]:
        found = self._read(picture, words=True)
        if not found.txts:
            return []
        # Its annotations leave out that there is one such tuple for each line.
        lines = cast("Sequence[Sequence[tuple[str, float, Corners]]]", found.word_results)
        size = within_limits(picture).size
        return [_word(text, corners, *size) for line in lines for text, _, corners in line]

    def _read(self, picture: Image.Image, *, words: bool = False) -> RapidOCROutput:
        try:
            found = self._engine(_pixels(picture), return_word_box=words)
        except (MemoryError, ONNXRuntimeError) as error:
            raise OSError(f"the picture needs too much memory ({error})") from error
        assert isinstance(found, RapidOCROutput), "it finds lines and reads them"
        return found


def _pixels(picture: Image.Image) -> NDArray[np.uint8]:
    """Shape (height, width, 3). A thin picture gets white below or beside it."""
    shown = within_limits(picture).convert("RGB")
    least = max(shown.size) // THINNEST
    if min(shown.size) < least:
        sheet = Image.new("RGB", (max(shown.width, least), max(shown.height, least)), "white")
        sheet.paste(shown)
        shown = sheet
    return np.asarray(shown)


def _word(text: str, corners: Corners, width: int, height: int) -> Word:
    """`width` and `height` are the picture's, beyond which nothing of it stands."""
    across, down = zip(*corners, strict=True)
    left, right = (min(1.0, at / width) for at in (min(across), max(across)))
    top, bottom = (min(1.0, at / height) for at in (min(down), max(down)))
    return Word(text, left, top, right, bottom)
