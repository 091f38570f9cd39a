"""The reader as a PyTorch module: the encoder of the reranker with fewer layers and three heads."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

WIDTH, HEADS, INNER, VOCABULARY, POSITIONS = 384, 12, 1536, 30522, 512
_EPSILON = 1e-12
_SOFTER = 0.5  # of the reranker's logits, which run from -11 to 11: less to unlearn


class Layer(nn.Module):
    """One transformer layer of BERT, post-norm."""

    def __init__(self) -> None:
        super().__init__()
        self.query, self.key, self.value = (nn.Linear(WIDTH, WIDTH) for _ in range(3))
        self.mixed = nn.Linear(WIDTH, WIDTH)
        self.mixed_norm = nn.LayerNorm(WIDTH, eps=_EPSILON)
        self.inner = nn.Linear(WIDTH, INNER)
        self.outer = nn.Linear(INNER, WIDTH)
        self.outer_norm = nn.LayerNorm(WIDTH, eps=_EPSILON)

    def forward(self, tokens: Tensor, mask: Tensor, dropout: float) -> Tensor:
        """Applies the layer. `tokens` has shape (batch, length, WIDTH), `mask` (batch, 1, 1, length)."""
        batch, length, _ = tokens.shape
        query, key, value = (
            part(tokens).view(batch, length, HEADS, -1).transpose(1, 2)
            for part in (self.query, self.key, self.value)
        )
        mixed = functional.scaled_dot_product_attention(query, key, value, attn_mask=mask)
        mixed = self.mixed(mixed.transpose(1, 2).reshape(batch, length, WIDTH))
        tokens = self.mixed_norm(tokens + functional.dropout(mixed, dropout, self.training))
        outer = self.outer(functional.gelu(self.inner(tokens)))
        read: Tensor = self.outer_norm(tokens + functional.dropout(outer, dropout, self.training))
        return read


class ReaderNetwork(nn.Module):
    """Computes logits for a question and a candidate that are read together.

    Both methods return logits of shape (batch, 2) for relevance and answerability, and of shape (batch,
    length, 2) for the first and the last token of the answer.
    """

    def __init__(self, layers: int, dropout: float = 0.1) -> None:
        super().__init__()
        self.words = nn.Embedding(VOCABULARY, WIDTH)
        self.positions = nn.Embedding(POSITIONS, WIDTH)
        self.segments = nn.Embedding(2, WIDTH)
        self.norm = nn.LayerNorm(WIDTH, eps=_EPSILON)
        self.layers = nn.ModuleList(Layer() for _ in range(layers))
        self.pooler = nn.Linear(WIDTH, WIDTH)
        self.judge = nn.Linear(WIDTH, 2)
        self.span = nn.Linear(WIDTH, 2)
        self.dropout = dropout

    def forward(self, ids: Tensor, segments: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        """Returns the logits. All arguments have shape (batch, length); `mask` is true for tokens, false for
        padding.
        """
        places = torch.arange(ids.shape[1], device=ids.device)
        tokens = self.norm(self.words(ids) + self.positions(places) + self.segments(segments))
        return self.upper(tokens, mask, 0)

    def upper(self, tokens: Tensor, mask: Tensor, first: int) -> tuple[Tensor, Tensor]:
        """Applies the layers from `first` on; `tokens`, shape (batch, length, WIDTH), is the output of those
        below.
        """
        for layer in list(self.layers)[first:]:
            tokens = layer(tokens, mask[:, None, None, :], self.dropout)
        pooled = torch.tanh(self.pooler(tokens[:, 0]))
        pooled = functional.dropout(pooled, self.dropout, self.training)
        return self.judge(pooled), self.span(tokens)


_PLACES = {
    "attention/self/query": "query",
    "attention/self/key": "key",
    "attention/self/value": "value",
    "attention/output/dense": "mixed",
    "attention/output/LayerNorm": "mixed_norm",
    "intermediate/dense": "inner",
    "output/dense": "outer",
    "output/LayerNorm": "outer_norm",
}


def from_reranker(weights: Path, network: ReaderNetwork) -> ReaderNetwork:
    """Fills `network` with the dequantized weights of the lowest layers of the reranker.

    Both outputs of `judge` start as the relevance of the reranker; the span head starts at zero.
    """
    found = dequantised(weights)
    state = network.state_dict()
    for name, value in found.items():
        if name in state:
            state[name].copy_(torch.from_numpy(value.copy()))
    for row in range(2):
        state["judge.weight"][row].copy_(torch.from_numpy(found["classifier.weight"][0]) * _SOFTER)
        state["judge.bias"][row].copy_(float(found["classifier.bias"][0]) * _SOFTER)
    nn.init.zeros_(network.span.weight)
    nn.init.zeros_(network.span.bias)
    return network


def dequantised(weights: Path) -> dict[str, np.ndarray]:
    """The parameters of the reranker in float32, under the names of this module."""
    import onnx  # noqa: PLC0415  wanted by this research alone
    from onnx import numpy_helper  # noqa: PLC0415

    graph = onnx.load(str(weights)).graph
    stored = {tensor.name: numpy_helper.to_array(tensor) for tensor in graph.initializer}
    found: dict[str, np.ndarray] = {}
    for name, value in stored.items():
        if (ours := _our_name(name)) is not None and value.dtype == np.float32 and value.ndim:
            found[ours] = value
    for base in ("word", "position", "token_type"):
        prefix = f"bert.embeddings.{base}_embeddings.weight"
        ours = {"word": "words", "position": "positions", "token_type": "segments"}[base] + ".weight"
        found[ours] = _float(stored, prefix)
    for node in graph.node:
        if node.op_type == "MatMulInteger":
            prefix = node.input[1].removesuffix("_quantized")
            matrix = _float(stored, prefix)
            path = node.name.removesuffix("/MatMul_quant").removesuffix("/Gemm_MatMul_quant")
            ours = _our_name(path.strip("/").replace("/", ".") + ".weight")
            if ours is not None:
                found[ours] = np.ascontiguousarray(matrix.T)
    return found


def _float(stored: dict[str, np.ndarray], prefix: str) -> np.ndarray:
    quantised = stored[f"{prefix}_quantized"].astype(np.float32)
    zero = stored[f"{prefix}_zero_point"].astype(np.float32)
    exact: np.ndarray = (quantised - zero) * stored[f"{prefix}_scale"]
    return exact


def _our_name(name: str) -> str | None:
    path = name.replace(".", "/")
    kind = path.rsplit("/", 1)[-1]
    if path.startswith("bert/embeddings/LayerNorm"):
        return f"norm.{kind}"
    if path.startswith("bert/pooler/dense"):
        return f"pooler.{kind}"
    if path.startswith("classifier"):
        return f"classifier.{kind}"
    layer = re.match(r"bert/encoder/layer/(\d+)/(.+)/(weight|bias)$", path)
    if layer is None or layer[2] not in _PLACES:
        return None
    return f"layers.{layer[1]}.{_PLACES[layer[2]]}.{layer[3]}"
