"""Exports the trained network as an int8 ONNX file, with a tokenizer without its unused tokens."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from evals.research.reader.network import HEADS, WIDTH, ReaderNetwork

_POSITIONS = 384  # tokens that a pair may have
_EPSILON = 1e-12
_STEPS = 63
"""The largest absolute value of an int8 weight. With 127, processors with AVX2 but without VNNI could
overflow: they add two products of a weight and an activation in 16 bits.
"""

_TABLE_STEPS = 127  # of an embedding, which is only looked up
_LOWER_STEPS = 127  # the layers below those that are trained run on the machine that trains
_MICROSOFT = "com.microsoft"

Weights = dict[str, NDArray[np.float32]]


def export(network: ReaderNetwork, tokenizer: Path, folder: Path, method: str = "int8") -> None:
    """Writes `model.onnx` and `tokenizer.json` into `folder`.

    The `method` "int8" quantizes weights per column and activations dynamically; "float" is for comparison.
    """
    folder.mkdir(parents=True, exist_ok=True)
    weights: Weights = {name: value.detach().float().numpy() for name, value in network.state_dict().items()}
    kept, described = _without_unused(json.loads(tokenizer.read_text(encoding="utf-8")))
    weights["words.weight"] = weights["words.weight"][kept]
    (folder / "tokenizer.json").write_text(json.dumps(described, ensure_ascii=False), encoding="utf-8")
    onnx.save(_Graph(weights, method).model(len(network.layers)), str(folder / "model.onnx"))


def export_lower(network: ReaderNetwork, layers: int, path: Path) -> None:
    """Writes the embeddings and the lowest layers alone, in int8, to train the layers above them.

    The output is (1, length, 384).
    """
    weights: Weights = {name: value.detach().float().numpy() for name, value in network.state_dict().items()}
    onnx.save(_Graph(weights, "int8", _LOWER_STEPS).lower(layers), str(path))


def _without_unused(described: dict) -> tuple[list[int], dict]:  # type: ignore[type-arg]
    """The token ids that are used, in order, and a tokenizer that renumbers them."""
    vocabulary: dict[str, int] = described["model"]["vocab"]
    kept = [(id_, token) for token, id_ in vocabulary.items() if not token.startswith("[unused")]
    kept.sort()
    ids = {token: place for place, (_, token) in enumerate(kept)}
    described["model"]["vocab"] = ids
    for added in described["added_tokens"]:
        added["id"] = ids[added["content"]]
    for token, special in described["post_processor"]["special_tokens"].items():
        special["ids"] = [ids[token]]
    described["padding"] = described["truncation"] = None
    return [id_ for id_, _ in kept], described


class _Graph:
    """An encoder for one pair per run, without padding and so without a mask. Its output has shape (1, length
    + 1, 2).

    The first row has the logits of relevance and answerability; the others have, for each token, the logits
    of being the first and the last token of the answer.
    """

    def __init__(self, weights: Weights, method: str, steps: int = _STEPS) -> None:
        self._weights, self._method, self._steps = weights, method, steps
        self._nodes: list[onnx.NodeProto] = []
        self._stored: list[onnx.TensorProto] = []

    def lower(self, layers: int) -> onnx.ModelProto:
        self._nodes.append(helper.make_node("Identity", [self._encoded(layers)], ["tokens"]))
        return self._whole("tokens", WIDTH)

    def model(self, layers: int) -> onnx.ModelProto:
        tokens = self._encoded(layers)
        first = self._add_node("Gather", [tokens, self._store("zero", np.array([0]))], axis=1)
        pooled = self._product(first, self._weights["pooler.weight"].T, "pooler")
        pooled = self._add_node("Tanh", [self._add_node("Add", [pooled, self._weight("pooler.bias")])])
        rows = [self._float_linear(pooled, "judge"), self._float_linear(tokens, "span")]
        self._nodes.append(helper.make_node("Concat", rows, ["logits"], axis=1))
        return self._whole("logits", 2)

    def _whole(self, output_name: str, width: int) -> onnx.ModelProto:
        inputs = [
            helper.make_tensor_value_info(name, TensorProto.INT64, [1, "length"])
            for name in ("input_ids", "token_type_ids")
        ]
        output = helper.make_tensor_value_info(output_name, TensorProto.FLOAT, [1, "rows", width])
        graph = helper.make_graph(self._nodes, "reader", inputs, [output], self._stored)
        opsets = [helper.make_opsetid("", 17), helper.make_opsetid(_MICROSOFT, 1)]
        return helper.make_model(graph, opset_imports=opsets, ir_version=8, producer_name="ragapp")

    def _add_node(
        self, kind: str, inputs: list[str], outputs: int = 1, domain: str = "", **attributes: float
    ) -> str:
        """Appends a node; returns the name of its first output. The others have the suffixes .1, .2 …"""
        name = f"{kind}_{len(self._nodes)}"
        names = [name, *(f"{name}.{at}" for at in range(1, outputs))]
        node = helper.make_node(kind, inputs, names, name=name, domain=domain)
        node.attribute.extend(helper.make_attribute(key, value) for key, value in sorted(attributes.items()))
        self._nodes.append(node)
        return name

    def _store(self, name: str, value: NDArray) -> str:  # type: ignore[type-arg]
        if all(tensor.name != name for tensor in self._stored):
            self._stored.append(numpy_helper.from_array(np.ascontiguousarray(value), name))
        return name

    def _weight(self, name: str) -> str:
        return self._store(name, self._weights[name])

    def _encoded(self, layers: int) -> str:
        tokens = self._embedded()
        for at in range(layers):
            tokens = self._layer(tokens, f"layers.{at}")
        return tokens

    def _embedded(self) -> str:
        words = self._lookup("words.weight", "input_ids")
        kinds = self._add_node("Gather", [self._weight("segments.weight"), "token_type_ids"])
        count = self._store("count", np.arange(_POSITIONS)[None])
        length = self._add_node("Shape", ["input_ids"], start=1, end=2)
        numbers = self._add_node(
            "Slice", [count, self._store("zero", np.array([0])), length, self._store("one", np.array([1]))]
        )
        places = self._lookup("positions.weight", numbers)
        summed = self._add_node("Add", [self._add_node("Add", [words, kinds]), places])
        inputs = [summed, self._weight("norm.weight"), self._weight("norm.bias")]
        return self._add_node("LayerNormalization", inputs, epsilon=_EPSILON, axis=-1)

    def _lookup(self, name: str, ids: str) -> str:
        if self._method == "float":
            return self._add_node("Gather", [self._weight(name), ids])
        table = self._weights[name]
        scale = np.abs(table).max(axis=1, keepdims=True) / _TABLE_STEPS
        stored = self._store(f"{name}.int8", np.round(table / scale).astype(np.int8))
        rows = self._add_node("Cast", [self._add_node("Gather", [stored, ids])], to=TensorProto.FLOAT)
        scales = self._store(f"{name}.scale", scale.astype(np.float32))
        return self._add_node("Mul", [rows, self._add_node("Gather", [scales, ids])])

    def _layer(self, tokens: str, name: str) -> str:
        parts = [f"{name}.{part}" for part in ("query", "key", "value")]
        matrix = np.concatenate([self._weights[f"{part}.weight"].T for part in parts], axis=1)
        bias = np.concatenate([self._weights[f"{part}.bias"] for part in parts])
        joined = self._add_node(
            "Add", [self._product(tokens, matrix, f"{name}.qkv"), self._store(f"{name}.qkv.bias", bias)]
        )
        split = self._add_node("Split", [joined], outputs=3, axis=-1)
        heads = [split, f"{split}.1", f"{split}.2"]
        mixed = self._add_node("MultiHeadAttention", heads, domain=_MICROSOFT, num_heads=HEADS)
        tokens = self._residual(mixed, tokens, f"{name}.mixed")
        inner = self._product(tokens, self._weights[f"{name}.inner.weight"].T, f"{name}.inner")
        inner = self._add_node("BiasGelu", [inner, self._weight(f"{name}.inner.bias")], domain=_MICROSOFT)
        return self._residual(inner, tokens, f"{name}.outer")

    def _residual(self, inner: str, tokens: str, name: str) -> str:
        product = self._product(inner, self._weights[f"{name}.weight"].T, name)
        norm = [self._weight(f"{name}_norm.{kind}") for kind in ("weight", "bias")]
        inputs = [product, tokens, *norm, self._weight(f"{name}.bias")]
        return self._add_node("SkipLayerNormalization", inputs, domain=_MICROSOFT, epsilon=_EPSILON)

    def _product(self, left: str, matrix: NDArray[np.float32], name: str) -> str:
        if self._method == "float":
            return self._add_node("MatMul", [left, self._store(f"{name}.matrix", matrix)])
        scale = np.abs(matrix).max(axis=0) / self._steps
        stored = self._store(f"{name}.int8", np.round(matrix / scale).astype(np.int8))
        scales = self._store(f"{name}.scale", scale.astype(np.float32))
        return self._add_node("DynamicQuantizeMatMul", [left, stored, scales], domain=_MICROSOFT)

    def _float_linear(self, left: str, name: str) -> str:
        """A small head, whose weights stay in float32."""
        matrix = self._store(f"{name}.matrix", self._weights[f"{name}.weight"].T)
        return self._add_node("Add", [self._add_node("MatMul", [left, matrix]), self._weight(f"{name}.bias")])
