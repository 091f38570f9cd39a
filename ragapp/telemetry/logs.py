"""For whom something is being done. Every log line says it, in whichever thread it is written."""

from __future__ import annotations

import json
import logging
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Literal

from opentelemetry import trace


@dataclass(frozen=True, slots=True)
class LogContext:
    """`request_id` names the HTTP request, also when a worker does what it asked for."""

    request_id: str = ""
    document_id: str = ""
    worker: str = ""


_NOBODY = LogContext()
_CURRENT: ContextVar[LogContext] = ContextVar("log context", default=_NOBODY)


def current() -> LogContext:
    return _CURRENT.get()


@contextmanager
def within(context: LogContext) -> Iterator[None]:
    """What is logged in the block, or in threads that start with a copy of its context, bears `context`."""
    before = _CURRENT.set(context)
    try:
        yield
    finally:
        _CURRENT.reset(before)


LogFormat = Literal["text", "json"]

OURS = ("ragapp", "ingest", "ragapp_ingest")  # a wheel has `ingest` under its second name
"""Other libraries log only warnings: some of them write whole requests, prompts and keys into their logs."""


_CONTROL = re.compile("[\x00-\x08\x0a-\x1f\x7f-\x9f\u2028\u2029]")


def configure_logs(log_format: LogFormat, level: str) -> None:
    """Logs to stderr from now on: our lines of `level` (such as INFO) and above, and more if more was logged
    until now."""
    lowest = min(logging.getLevelNamesMapping()[level.upper()], logging.getLogger().level)
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines() if log_format == "json" else TextLines())
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)
    for name in OURS:
        logging.getLogger(name).setLevel(lowest)


class JsonLines(logging.Formatter):
    """One JSON object a line."""

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            **_circumstances(),
        }
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False)


class TextLines(logging.Formatter):
    """A message is on one line, whatever a stranger put into it: none can pretend to be two, or move a
    terminal's cursor."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s: %(message)s")

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 — logging's name
        told = " ".join(f"{key}={value}" for key, value in _circumstances().items())
        line = _CONTROL.sub(_spelled, super().formatMessage(record))
        return f"{line} [{told}]" if told else line


def _spelled(control: re.Match[str]) -> str:
    return control.group().encode("unicode_escape").decode()


def _circumstances() -> dict[str, str]:
    """What is known of for whom the line is written."""
    known = {key: value for key, value in asdict(current()).items() if value}
    span = trace.get_current_span().get_span_context()
    if span.is_valid:
        known["trace_id"] = trace.format_trace_id(span.trace_id)
    return known
