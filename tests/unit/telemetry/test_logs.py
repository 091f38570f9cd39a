"""Log lines: their context, and what they never contain."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator

import pytest
from opentelemetry.sdk.trace import TracerProvider

from ragapp.telemetry.logs import OURS, LogContext, configure_logs, within
from ragapp.telemetry.tracing import Tracing


@pytest.fixture(autouse=True)
def logging_as_before() -> Iterator[None]:
    root = logging.getLogger()
    before = root.handlers[:], root.level
    yield
    root.handlers, root.level = before
    for name in OURS:
        logging.getLogger(name).setLevel(logging.NOTSET)


def test_a_json_line_names_the_request_and_the_trace(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logs("json", "info")
    with within(LogContext("urn:uuid:1", document_id="d7")), Tracing(TracerProvider()).span("work", {}):
        logging.getLogger("ragapp.some.room").info("Read “%s”\nin two lines", "Größe")
    line = json.loads(capsys.readouterr().err)
    assert line["message"] == "Read “Größe”\nin two lines"
    assert (line["level"], line["logger"]) == ("info", "ragapp.some.room")
    assert (line["request_id"], line["document_id"]) == ("urn:uuid:1", "d7")
    assert len(line["trace_id"]) == 32


def test_a_line_without_context_has_no_context_fields(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logs("json", "info")
    logging.getLogger("ragapp").warning("careful")
    assert set(json.loads(capsys.readouterr().err)) == {"time", "level", "logger", "message"}


def test_a_text_line_has_the_context_too(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logs("text", "info")
    with within(LogContext("urn:uuid:1", worker="w1")):
        logging.getLogger("ingest.worker").info("done")
    assert capsys.readouterr().err.endswith(" INFO ingest.worker: done [request_id=urn:uuid:1 worker=w1]\n")


def test_a_message_cannot_forge_lines_or_control_a_terminal(
    capsys: pytest.CaptureFixture[str],
) -> None:
    configure_logs("text", "info")
    logging.getLogger("ragapp").warning("no /x\n2026-01-01 INFO ragapp: forged\x1b[2J\u2028größer")
    output = capsys.readouterr().err
    assert output.endswith("no /x\\n2026-01-01 INFO ragapp: forged\\x1b[2J\\u2028größer\n")
    assert output.count("\n") == 1


def test_an_exception_is_one_json_line_too(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logs("json", "warning")
    try:
        int("odd")
    except ValueError:
        logging.getLogger("ragapp").exception("failed")
    assert json.loads(capsys.readouterr().err)["exception"].endswith("'odd'")


def test_other_libraries_log_warnings_only(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logs("text", "debug")
    logging.getLogger("openai._base_client").debug("Request options: {'messages': 'a prompt'}")
    logging.getLogger("httpx").info("HTTP Request: POST http://model/?key=secret")
    logging.getLogger("ragapp").debug("ours")
    assert capsys.readouterr().err.count("\n") == 1
