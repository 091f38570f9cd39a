"""Reading the reply of a server of Chat Completions: events, a JSON document, or an error in either.

Servers do not always send what their headers say, so the first line decides on the format.
"""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Generator as Coroutine
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from typing import Any

from ragapp.models.chat import Delta, Refusal, Status, ending_of
from ragapp.models.learned import read_speed

MAX_CHARACTERS = 4 << 20
"""The longest line, and the longest reply that is one JSON document."""

_DONE = "[DONE]"
_LINE_END = re.compile(r"\r\n|\n|\r(?!$)")
_FIELD = re.compile(r"(data|event|id|retry)(?::[ ]?(.*))?$|:.*$", re.DOTALL)
_THINKING_FIELDS = ("reasoning_content", "reasoning", "thinking", "reasoning_text", "thought")


def read_reply(blocks: Iterable[bytes], status: Status) -> Coroutine[Delta, None, None]:
    """The deltas of a reply with status 200. Raises Refusal when it contains an error or no completion."""
    lines = _lines(blocks, status)
    first = next((line for line in lines if line.strip()), None)
    if first is None:
        raise Refusal("it sent an empty reply", status)
    if first.lstrip()[0] in "{[":
        yield from _documents(chain([first], lines), status)
    elif _FIELD.match(first):
        yield from _events(chain([first], lines), status)
    else:
        raise Refusal(f"it sent {_kind(first)} instead of a completion", status)


def refusal_of(body: bytes, status: Status) -> Refusal:
    """The error in a reply with another status."""
    text = body.decode("utf-8", "replace").strip()
    try:
        found = _error_in(json.loads(text), status)
    except (ValueError, RecursionError):
        found = None
    if found is not None:
        return found
    content = _kind(text) if text.startswith("<") or not text else repr(text[:200])
    return Refusal(f"it answered with HTTP status {status.status_code} and {content}", status)


def _lines(blocks: Iterable[bytes], status: Status) -> Iterator[str]:
    decoder = codecs.getincrementaldecoder("utf-8-sig")("replace")
    pending: list[str] = []
    size = 0
    for block in blocks:
        *whole, rest = _LINE_END.split(decoder.decode(block))
        for line in whole:
            yield "".join((*pending, line)).rstrip("\r")
            pending.clear()
            size = 0
        pending.append(rest)
        size += len(rest)
        if size > MAX_CHARACTERS:
            raise Refusal("it sent a line without an end", status)
    if rest := "".join(pending):
        yield rest


def _events(lines: Iterable[str], status: Status) -> Coroutine[Delta, None, None]:
    """https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream"""
    data: list[str] = []
    failing = False
    for line in lines:
        if line:
            field = _FIELD.match(line)
            if field is not None and field[1] == "data":
                data.append(field[2] or "")
            elif field is not None and field[1] == "event":
                failing = field[2] == "error"
            continue
        if data:
            text, data = "\n".join(data), []
            if text.strip() == _DONE:
                return
            yield _delta_of(_parsed(text, status, failing=failing), status) or Delta()
        failing = False
    if data and (last := _complete("\n".join(data))) is not None:
        yield _delta_of(last, status) or Delta()


def _documents(lines: Iterable[str], status: Status) -> Coroutine[Delta, None, None]:
    """A reply of one JSON document, or of one document on each line."""
    received: list[str] = []
    size = 0
    for line in lines:
        received.append(line)
        size += len(line)
        if size > MAX_CHARACTERS:
            raise Refusal("it sent a document without an end", status)
    whole = _complete("\n".join(received))
    values = [whole] if whole is not None else [_parsed(line, status) for line in received if line.strip()]
    for value in values:
        delta = _delta_of(value, status)
        if delta is None:
            raise Refusal(f"it sent {json.dumps(value)[:80]!r} instead of a completion", status)
        yield delta


def _complete(text: str) -> Any:
    """The JSON value of a text; None when it is incomplete or not JSON."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _parsed(text: str, status: Status, *, failing: bool = False) -> Any:
    value = _complete(text)
    if failing:
        raise _error_in({"error": value if value is not None else text}, status) or Refusal(
            text[:200], status
        )
    if value is None:
        raise Refusal(f"it sent {text[:80]!r}, which is not JSON", status)
    return value


def _delta_of(value: Any, status: Status) -> Delta | None:
    """The first choice of a chunk or a complete completion; None when there are no choices."""
    error = _error_in(value, status)
    if error is not None:
        raise error
    choices = value.get("choices") if isinstance(value, dict) else None
    if not isinstance(choices, list):
        return None
    choice = choices[0] if choices and isinstance(choices[0], dict) else {}
    message = choice.get("delta") or choice.get("message") or {"content": choice.get("text")}
    if not isinstance(message, dict):
        message = {}
    text, thinking = _content(message.get("content"))
    thinking += "".join(_text(message.get(name)) for name in _THINKING_FIELDS)
    ending = ending_of(choice.get("finish_reason"))
    return Delta(text or _text(message.get("refusal")), thinking, ending, read_speed(value))


def _content(content: Any) -> tuple[str, str]:
    """(text, thinking) of a message's content, which may have parts of several types."""
    if not isinstance(content, list):
        return _text(content), ""
    text = thinking = ""
    for part in content:
        if not isinstance(part, dict):
            text += _text(part)
        elif "think" in str(part.get("type")) or "reason" in str(part.get("type")):
            thinking += str(part)
        else:
            text += _text(part.get("text"))
    return text, thinking


def _error_in(value: Any, status: Status) -> Refusal | None:
    """The error in a JSON value, in any of the formats of servers; None when there is none."""
    if isinstance(value, list) and value:
        return _error_in(value[0], status)
    if not isinstance(value, dict):
        return None
    error = value.get("error") or value.get("errors")
    if not error and "choices" not in value:
        error = value.get("detail") or value.get("message")
    if not error:
        return None
    if isinstance(error, list):
        error = error[0] if error else {}
    details: Mapping[str, Any] = error if isinstance(error, dict) else {"message": error}
    message = next(
        (details[name] for name in ("message", "msg", "detail", "error") if details.get(name)), None
    )
    location = details.get("param") or details.get("loc") or value.get("param")
    param = str(location[-1]) if isinstance(location, list) and location else location
    text = f"{message or json.dumps(error)}"
    if isinstance(details.get("loc"), list):
        text += f" ({'.'.join(map(str, details['loc']))})"
    return Refusal(text, _status_of(details, value, status), param if isinstance(param, str) else None)


def _status_of(details: Mapping[str, Any], value: Mapping[str, Any], status: Status) -> Status:
    """The reply's status, or the status that an error in a reply with status 200 names."""
    codes = (details.get("code"), details.get("status"), value.get("code"), value.get("status"))
    code = next((int(one) for one in map(str, codes) if re.fullmatch(r"[45]\d\d", one)), None)
    return Status(code, status.headers) if code and status.status_code < 400 else status


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _kind(text: str) -> str:
    if not text:
        return "nothing else"
    return "a web page" if text.lstrip().startswith("<") else repr(text[:80])
