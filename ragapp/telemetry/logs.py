"""Log lines with their context: the request, document or worker that they belong to, in any thread."""

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
    """The context of log lines. `request_id` identifies the HTTP request, also in workers that process its
    documents.
    """

    request_id: str = ""
    document_id: str = ""
    worker: str = ""


_EMPTY = LogContext()
_CURRENT: ContextVar[LogContext] = ContextVar("log context", default=_EMPTY)


def current() -> LogContext:
    return _CURRENT.get()


@contextmanager
def within(context: LogContext) -> Iterator[None]:
    """Adds `context` to log lines in the block, and in threads that start with a copy of its context."""
    before = _CURRENT.set(context)
    try:
        yield
    finally:
        _CURRENT.reset(before)


LogFormat = Literal["text", "json"]

OURS = ("ragapp", "ingest", "ragapp_ingest")  # a wheel has `ingest` under its second name
"""Other libraries only log warnings: some of them log whole requests, prompts and keys."""


_CONTROL = re.compile("[\x00-\x08\x0a-\x1f\x7f-\x9f\u2028\u2029]")


def configure_logs(log_format: LogFormat, level: str) -> None:
    """Logs to stderr: our messages of `level` (such as INFO) and above, or of a lower level that was set
    before."""
    lowest = min(logging.getLevelNamesMapping()[level.upper()], logging.getLogger().level)
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines() if log_format == "json" else TextLines())
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)
    for name in OURS:
        logging.getLogger(name).setLevel(lowest)


class JsonLines(logging.Formatter):
    """One JSON object per line."""

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            **_context(),
        }
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False)


class TextLines(logging.Formatter):
    """One line per message. Escapes control characters, so that content cannot forge log lines or control the
    terminal."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s: %(message)s")

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 — logging's name
        context = " ".join(f"{key}={value}" for key, value in _context().items())
        line = _CONTROL.sub(_escaped, super().formatMessage(record))
        return f"{line} [{context}]" if context else line


def _escaped(control: re.Match[str]) -> str:
    return control.group().encode("unicode_escape").decode()


def _context() -> dict[str, str]:
    """The fields of the current context that are set."""
    known = {key: value for key, value in asdict(current()).items() if value}
    span = trace.get_current_span().get_span_context()
    if span.is_valid:
        known["trace_id"] = trace.format_trace_id(span.trace_id)
    return known
