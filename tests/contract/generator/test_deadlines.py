"""A generator whose server stays connected without sending tokens, and one whose consumer leaves."""

from __future__ import annotations

import threading
import time

import pytest

from ragapp.errors import BusyError, ModelError
from ragapp.processes.cancellation import Cancellation, cancelled_by
from ragapp.testing.generators import PROMPT, SYSTEM
from tests.contract.generator.library import OpenAIServer, served

LONG = 60.0
"""Seconds for which the server would continue."""


@pytest.mark.parametrize("model", ["comments", "slow_headers", "hang", "empty_pieces"])
def test_pings_do_not_count_as_the_first_token(server: OpenAIServer, model: str) -> None:
    started = time.monotonic()
    with pytest.raises(ModelError, match="RAGAPP_GENERATOR_FIRST_TOKEN_SECONDS"):
        list(served(server, model, timeout=0.3).generate(SYSTEM, PROMPT, 8))
    assert time.monotonic() - started < LONG


def test_pings_do_not_count_as_the_next_token(server: OpenAIServer) -> None:
    writing = served(server, "comments_later", timeout=0.5).generate(SYSTEM, PROMPT, 8)
    assert next(writing) == "one "
    with pytest.raises(ModelError, match="RAGAPP_GENERATOR_TIMEOUT"):
        next(writing)
    assert server.hung_up.wait(LONG), "the connection is closed"


def test_the_whole_answer_has_a_deadline(server: OpenAIServer) -> None:
    writing = served(server, "endless", whole=0.5).generate(SYSTEM, PROMPT, 8)
    with pytest.raises(ModelError, match="RAGAPP_GENERATOR_SECONDS"):
        for _ in writing:
            pass
    assert server.hung_up.wait(LONG), "the connection is closed"


@pytest.mark.parametrize("model", ["comments", "slow_headers", "overloaded"])
def test_cancelling_ends_a_wait_for_a_token(server: OpenAIServer, model: str) -> None:
    server.retry_after = "8"
    cancellation, raised = Cancellation(), []

    def ask() -> None:
        with cancelled_by(cancellation), pytest.raises(BusyError) as caught:
            list(served(server, model).generate(SYSTEM, PROMPT, 8))
        raised.append(str(caught.value))

    asking = threading.Thread(target=ask)
    started = time.monotonic()
    asking.start()
    while not server.requests:
        time.sleep(0.01)
    cancellation.cancel(BusyError("The server stops."))
    asking.join(LONG)
    assert raised == ["The server stops."]
    assert time.monotonic() - started < 8, "before the server would be asked again"
    if model != "overloaded":
        assert server.hung_up.wait(LONG), "the connection is closed"


def test_work_that_was_already_cancelled_sends_no_request(server: OpenAIServer) -> None:
    cancellation = Cancellation()
    cancellation.cancel(BusyError("The server stops."))
    with cancelled_by(cancellation), pytest.raises(BusyError):
        list(served(server, "comments").generate(SYSTEM, PROMPT, 8))
