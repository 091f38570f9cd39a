"""A circuit breaker: a generator that failed several times in a row is not used for a while.

Nygard, "Release It!", 2nd edition, chapter 5: closed, open, and after a while one trial call that decides.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from collections.abc import Generator as Coroutine

from ragapp.errors import ModelError
from ragapp.protocols import Generator, WrappedGenerator
from ragapp.types import Ending

FAILURES = 3
SECONDS = 30.0


class CircuitBreakerGenerator(WrappedGenerator):
    """A Generator that is unavailable for `seconds` after `failures` consecutive failures."""

    def __init__(
        self,
        generator: Generator,
        *,
        failures: int = FAILURES,
        seconds: float = SECONDS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(generator)
        self._max_failures = failures
        self._seconds = seconds
        self._clock = clock
        self._lock = threading.Lock()
        self._failed = 0
        self._open_until = 0.0
        self._reason = ""

    def unavailable(self) -> str | None:
        with self._lock:
            left = self._open_until - self._clock()
        if left > 0:
            return f"{self._reason} It will be tried again in {left:.0f} s."
        return self._generator.unavailable()

    def generate(self, system: str, prompt: str, max_tokens: int) -> Coroutine[str, None, Ending | None]:
        try:
            ending = yield from self._generator.generate(system, prompt, max_tokens)
        except ModelError as error:
            self._record(error)
            raise
        self._record(None)
        return ending

    def _record(self, error: ModelError | None) -> None:
        """After the pause, one trial call is allowed; its failure opens the circuit again at once."""
        with self._lock:
            self._failed = 0 if error is None else self._failed + 1
            if error is not None and self._failed >= self._max_failures:
                self._reason = str(error)
                self._open_until = self._clock() + self._seconds
