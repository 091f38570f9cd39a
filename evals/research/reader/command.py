"""What the programs that train the reader and the entailment model share: their options and their start."""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ragapp.models.onnx_session import OnnxSession, load_tokenizer

if TYPE_CHECKING:  # PyTorch is very heavy
    from tokenizers import Tokenizer

    from evals.research.reader.network import ReaderNetwork

LAYERS = 10


def training_parser(module: str, description: str | None, seed: int) -> argparse.ArgumentParser:
    """A parser with the options that all commands of the program take."""
    parser = argparse.ArgumentParser(prog=f"python -m {module}", description=description)
    parser.add_argument("--data", type=Path, required=True, help="the folder with the public sets")
    parser.add_argument(
        "--reranker", type=Path, required=True, help="folder of ms-marco-MiniLM-L-12-v2 (int8 ONNX)"
    )
    parser.add_argument("--out", type=Path, required=True, help="folder for checkpoints and models")
    parser.add_argument("--seed", type=int, default=seed)
    return parser


def add_training_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--epochs", type=int, default=2)
    parser.add_argument(
        "--frozen", type=int, default=6, help="lowest layers that keep the reranker's weights"
    )
    parser.add_argument("--rate", type=float, default=1e-4)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--resume", type=Path, help="start from this checkpoint instead of the reranker")


@dataclass(frozen=True, slots=True)
class TrainingStart:
    """The network before training, a session of its frozen layers, and the tokenizer."""

    network: ReaderNetwork
    lower: OnnxSession
    tokenizer: Tokenizer


def start_training(options: argparse.Namespace, layers: int) -> TrainingStart:
    """Makes the folder `--out`, and the network from `--resume` or else from the reranker."""
    import torch  # noqa: PLC0415

    from evals.research.reader.export import export_lower  # noqa: PLC0415
    from evals.research.reader.network import ReaderNetwork, from_reranker  # noqa: PLC0415

    torch.manual_seed(options.seed)
    torch.set_num_threads(options.threads)
    options.out.mkdir(parents=True, exist_ok=True)
    network = from_reranker(options.reranker / "model.onnx", ReaderNetwork(layers))
    if options.resume:
        network.load_state_dict(torch.load(options.resume, weights_only=True))
    export_lower(network, options.frozen, options.out / "lower.onnx")
    lower = OnnxSession(options.out / "lower.onnx", options.threads)
    return TrainingStart(network, lower, load_tokenizer(options.reranker / "tokenizer.json"))


def export_checkpoint(options: argparse.Namespace, checkpoint: str, layers: int, method: str) -> None:
    """Writes a checkpoint in `--out` as ONNX, to a folder named after the method."""
    import torch  # noqa: PLC0415

    from evals.research.reader.export import export  # noqa: PLC0415
    from evals.research.reader.network import ReaderNetwork  # noqa: PLC0415

    network = ReaderNetwork(layers)
    network.load_state_dict(torch.load(options.out / checkpoint, weights_only=True))
    export(network, options.reranker / "tokenizer.json", options.out / method, method)
