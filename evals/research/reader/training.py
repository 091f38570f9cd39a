"""Trains the reader: answerability, relevance among a question's candidates, and the answer's span."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from tokenizers import Tokenizer
from torch import Tensor
from torch.nn import functional

from evals.research.reader.network import WIDTH, ReaderNetwork
from evals.research.reader.recipe import Group
from ragapp.models.onnx_session import OnnxSession

_LOG = logging.getLogger(__name__)
_QUESTION_TOKENS, _PAIR_TOKENS = 40, 128
_PAIRS, _TOKENS = 24, 24 * 64  # of one step, at most
_WARM_UP = 0.06
_LABEL = 0.95  # what an answering candidate's probability is pulled to: labels are not all true


@dataclass(frozen=True, slots=True)
class EncodedPair:
    """One pair.

    `tokens`, shape (length, 384), is the output of the frozen layers. `span` is the first and the last token
    of the answer, (-1, -1) if there is none.
    """

    answers: bool
    span: tuple[int, int]
    group: int
    tokens: NDArray[np.float16]


def encode(tokenizer: Tokenizer, lower: OnnxSession, group: Group, number: int) -> list[EncodedPair]:
    """Encodes the pairs of a group. `lower` has the frozen layers."""
    asked = tokenizer.encode(group.question, add_special_tokens=False)
    asked.truncate(_QUESTION_TOKENS)
    rows = []
    for text, answers, answer in group.candidates:
        read = tokenizer.encode(text, add_special_tokens=False)
        read.truncate(_PAIR_TOKENS - len(asked) - 3)
        pair = tokenizer.post_process(asked, read)
        span = _token_span(read.offsets, answer, len(asked) + 2) if answer else (-1, -1)
        rows.append(EncodedPair(answers, span, number, lower.run(pair).astype(np.float16)))
    return rows


@dataclass(frozen=True, slots=True)
class TrainingPlan:
    """How to train: the layers from `first` on, for `epochs` epochs, with a checkpoint in `folder` every 100
    steps.

    With `steps`, training stops after so many steps, while the learning rate falls as if it went on to the
    end.
    """

    first: int
    epochs: int
    rate: float
    folder: Path
    steps: int | None = None


def train(network: ReaderNetwork, groups: Sequence[Sequence[EncodedPair]], plan: TrainingPlan) -> None:
    heads = [*network.judge.parameters(), *network.span.parameters()]
    body = [p for layer in list(network.layers)[plan.first :] for p in layer.parameters()]
    body += network.pooler.parameters()
    parts_and_rates = [{"params": body, "lr": plan.rate}, {"params": heads, "lr": plan.rate * 5}]
    optimizer = torch.optim.AdamW(parts_and_rates, weight_decay=0.01)
    batches = [batch for epoch in range(plan.epochs) for batch in _batches(groups, epoch)]
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: _share(step, len(batches)))
    network.train()
    began, losses = time.monotonic(), np.zeros(3)
    for step, batch in enumerate(batches[: plan.steps], start=1):
        parts = _losses(network, plan.first, batch)
        loss = parts[0] + 0.5 * parts[1] + 0.25 * parts[2]
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_([*body, *heads], 1.0)
        optimizer.step()
        schedule.step()
        optimizer.zero_grad()
        losses = losses * 0.97 + 0.03 * np.array([part.item() for part in parts])
        if step % 10 == 0:
            shown = losses / (1 - 0.97**step)
            _LOG.info(
                "step %d/%d %.0f s loss %s", step, len(batches), time.monotonic() - began, shown.round(3)
            )
        if step % 100 == 0 or step == len(batches[: plan.steps]):
            torch.save(network.state_dict(), plan.folder / "reader.pt")


def _share(step: int, steps: int) -> float:
    """The share of the full learning rate: a short warm-up, then a linear decay to zero."""
    return min(1.0, (step + 1) / (_WARM_UP * steps), (steps - step) / (steps * (1 - _WARM_UP)))


def _batches(groups: Sequence[Sequence[EncodedPair]], epoch: int) -> Iterator[list[EncodedPair]]:
    """Batches of groups of similar length; about 16 batches are sorted at a time."""
    rng = np.random.default_rng(epoch)
    shuffled = [groups[at] for at in rng.permutation(len(groups))]
    window = _PAIRS * 5
    for start in range(0, len(shuffled), window):
        ordered = sorted(shuffled[start : start + window], key=_longest)
        batches: list[list[EncodedPair]] = [[]]
        for group in ordered:
            count = len(batches[-1]) + len(group)
            if batches[-1] and (count > _PAIRS or _longest(group) * count > _TOKENS):
                batches.append([])
            batches[-1] += group
        yield from (batches[at] for at in rng.permutation(len(batches)))


def _longest(group: Sequence[EncodedPair]) -> int:
    return max(len(row.tokens) for row in group)


def _losses(network: ReaderNetwork, first: int, batch: list[EncodedPair]) -> tuple[Tensor, Tensor, Tensor]:
    tokens, mask = _padded(batch)
    with torch.autocast("cpu", torch.bfloat16):  # twice as fast where the processor knows bfloat16
        logits, spans = network.upper(tokens, mask, first)
    logits, spans = logits.float(), spans.float()
    answers = torch.tensor([float(row.answers) for row in batch])
    answerable = functional.binary_cross_entropy_with_logits(logits[:, 1], answers * _LABEL + 0.02)
    return answerable, _ranking(logits[:, 0], batch), _spans(spans, mask, batch)


def _ranking(relevance: Tensor, batch: list[EncodedPair]) -> Tensor:
    """Cross-entropy of the answering candidate among the candidates of its question."""
    found = [relevance.sum() * 0]
    for number in {row.group for row in batch}:
        places = [at for at, row in enumerate(batch) if row.group == number]
        if len(places) > 1 and batch[places[0]].answers:
            found.append(functional.cross_entropy(relevance[places][None], torch.zeros(1, dtype=torch.long)))
    return torch.stack(found).sum() / max(1, len(found) - 1)


def _spans(spans: Tensor, mask: Tensor, batch: list[EncodedPair]) -> Tensor:
    places = [at for at, row in enumerate(batch) if row.span[0] >= 0]
    if not places:
        return spans.sum() * 0
    masked = spans[places].masked_fill(~mask[places][..., None], -1e4)
    wanted = torch.tensor([batch[at].span for at in places])
    return functional.cross_entropy(masked.transpose(1, 2).reshape(-1, masked.shape[1]), wanted.reshape(-1))


def _padded(batch: Sequence[EncodedPair]) -> tuple[Tensor, Tensor]:
    """(tokens, mask), filled up to the longest row."""
    tokens = torch.zeros(len(batch), _longest(batch), WIDTH)
    mask = torch.zeros(tokens.shape[:2], dtype=torch.bool)
    for at, row in enumerate(batch):
        tokens[at, : len(row.tokens)] = torch.from_numpy(row.tokens).float()
        mask[at, : len(row.tokens)] = True
    return tokens, mask


def _token_span(offsets: Sequence[tuple[int, int]], answer: tuple[int, int], shift: int) -> tuple[int, int]:
    """The tokens with the first and the last character of the answer; (-1, -1) if they were cut off."""
    inside = [at for at, (start, end) in enumerate(offsets) if start < answer[1] and end > answer[0]]
    if not inside or offsets[-1][1] < answer[0]:
        return (-1, -1)
    return (inside[0] + shift, inside[-1] + shift)
