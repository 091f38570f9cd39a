"""Normalizes characters. Nothing else changes characters, so that offsets stay valid afterwards."""

from __future__ import annotations

import re
import unicodedata

_LINE_ENDS = re.compile(r"\r\n?|[\x85\u2028]")
_SPACES = re.compile(r"[\x1c-\x1f\xa0\u1680\u2000-\u200a\u202f\u205f\u3000]")
_INVISIBLE = re.compile(r"[\x00-\x08\x0b\x0e-\x1b\x7f-\x84\x86-\x9f\xad\u200b\u2060\ufeff\ufffe\uffff]")
_LONE_SURROGATE = re.compile(r"[\ud800-\udfff]")


def clean(text: str) -> str:
    """Returns `text` in NFC, with `\\n` as the only line end, plain spaces, and only valid Unicode.

    Form feeds are preserved as page breaks, and joiners because Persian and emoji need them.
    """
    text = _LINE_ENDS.sub("\n", text).replace("\u2029", "\n\n")
    text = _INVISIBLE.sub("", _SPACES.sub(" ", text))
    return unicodedata.normalize("NFC", _LONE_SURROGATE.sub("\ufffd", text))
