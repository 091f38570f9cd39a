"""Recordings of sound and video, which are transcribed before they are parsed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import BinaryIO

from ingest.parse.formats import SNIFFED, is_sound_or_video
from ragapp.types import Speech


def is_recording(data: BinaryIO) -> bool:
    """Whether the file is sound or video. `data` is at its beginning, and is left there."""
    head = data.read(SNIFFED)
    data.seek(0)
    return is_sound_or_video(head)


def as_subtitles(speech: Sequence[Speech]) -> bytes:
    """What is said as a WebVTT file, which is parsed like any other document."""
    cues = (f"{_time(one.start)} --> {_time(one.end)}\n{_one_cue(one.text)}\n" for one in speech)
    return "\n".join(("WEBVTT\n", *cues)).encode()


def _one_cue(text: str) -> str:
    """The text in one line, without signs that have a meaning in subtitles."""
    return " ".join(text.split()).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _time(seconds: float) -> str:
    minutes, rest = divmod(round(seconds * 1000), 60_000)
    return f"{minutes // 60:02}:{minutes % 60:02}:{rest // 1000:02}.{rest % 1000:03}"
