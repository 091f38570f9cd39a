"""Subtitles and transcripts (WebVTT, SRT): what is said, by whom, without the clock."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

from ingest.parse.builder import TextBuilder
from ingest.parse.clean import clean
from ingest.parse.encoding import decode
from ragapp.types import ParsedText

_TIME = r"(?:(\d+):)?(\d{1,2}):(\d{2})[.,]\d{1,3}"
CUE = re.compile(rf"^{_TIME}[ \t]+-->[ \t]+(?:\d+:)?\d{{1,2}}:\d{{2}}[.,]\d{{1,3}}.*$", re.MULTILINE)
_VOICE = re.compile(r"<v(?:\.[^\s>]*)?[ \t]+([^>]+)>")
_TAG = re.compile(r"</?[^<>]*>|\{\\[^}]*\}")


def parse_subtitles(data: bytes, name: str) -> ParsedText:
    """A speaker's cues in a row are one paragraph, with the name in front. Raises ParseError as `decode`."""
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
    for match in CUE.finditer(text):
        end = re.compile(r"\n[ \t]*\n|\Z").search(text, match.end())
        payload = text[match.end() : end.start() if end else len(text)].strip()
        voice = _VOICE.search(payload)
        words = html.unescape(_TAG.sub("", payload)).strip()
        if words:
            yield (html.unescape(voice[1]).strip() if voice else ""), words
