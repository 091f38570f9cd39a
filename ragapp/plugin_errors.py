"""Unexpected exceptions of plugins, as errors that the product knows how to handle."""

from __future__ import annotations

from collections.abc import Callable, Generator

from ragapp.errors import RagappError

Translate = Callable[[Exception], RagappError]
"""The error to raise instead of an exception that is not a RagappError."""


class ErrorsTranslated:
    """Wraps an object `made` by a plugin, and raises its unexpected exceptions as errors of ours: workers
    retry after them, and questions go on without the plugin.

    Attributes, calls and the generators that calls return are covered.
    """

    def __init__(self, made: object, translate: Translate) -> None:
        self._made = made
        self._translate = translate

    def __getattr__(self, name: str) -> object:
        """Raises AttributeError for what the plugin does not have, so that operations may be optional."""
        if not self._do(lambda: hasattr(self._made, name)):
            raise AttributeError(name)
        found = self._do(lambda: getattr(self._made, name))
        if not callable(found):
            return found

        def call(*arguments: object, **options: object) -> object:
            result = self._do(lambda: found(*arguments, **options))
            return self._continued(result) if isinstance(result, Generator) else result

        return call

    def _do(self, work: Callable[[], object]) -> object:
        try:
            return work()
        except RagappError:
            raise
        except Exception as error:
            raise self._translate(error) from error

    def _continued(self, generator: Generator[object, None, object]) -> Generator[object, None, object]:
        try:
            return (yield from generator)
        except RagappError:
            raise
        except Exception as error:
            raise self._translate(error) from error
