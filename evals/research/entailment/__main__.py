"""`python -m evals.research.entailment train|export|judge`: see README.md beside this file."""

from __future__ import annotations

import argparse
import json
import logging
import random
import sys
from pathlib import Path

from evals.research.entailment.made import answer_pairs, made_pairs, sibling_pairs
from evals.research.entailment.public import public_pairs
from evals.research.reader.command import (
    LAYERS,
    add_training_options,
    export_checkpoint,
    start_training,
    training_parser,
)
from ragapp.models.entailment import BUNDLED, OnnxEntailment


def main() -> None:
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    parser = training_parser("evals.research.entailment", __doc__, seed=18)
    commands = parser.add_subparsers(required=True)
    training = commands.add_parser("train", help="train on the halves that may be trained on")
    add_training_options(training)
    training.add_argument("--made", type=int, default=7000, help="claims made by rules")
    training.add_argument("--siblings", type=int, default=4000, help="claims with a value of a neighbour")
    training.add_argument("--sample", type=float, default=1.0, help="the share of the public pairs to use")
    training.set_defaults(run=_train)
    commands.add_parser("export", help="write the checkpoint in --out as int8 ONNX").set_defaults(run=_export)
    judging = commands.add_parser("judge", help="figures on the halves not trained on")
    judging.add_argument("--model", type=Path, default=BUNDLED, help="folder of an entailment model")
    judging.add_argument("--most", type=int, default=300, help="claims of each kind")
    judging.set_defaults(run=_judge)
    options = parser.parse_args()
    options.run(options)


def _train(options: argparse.Namespace) -> None:
    from evals.research.entailment.training import encode, train  # noqa: PLC0415  PyTorch is very heavy
    from evals.research.reader.training import TrainingPlan  # noqa: PLC0415

    start = start_training(options, LAYERS)
    rng = random.Random(options.seed)  # noqa: S311  draws examples
    pairs = [*public_pairs(options.data, rng), *answer_pairs(options.data, rng)]
    pairs = rng.sample(pairs, int(len(pairs) * options.sample))
    pairs += made_pairs(options.data, rng, options.made)
    pairs += sibling_pairs(options.data, rng, options.siblings)
    logging.info("%d pairs", len(pairs))
    rows = [encode(start.tokenizer, start.lower, pair) for pair in pairs]
    logging.info("%d tokens encoded", sum(len(row.tokens) for row in rows))
    train(start.network, rows, TrainingPlan(options.frozen, options.epochs, options.rate, options.out))


def _export(options: argparse.Namespace) -> None:
    export_checkpoint(options, "entailment.pt", LAYERS, "int8")


def _judge(options: argparse.Namespace) -> None:
    from evals.research.entailment.judging import judge, judged_claims  # noqa: PLC0415

    support = OnnxEntailment(options.model, 1).support
    figures = judge(judged_claims(options.data, options.seed, options.most), support)
    sys.stdout.write(json.dumps(figures, indent=1) + "\n")


if __name__ == "__main__":
    main()
