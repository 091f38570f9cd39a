"""Subtitles and transcripts (WebVTT, SRT): the speech with its speakers, without timestamps."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

from ingest.parse.encoding import decode
from ragapp.text.builder import TextBuilder
from ragapp.text.clean import clean
from ragapp.types import ParsedText

_TIME = r"(?:(\d+):)?(\d{1,2}):(\d{2})[.,]\d{1,3}"
CUE = re.compile(rf"^{_TIME}[ \t]+-->[ \t]+(?:\d+:)?\d{{1,2}}:\d{{2}}[.,]\d{{1,3}}.*$", re.MULTILINE)
_VOICE = re.compile(r"<v(?:\.[^\s<>]*)?[ \t]++([^<>]+)>")
_BLANK_LINE = re.compile(r"\n[ \t]*\n")
_TAG = re.compile(r"</?[^<>]*>|\{\\[^{}]*\}")


def parse_subtitles(data: bytes, name: str) -> ParsedText:
    """Joins consecutive cues of a speaker to one paragraph that begins with the name.

    Raises ParseError like `decode`.
    """
    out = TextBuilder()
    speaker, said = "", list[str]()
    for voice, words in _cues(clean(decode(data, name))):
        if voice != speaker:
            out.paragraph(_speech(speaker, said))
            speaker, said = voice, []
        said.append(words)
    out.paragraph(_speech(speaker, said))
    return out.build()


def _speech(speaker: str, said: list[str]) -> str:
    words = "\n".join(said)
    return f"{speaker}: {words}" if speaker and words else words


def _cues(text: str) -> Iterator[tuple[str, str]]:
    cues = list(CUE.finditer(text))
    limits = [*(cue.start() for cue in cues[1:]), len(text)]
    for cue, limit in zip(cues, limits, strict=False):
        blank = _BLANK_LINE.search(text, cue.end(), limit)
        payload = text[cue.end() : blank.start() if blank else limit].strip()
        voice = _VOICE.search(payload)
        words = html.unescape(_TAG.sub("", payload)).strip()
        if words:
            yield (html.unescape(voice[1]).strip() if voice else ""), words
