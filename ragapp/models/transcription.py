"""Speech to text by a server that offers OpenAI's audio API: Speaches, LocalAI, vLLM, OpenAI and others.

See https://platform.openai.com/docs/api-reference/audio/createTranscription.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, BinaryIO

import httpx

from ragapp.errors import ModelError, ParseError, UsageError
from ragapp.models.endpoints import Address, chat_urls, public_url, usable_key
from ragapp.models.openai_chat import KEY, openai_address
from ragapp.protocols import Transcriber
from ragapp.settings import Settings
from ragapp.types import Speech

_CONNECT_SECONDS = 10.0
_CHAT, _AUDIO = "/chat/completions", "/audio/transcriptions"
_NOT_THERE = frozenset({404, 405})
_NOT_READABLE = frozenset({400, 413, 415, 422})
"""Statuses that are about the file. Others are about the server, which is asked again later."""
_MAX_REASON = 300


def build_transcriber(settings: Settings) -> Transcriber | None:
    """The transcriber that RAGAPP_TRANSCRIBER names; None if it names none.

    Raises UsageError for a name of another form, and ModelError when OpenAI's key is missing.
    """
    if not settings.transcriber:
        return None
    kind, _, named = settings.transcriber.partition(":")
    model, _, url = named.partition("@")
    if kind != "openai" or not model:
        raise UsageError(
            f"RAGAPP_TRANSCRIBER: unknown transcriber {settings.transcriber!r}. Use openai:MODEL@URL, such "
            "as openai:whisper-1@http://127.0.0.1:8080/v1."
        )
    key = settings.openai_api_key.get_secret_value() if settings.openai_api_key else None
    address = openai_address(url or settings.openai_base_url, key)
    return ServedTranscriber(model, address, settings.transcriber_seconds)


class ServedTranscriber:
    """A Transcriber."""

    def __init__(self, model: str, address: Address, seconds: float) -> None:
        """`seconds` may pass until a whole file is transcribed."""
        self._model = model
        self._address = address
        self._limits = httpx.Timeout(seconds, connect=min(seconds, _CONNECT_SECONDS))

    def transcribe(self, data: BinaryIO, name: str) -> list[Speech]:
        key = usable_key(self._address.api_key, KEY)
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        form = {"model": self._model, "response_format": "verbose_json"}
        where = public_url(self._address.url)
        try:
            for url in chat_urls(self._address.url):
                data.seek(0)
                reply = httpx.post(
                    url.copy_with(path=url.path.replace(_CHAT, _AUDIO)),
                    data=form,
                    files={"file": (name, data)},
                    headers=headers,
                    timeout=self._limits,
                )
                if reply.status_code not in _NOT_THERE:
                    return list(_speech(reply, name, where))
        except httpx.HTTPError as error:
            raise ModelError(
                f"The transcriber at {where} does not answer ({error}). Check RAGAPP_TRANSCRIBER."
            ) from error
        raise ModelError(f"There are no transcriptions at {where}. Check RAGAPP_TRANSCRIBER.")


def _speech(reply: httpx.Response, name: str, where: str) -> Iterator[Speech]:
    """What is said, in the order of time. Raises ParseError, ModelError."""
    if reply.status_code in _NOT_READABLE:
        raise ParseError(f"{name} could not be transcribed: {_reason(reply)}")
    if reply.status_code != httpx.codes.OK:
        raise ModelError(f"The transcriber at {where} reports an error: {_reason(reply)}")
    try:
        read = reply.json()
        for segment in read.get("segments") or [{"text": read["text"]}]:
            start, end = float(segment.get("start") or 0), float(segment.get("end") or 0)
            text = str(segment["text"]).strip()
            if text:
                yield Speech(max(0.0, start), max(0.0, start, end), text)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ModelError(f"The transcriber at {where} does not reply with a transcription.") from error


def _reason(reply: httpx.Response) -> str:
    """The server's own words, shortened, or else its status."""
    words: Any = None
    try:
        words = reply.json()
        words = words.get("error", words.get("detail", words))
        words = words.get("message", words) if isinstance(words, dict) else words
    except (ValueError, AttributeError):
        pass
    shown = words if isinstance(words, str) else json.dumps(words) if words else f"status {reply.status_code}"
    return shown[:_MAX_REASON]
