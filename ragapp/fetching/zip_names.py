"""The names in ZIP archives, which old programs wrote in the encoding of their machine."""

from __future__ import annotations

import re
import struct
import unicodedata
import zipfile
import zlib
from collections.abc import Iterator
from itertools import pairwise

import chardet

_UTF8_FLAG = 0x800
_UNICODE_PATH = 0x7075
"""The extra field that has the name in UTF-8. It begins with a version and a checksum of the other name."""
_AS_STORED = "cp437"
"""How `zipfile` decodes names without a mark. Every byte has a letter there, so nothing is lost."""

_ENCODINGS = (
    "cp932", "gb18030", "big5", "cp949", "cp866", "windows-1251", "cp850", "cp437", "cp852", "cp1252",
    "cp737", "cp862",
)  # fmt: skip
"""Those of the programs that made archives, for Japanese, Chinese, Korean, Russian, Latin, Greek, Hebrew."""
_WESTERN = frozenset("àáâãäåæçèéêëìíîïðñòóôõöøùúûüýþÿß")
_ONLY_ACCENTS = re.compile(r"(?<!\w)[^\W\x00-\x7f]{3,}+(?!\w)")
_MOST_BYTES = 64 * 1024
_UNLIKELY = frozenset({"Cc", "Co", "Cn", "So", "Sm"})
"""Kinds of characters that names hardly have: controls, lines of boxes, signs."""


def restore_names(archive: zipfile.ZipFile) -> None:
    """Gives the members of an archive their names in the encoding that they were written in.

    That is UTF-8 if marked so or possible, otherwise the most likely one for all names together.
    """
    unmarked = [info for info in archive.infolist() if not info.flag_bits & _UTF8_FLAG]
    unknown = list[tuple[zipfile.ZipInfo, bytes]]()
    for info in unmarked:
        raw = info.filename.encode(_AS_STORED, errors="replace")
        if raw.isascii():
            continue
        marked = next(
            _unicode_paths(info.extra, info.orig_filename.encode(_AS_STORED, errors="replace")), None
        )
        if marked is not None:
            info.filename = marked
        else:
            unknown.append((info, raw))
    if unknown:
        encoding = _encoding_of(b"\n".join(raw for _, raw in unknown)[:_MOST_BYTES])
        for info, raw in unknown:
            info.filename = raw.decode(encoding, errors="replace")
    if unmarked:
        archive.NameToInfo = {info.filename: info for info in archive.infolist()}


def _unicode_paths(extra: bytes, raw: bytes) -> Iterator[str]:
    """The name in the extra fields of a member, if it is that of its other name."""
    at = 0
    while at + 4 <= len(extra):
        kind, size = struct.unpack_from("<HH", extra, at)
        content = extra[at + 4 : at + 4 + size]
        at += 4 + size
        if kind == _UNICODE_PATH and len(content) > 5:
            version, checksum = struct.unpack_from("<BL", content)
            if version == 1 and checksum == zlib.crc32(raw):
                yield content[5:].decode("utf-8", errors="replace").replace("\0", "")


def _encoding_of(names: bytes) -> str:
    for encoding, is_likely in (("utf-8", None), ("cp850", _is_western)):
        text = _decoded(names, encoding)
        if text is not None and (is_likely is None or is_likely(text)):
            return encoding
    found = chardet.detect_all(names, include_encodings=_ENCODINGS, compat_names=False)
    encodings = [one["encoding"] for one in found if one["encoding"]]
    return next((encoding for encoding in encodings if _is_plausible(_decoded(names, encoding))), _AS_STORED)


def _decoded(names: bytes, encoding: str) -> str | None:
    try:
        return names.decode(encoding)
    except (UnicodeDecodeError, LookupError):
        return None


def _is_western(text: str) -> bool:
    """Whether all letters are those of Western Europe, with plain ones among them, and no capital follows a
    small one."""
    if any(not letter.isascii() and letter.lower() not in _WESTERN for letter in text):
        return False
    if _ONLY_ACCENTS.search(text):
        return False
    return not any(a.islower() and b.isupper() and not (a + b).isascii() for a, b in pairwise(text))


def _is_plausible(text: str | None) -> bool:
    if text is None:
        return False
    return not any(not letter.isascii() and unicodedata.category(letter) in _UNLIKELY for letter in text)
