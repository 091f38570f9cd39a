"""Makes int8 weights of an ONNX model, and records how, so that anybody can make the same file again.

    python distribution/quantize_model.py model.onnx FOLDER

writes FOLDER/model.onnx and FOLDER/how.json: the digest of the original, the versions of the tools, the
options and the digest of the result. With the original's tokenizer.json beside it, and 1_Pooling/config.json
for an embedder, the folder is a model that RAGAPP_EMBEDDER can name. Needs `pip install onnx`.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import tempfile
from importlib.metadata import version
from pathlib import Path
from typing import Any

from onnxruntime.quantization import QuantType, quantize_dynamic
from onnxruntime.quantization.shape_inference import quant_pre_process

OPTIONS = {"weight_type": "QInt8", "per_channel": True, "reduce_range": False}
TOOLS = ("numpy", "onnx", "onnxruntime")


def quantize(original: Path, folder: Path) -> dict[str, Any]:
    """Writes the int8 model and the record to `folder`. Returns the record."""
    folder.mkdir(parents=True, exist_ok=True)
    made = folder / "model.onnx"
    with tempfile.TemporaryDirectory() as temporary:
        prepared = Path(temporary) / "prepared.onnx"
        quant_pre_process(original, prepared, skip_symbolic_shape=True)
        quantize_dynamic(
            prepared,
            made,
            weight_type=QuantType[str(OPTIONS["weight_type"])],
            per_channel=bool(OPTIONS["per_channel"]),
            reduce_range=bool(OPTIONS["reduce_range"]),
        )
    record: dict[str, Any] = {
        "original": {"sha256": _sha256(original), "size": original.stat().st_size},
        "method": "onnxruntime.quantization.quantize_dynamic after quant_pre_process",
        "options": OPTIONS,
        "tools": {name: version(name) for name in TOOLS},
        "made": {"sha256": _sha256(made), "size": made.stat().st_size},
    }
    (folder / "how.json").write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")
    return record


def _sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Makes int8 weights of an ONNX model, and records how.")
    parser.add_argument("original", type=Path)
    parser.add_argument("folder", type=Path)
    arguments = parser.parse_args()
    quantize(arguments.original, arguments.folder)
