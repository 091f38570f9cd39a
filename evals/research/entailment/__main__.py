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
from ragapp.models.entailment import BUNDLED, OnnxEntailment
from ragapp.models.onnx_session import OnnxSession, load_tokenizer

_LAYERS = 10


def main() -> None:
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    parser = argparse.ArgumentParser(prog="python -m evals.research.entailment", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="the folder with the public sets")
    parser.add_argument(
        "--reranker", type=Path, required=True, help="folder of ms-marco-MiniLM-L-12-v2 (int8 ONNX)"
    )
    parser.add_argument("--out", type=Path, required=True, help="folder for checkpoints and models")
    parser.add_argument("--seed", type=int, default=18)
    commands = parser.add_subparsers(required=True)
    training = commands.add_parser("train", help="train on the halves that may be trained on")
    training.add_argument("--epochs", type=int, default=2)
    training.add_argument("--frozen", type=int, default=6)
    training.add_argument("--rate", type=float, default=1e-4)
    training.add_argument("--made", type=int, default=7000, help="claims made by rules")
    training.add_argument("--siblings", type=int, default=4000, help="claims with a value of a neighbour")
    training.add_argument("--sample", type=float, default=1.0, help="the share of the public pairs to use")
    training.add_argument("--threads", type=int, default=1)
    training.add_argument("--resume", type=Path, help="start from this checkpoint instead of the reranker")
    training.set_defaults(run=_train)
    commands.add_parser("export", help="write the checkpoint in --out as int8 ONNX").set_defaults(run=_export)
    judging = commands.add_parser("judge", help="figures on the halves not trained on")
    judging.add_argument("--model", type=Path, default=BUNDLED, help="folder of an entailment model")
    judging.add_argument("--most", type=int, default=300, help="claims of each kind")
    judging.set_defaults(run=_judge)
    options = parser.parse_args()
    options.run(options)


def _train(options: argparse.Namespace) -> None:
    import torch  # noqa: PLC0415  PyTorch is very heavy

    from evals.research.entailment.training import encode, train  # noqa: PLC0415
    from evals.research.reader.export import export_lower  # noqa: PLC0415
    from evals.research.reader.network import ReaderNetwork, from_reranker  # noqa: PLC0415
    from evals.research.reader.training import TrainingPlan  # noqa: PLC0415

    torch.manual_seed(options.seed)
    torch.set_num_threads(options.threads)
    options.out.mkdir(parents=True, exist_ok=True)
    network = from_reranker(options.reranker / "model.onnx", ReaderNetwork(_LAYERS))
    if options.resume:
        network.load_state_dict(torch.load(options.resume, weights_only=True))
    export_lower(network, options.frozen, options.out / "lower.onnx")
    lower = OnnxSession(options.out / "lower.onnx", options.threads)
    tokenizer = load_tokenizer(options.reranker / "tokenizer.json")
    rng = random.Random(options.seed)  # noqa: S311  draws examples
    pairs = [*public_pairs(options.data, rng), *answer_pairs(options.data, rng)]
    pairs = rng.sample(pairs, int(len(pairs) * options.sample))
    pairs += made_pairs(options.data, rng, options.made)
    pairs += sibling_pairs(options.data, rng, options.siblings)
    logging.info("%d pairs", len(pairs))
    rows = [encode(tokenizer, lower, pair) for pair in pairs]
    logging.info("%d tokens encoded", sum(len(row.tokens) for row in rows))
    train(network, rows, TrainingPlan(options.frozen, options.epochs, options.rate, options.out))


def _export(options: argparse.Namespace) -> None:
    import torch  # noqa: PLC0415

    from evals.research.reader.export import export  # noqa: PLC0415
    from evals.research.reader.network import ReaderNetwork  # noqa: PLC0415

    network = ReaderNetwork(_LAYERS)
    network.load_state_dict(torch.load(options.out / "entailment.pt", weights_only=True))
    export(network, options.reranker / "tokenizer.json", options.out / "int8")


def _judge(options: argparse.Namespace) -> None:
    from evals.research.entailment.judging import judge, judged_claims  # noqa: PLC0415

    support = OnnxEntailment(options.model, 1).support
    figures = judge(judged_claims(options.data, options.seed, options.most), support)
    sys.stdout.write(json.dumps(figures, indent=1) + "\n")


if __name__ == "__main__":
    main()
