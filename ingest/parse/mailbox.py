"""Mailboxes in one file (mbox, RFC 4155), as Thunderbird, Apple Mail and Gmail export them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ingest.parse.mail import open_mail
from ingest.parse.mail_message import Parse, read_message
from ragapp.errors import ParseError
from ragapp.text.builder import TextBuilder
from ragapp.types import ParsedText

_START = re.compile(rb"(?:\A|(?<=\n))From [^\n]{0,300}\n(?=[!-9;-~]{1,80}:)")
"""The line before each message, which begins with a header."""
_QUOTED = re.compile(rb"^>(?=>*From )", re.MULTILINE)


def read_mailbox(data: bytes, name: str, parse: Parse) -> ParsedText:
    """The messages in the order of the file, each on a page. `parse` reads their bodies and attachments."""
    out = TextBuilder()
    for number, message in enumerate(_messages(data.replace(b"\r\n", b"\n"))):
        if number:
            out.page()
        try:
            out.include(read_message(open_mail(message, name), parse))
        except ParseError as error:  # the other messages are worth reading without it
            out.gap("part", f"message {number + 1}", str(error))
    return out.build()


def _messages(data: bytes) -> Iterator[bytes]:
    starts = list(_START.finditer(data))
    ends = [one.start() for one in starts[1:]] + [len(data)]
    for start, end in zip(starts, ends, strict=True):
        yield _QUOTED.sub(b"", data[start.end() : end])
