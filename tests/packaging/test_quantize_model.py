"""int8 weights are made in a way that gives the same bytes again, and close to the original's results."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from distribution.quantize_model import quantize

WIDTH = 64


def write_model(path: Path) -> None:
    """One layer of random float32 weights."""
    weights = np.random.default_rng(7).normal(size=(WIDTH, WIDTH)).astype(np.float32)
    graph = helper.make_graph(
        [helper.make_node("MatMul", ["x", "w"], ["y"], name="layer")],
        "layer",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, [None, WIDTH])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, [None, WIDTH])],
        [numpy_helper.from_array(weights, "w")],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.save(model, path)


def results(path: Path) -> NDArray[np.float32]:
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    inputs = np.random.default_rng(11).normal(size=(8, WIDTH)).astype(np.float32)
    (output,) = session.run(None, {"x": inputs})
    return np.asarray(output)


def test_the_same_bytes_are_made_again_and_recorded(tmp_path: Path) -> None:
    write_model(tmp_path / "original.onnx")
    first = quantize(tmp_path / "original.onnx", tmp_path / "first")
    assert quantize(tmp_path / "original.onnx", tmp_path / "second") == first
    assert json.loads((tmp_path / "first" / "how.json").read_text()) == first
    original, made = results(tmp_path / "original.onnx"), results(tmp_path / "first" / "model.onnx")
    cosines = (original * made).sum(1) / np.linalg.norm(original, axis=1) / np.linalg.norm(made, axis=1)
    assert cosines.min() > 0.997  # processors without VNNI saturate sums of int8
    assert first["made"]["size"] < first["original"]["size"] / 2
