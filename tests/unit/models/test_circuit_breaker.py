"""The states of the circuit breaker, with a clock that the test moves."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from ragapp.errors import ModelError
from ragapp.models.circuit_breaker import CircuitBreakerGenerator


class Flaky:
    """Writes "yes" unless it is broken."""

    name = "flaky"
    broken = False

    def unavailable(self) -> str | None:
        return None

    def count_tokens(self, text: str) -> int:
        return len(text)

    def warm_up(self, system: str) -> None: ...

    def generate(self, system: str, prompt: str, max_tokens: int) -> Iterator[str]:
        if self.broken:
            raise ModelError("It is down. Start it.")
        yield "yes"

    def close(self) -> None: ...


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def flaky() -> Flaky:
    return Flaky()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def breaker(flaky: Flaky, clock: Clock) -> CircuitBreakerGenerator:
    return CircuitBreakerGenerator(flaky, failures=2, seconds=30, clock=clock)


def fail(breaker: CircuitBreakerGenerator, times: int = 1) -> None:
    for _ in range(times):
        with pytest.raises(ModelError):
            list(breaker.generate("", "", 1))


def test_it_opens_after_consecutive_failures_and_says_why(
    breaker: CircuitBreakerGenerator, flaky: Flaky
) -> None:
    flaky.broken = True
    fail(breaker)
    assert breaker.unavailable() is None
    fail(breaker)
    assert breaker.unavailable() == "It is down. Start it. It will be tried again in 30 s."


def test_a_success_between_failures_keeps_it_closed(breaker: CircuitBreakerGenerator, flaky: Flaky) -> None:
    for _ in range(3):
        flaky.broken = True
        fail(breaker)
        flaky.broken = False
        assert list(breaker.generate("", "", 1)) == ["yes"]
    assert breaker.unavailable() is None


def test_after_the_pause_one_trial_call_decides(
    breaker: CircuitBreakerGenerator, flaky: Flaky, clock: Clock
) -> None:
    flaky.broken = True
    fail(breaker, 2)
    clock.now += 31
    assert breaker.unavailable() is None
    fail(breaker)
    assert breaker.unavailable() is not None
    clock.now += 31
    flaky.broken = False
    assert list(breaker.generate("", "", 1)) == ["yes"]
    flaky.broken = True
    fail(breaker)
    assert breaker.unavailable() is None
