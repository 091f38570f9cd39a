"""Quotas of generated tokens, whether or not the client waits for the end."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

import pytest

from ragapp.authorization import authorized
from ragapp.bootstrap import build_service
from ragapp.errors import QuotaError
from ragapp.service import RagService
from ragapp.settings import Settings
from ragapp.types import LOCAL, AskQuery, Grant, KeyLimits
from tests.integration.authorization.world import QUESTION, World
from tests.modelserver import Pieces, written_by

SENTENCE = "Herons fish at dusk. "
TOKENS = 5
"""Of a sentence, at four bytes a token."""


@pytest.fixture
def writing(world: World, settings: Settings) -> Iterator[RagService]:
    """A service over the same library, whose model writes for ever."""
    with (
        written_by(Pieces(*[SENTENCE] * 4, endless=True), settings) as with_model,
        closing(build_service(with_model)) as service,
    ):
        yield service


def guarded(service: RagService, limits: KeyLimits) -> RagService:
    made = service.auth.api_keys.create("limited", [Grant("reader", "ours")], limits=limits)
    return authorized(service, service.auth.api_keys.caller(made.secret, address="", loopback=False))


def read_and_leave(service: RagService, pieces: int) -> None:
    """Takes so many pieces of a model's answer and goes away."""
    with closing(service.ask(AskQuery(QUESTION, collection="ours", mode="generate"))) as events:
        for event in events:
            pieces -= event.kind == "token"
            if not pieces:
                return


def test_generated_tokens_count_even_when_the_client_leaves(writing: RagService) -> None:
    service = guarded(writing, KeyLimits(tokens_per_day=4 * TOKENS))
    read_and_leave(service, 2)
    assert service.usage().tokens == 2 * TOKENS
    read_and_leave(service, 3)  # begun within the limit
    assert service.usage().tokens == 5 * TOKENS
    with pytest.raises(QuotaError, match="20 tokens"):
        read_and_leave(service, 1)
    assert service.usage().questions == 2


def test_extractive_answers_use_no_tokens(writing: RagService) -> None:
    service = guarded(writing, KeyLimits(tokens_per_day=1))
    for _ in range(2):
        assert (
            list(service.ask(AskQuery(QUESTION, collection="ours", mode="extractive")))[-1].kind == "answer"
        )
    assert (service.usage().tokens, service.usage().questions) == (0, 2)


def test_local_callers_have_no_limits(writing: RagService) -> None:
    read_and_leave(authorized(writing, LOCAL), 3)
    assert authorized(writing, LOCAL).limits() == KeyLimits()
