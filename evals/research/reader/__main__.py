"""`python -m evals.research.reader train|average|export|judge`: see README.md beside this file."""

from __future__ import annotations

import argparse
import json
import logging
from collections.abc import Sequence
from pathlib import Path

from evals.research.reader.command import (
    LAYERS,
    add_training_options,
    export_checkpoint,
    start_training,
    training_parser,
)
from ragapp.models.local_models import RERANKER_TOKENS
from ragapp.models.onnx_models import OnnxReranker
from ragapp.models.reader import OnnxReader
from ragapp.types import Reading


def main() -> None:
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    parser = training_parser("evals.research.reader", __doc__, seed=16)
    commands = parser.add_subparsers(required=True)
    _add_train(commands.add_parser("train", help="train one pass over the recipe's mixture"))
    _add_average(commands.add_parser("average", help="write the mean of two checkpoints' weights to --out"))
    _add_export(commands.add_parser("export", help="write the checkpoint in --out as int8 ONNX"))
    _add_judge(commands.add_parser("judge", help="figures on the halves not trained on"))
    options = parser.parse_args()
    options.run(options)


def _add_train(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--groups", type=int, default=0, help="questions to train on; 0: all of the mixture")
    parser.add_argument("--drawing", type=int, default=0, help="which drawing of the mixture")
    parser.add_argument("--steps", type=int, help="stop after so many steps of the schedule")
    parser.add_argument("--layers", type=int, default=LAYERS)
    add_training_options(parser)
    parser.set_defaults(run=_train)


def _train(options: argparse.Namespace) -> None:
    from evals.research.reader.recipe import make_groups  # noqa: PLC0415
    from evals.research.reader.training import TrainingPlan, encode, train  # noqa: PLC0415  PyTorch is very heavy

    start = start_training(options, options.layers)
    groups = make_groups(options.data, options.seed, options.drawing)
    chosen = groups[: options.groups or len(groups)]
    logging.info(
        "%d questions with %d candidates", len(chosen), sum(len(group.candidates) for group in chosen)
    )
    rows = [encode(start.tokenizer, start.lower, group, number) for number, group in enumerate(chosen)]
    logging.info("%d tokens encoded", sum(len(row.tokens) for group in rows for row in group))
    plan = TrainingPlan(options.frozen, options.epochs, options.rate, options.out, options.steps)
    train(start.network, rows, plan)


def _add_average(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("checkpoints", type=Path, nargs=2, help="two reader.pt")
    parser.set_defaults(run=_average)


def _average(options: argparse.Namespace) -> None:
    import torch  # noqa: PLC0415

    one, other = (torch.load(path, weights_only=True) for path in options.checkpoints)
    options.out.mkdir(parents=True, exist_ok=True)
    torch.save({name: (one[name] + other[name]) / 2 for name in one}, options.out / "reader.pt")


def _add_export(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--layers", type=int, default=LAYERS)
    parser.add_argument("--method", choices=("int8", "float"), default="int8")
    parser.set_defaults(run=_export)


def _export(options: argparse.Namespace) -> None:
    export_checkpoint(options, "reader.pt", options.layers, options.method)


def _add_judge(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--model", type=Path, help="folder of a reader; without it, the reranker is judged zero-shot"
    )
    parser.add_argument("--figures", required=True, help="name of the JSON file in --out")
    parser.set_defaults(run=_judge)


def _judge(options: argparse.Namespace) -> None:
    from evals.research.reader.judging import judge  # noqa: PLC0415

    reranker = OnnxReranker(
        options.reranker / "model.onnx", options.reranker / "tokenizer.json", RERANKER_TOKENS, "zero-shot", 1
    )

    def zero_shot(question: str, texts: Sequence[str]) -> list[Reading]:
        return [Reading(float(one), float(one), None) for one in reranker.score(question, texts)]

    figures = judge(
        OnnxReader(options.model, 1).score if options.model else zero_shot, options.data, options.seed
    )
    path: Path = options.out / options.figures
    path.write_text(json.dumps(figures, indent=1), encoding="utf-8")
    for name, value in figures.items():
        logging.info("%s %.3f", name, value)


if __name__ == "__main__":
    main()
