"""Trains the upper layers of the reranker to say whether a text supports a claim."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from tokenizers import Tokenizer
from torch import Tensor
from torch.nn import functional

from evals.research.entailment.examples import ClaimPair
from evals.research.reader.network import WIDTH, ReaderNetwork
from evals.research.reader.training import TrainingPlan
from ragapp.models.onnx_session import OnnxSession

_LOG = logging.getLogger(__name__)
_CLAIM_TOKENS, _PAIR_TOKENS = 64, 176
_TOKENS, _ROWS = 32 * 64, 48
"""The most tokens, with padding, and the most pairs of one step."""

_WINDOW = 480
"""Pairs that are sorted by length at a time."""

_WARM_UP = 0.06
_SUPPORTS = 1
"""The column of the network's two judgements that is trained."""


@dataclass(frozen=True, slots=True)
class EncodedClaim:
    """A claim and its text, encoded. `tokens`, shape (length, 384), is the output of the frozen layers."""

    support: float
    tokens: NDArray[np.float16]


def encode(tokenizer: Tokenizer, lower: OnnxSession, pair: ClaimPair) -> EncodedClaim:
    """Encodes a pair with the frozen layers, which are `lower`."""
    claim = tokenizer.encode(pair.claim, add_special_tokens=False)
    claim.truncate(_CLAIM_TOKENS)
    evidence = tokenizer.encode(pair.evidence, add_special_tokens=False)
    evidence.truncate(_PAIR_TOKENS - len(claim) - 3)
    tokens = lower.run(tokenizer.post_process(claim, evidence))
    return EncodedClaim(pair.support, tokens.astype(np.float16))


def train(network: ReaderNetwork, pairs: Sequence[EncodedClaim], plan: TrainingPlan) -> None:
    """Trains the upper layers, with a checkpoint every 100 steps."""
    body = [p for layer in list(network.layers)[plan.first :] for p in layer.parameters()]
    body += network.pooler.parameters()
    parts = [{"params": body, "lr": plan.rate}, {"params": network.judge.parameters(), "lr": plan.rate * 5}]
    optimizer = torch.optim.AdamW(parts, weight_decay=0.01)
    batches = [batch for epoch in range(plan.epochs) for batch in _batches(pairs, epoch)]
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: _share(step, len(batches)))
    network.train()
    began, mean = time.monotonic(), 0.0
    for step, batch in enumerate(batches, start=1):
        loss = _loss(network, plan.first, batch)
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_([*body, *network.judge.parameters()], 1.0)
        optimizer.step()
        schedule.step()
        optimizer.zero_grad()
        mean = mean * 0.98 + 0.02 * loss.item()
        if step % 20 == 0:
            shown = mean / (1 - 0.98**step)
            _LOG.info("step %d/%d %.0f s loss %.3f", step, len(batches), time.monotonic() - began, shown)
        if step % 100 == 0 or step == len(batches):
            torch.save(network.state_dict(), plan.folder / "entailment.pt")


def _share(step: int, steps: int) -> float:
    """The share of the full learning rate: a short warm-up, then a linear decay to zero."""
    return min(1.0, (step + 1) / (_WARM_UP * steps), (steps - step) / (steps * (1 - _WARM_UP)))


def _batches(pairs: Sequence[EncodedClaim], epoch: int) -> Iterator[list[EncodedClaim]]:
    """Batches of pairs of similar length."""
    rng = np.random.default_rng(epoch)
    shuffled = [pairs[at] for at in rng.permutation(len(pairs))]
    for start in range(0, len(shuffled), _WINDOW):
        batches: list[list[EncodedClaim]] = [[]]
        for pair in sorted(shuffled[start : start + _WINDOW], key=lambda one: len(one.tokens)):
            count = len(batches[-1]) + 1
            if batches[-1] and (count > _ROWS or len(pair.tokens) * count > _TOKENS):
                batches.append([])
            batches[-1].append(pair)
        yield from (batches[at] for at in rng.permutation(len(batches)))


def _loss(network: ReaderNetwork, first: int, batch: Sequence[EncodedClaim]) -> Tensor:
    tokens = torch.zeros(len(batch), max(len(one.tokens) for one in batch), WIDTH)
    mask = torch.zeros(tokens.shape[:2], dtype=torch.bool)
    for at, one in enumerate(batch):
        tokens[at, : len(one.tokens)] = torch.from_numpy(one.tokens).float()
        mask[at, : len(one.tokens)] = True
    with torch.autocast("cpu", torch.bfloat16):  # twice as fast where the processor knows bfloat16
        logits, _ = network.upper(tokens, mask, first)
    wanted = torch.tensor([one.support for one in batch])
    return functional.binary_cross_entropy_with_logits(logits.float()[:, _SUPPORTS], wanted)
