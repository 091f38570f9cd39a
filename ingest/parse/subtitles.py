"""Subtitles and transcripts (WebVTT, SRT): the speech with its speakers, and the time about every minute."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from typing import NamedTuple

from ingest.parse.encoding import decode
from ragapp.text.builder import TextBuilder
from ragapp.text.clean import clean
from ragapp.types import ParsedText

SECTION_SECONDS = 60

_TIME = r"(?:(\d+):)?(\d{1,2}):(\d{2})[.,]\d{1,3}"
CUE = re.compile(rf"^{_TIME}[ \t]+-->[ \t]+(?:\d+:)?\d{{1,2}}:\d{{2}}[.,]\d{{1,3}}.*$", re.MULTILINE)
_VOICE = re.compile(r"<v(?:\.[^\s<>]*)?[ \t]++([^<>]+)>")
_BLANK_LINE = re.compile(r"\n[ \t]*\n")
_TAG = re.compile(r"</?[^<>]*>|\{\\[^{}]*\}")


class _Cue(NamedTuple):
    """What is said from `start` on, in seconds, and by whom."""

    start: int
    voice: str
    words: str


def parse_subtitles(data: bytes, name: str) -> ParsedText:
    """Joins consecutive cues of a speaker to one paragraph that begins with the name.

    What is longer than a minute has a heading with the time about every minute, so that it can be cited by
    time. Raises ParseError like `decode`.
    """
    out = TextBuilder()
    cues = list(_cues(clean(decode(data, name))))
    timed = bool(cues) and cues[-1].start >= SECTION_SECONDS
    section, speaker, said = -SECTION_SECONDS, "", list[str]()
    for cue in cues:
        begins = timed and cue.start - section >= SECTION_SECONDS
        if begins or cue.voice != speaker:
            out.paragraph(_speech(speaker, said))
            speaker, said = cue.voice, []
        if begins:
            section = cue.start
            out.heading(1, _clock(section))
        said.append(cue.words)
    out.paragraph(_speech(speaker, said))
    return out.build()


def _clock(seconds: int) -> str:
    return f"{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}"


def _speech(speaker: str, said: list[str]) -> str:
    words = "\n".join(said)
    return f"{speaker}: {words}" if speaker and words else words


def _cues(text: str) -> Iterator[_Cue]:
    cues = list(CUE.finditer(text))
    limits = [*(cue.start() for cue in cues[1:]), len(text)]
    for cue, limit in zip(cues, limits, strict=False):
        blank = _BLANK_LINE.search(text, cue.end(), limit)
        payload = text[cue.end() : blank.start() if blank else limit].strip()
        voice = _VOICE.search(payload)
        words = html.unescape(_TAG.sub("", payload)).strip()
        if words:
            hours, minutes, seconds = (int(part or 0) for part in cue.groups())
            start = 3600 * hours + 60 * minutes + seconds
            yield _Cue(start, html.unescape(voice[1]).strip() if voice else "", words)
