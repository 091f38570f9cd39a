"""The service authorized for one caller: a wrapper that enforces the table of operations."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from contextlib import nullcontext
from functools import cache, partial
from types import MappingProxyType
from typing import Any, Final, cast

from ragapp.answering.history import History
from ragapp.authorization.operations import OPERATIONS, Arguments, Rule
from ragapp.authorization.policy import AccessPolicy
from ragapp.cache.answer_cache import AnswerCache
from ragapp.protocols import EvaluationService, TaskService
from ragapp.service import RagService
from ragapp.types import Caller

PARTS: Final = MappingProxyType(
    {"history": History, "cache": AnswerCache, "tasks": TaskService, "evals": EvaluationService}
)
"""Parts of the service with operations of their own, written `part.operation` in the table."""


def authorized(service: RagService, caller: Caller) -> RagService:
    """The service for one caller: the same operations, arguments, results and errors, after the checks.

    An operation without a rule raises AttributeError for every caller.
    """
    return cast("RagService", _Authorized(AccessPolicy(service, caller), RagService, lambda: service))


class _Authorized:
    """`target` returns the object that has the operations. It is called after the checks, so that only
    callers with the right to use a part learn that this program does not have it."""

    def __init__(
        self, policy: AccessPolicy, kind: type, target: Callable[[], object], prefix: str = ""
    ) -> None:
        self._policy = policy
        self._kind = kind
        self._target = target
        self._prefix = prefix

    def __getattr__(self, name: str) -> Any:
        if not self._prefix and name in PARTS:
            part = partial(getattr, self._policy.service, name)
            return _Authorized(self._policy, PARTS[name], part, f"{name}.")
        rule = OPERATIONS.get(self._prefix + name)
        if rule is None:
            raise AttributeError(f"{self._prefix}{name} has no rule in ragapp/authorization/operations.py.")
        return partial(self._call, rule, name)

    def _call(self, rule: Rule, name: str, /, *args: Any, **kwargs: Any) -> Any:
        bound = _signature(self._kind, name).bind(None, *args, **kwargs)
        bound.apply_defaults()
        arguments: Arguments = dict(list(bound.arguments.items())[1:])
        with self._recorded(rule, arguments) as record:
            rule.check(self._policy, arguments)
            if rule.prepare is not None:
                rule.prepare(self._policy, arguments)
            result = getattr(self._target(), name)(**arguments)
            if rule.made and record is not None:
                record.of = rule.made.format(result)
        return result if rule.finish is None else rule.finish(self._policy, result)

    def _recorded(self, rule: Rule, arguments: Arguments) -> Any:
        """Records in the audit log how the operation ends. Yields None when it is not recorded."""
        if rule.audit is None:
            return nullcontext()
        of = rule.of(arguments) if callable(rule.of) else rule.of.format(**arguments)
        audit_log = self._policy.service.auth.audit_log
        return audit_log.recording(self._policy.caller, rule.audit.format(**arguments), of)


@cache
def _signature(kind: type, name: str) -> inspect.Signature:
    return inspect.signature(getattr(kind, name))
