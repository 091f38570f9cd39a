"""Web pages that a browser saved as one file (MHTML, RFC 2557)."""

from __future__ import annotations

from dataclasses import replace
from email import message_from_bytes, policy
from email.message import EmailMessage

from ingest.parse.errors import NoTextError
from ingest.parse.html import parse_html
from ragapp.types import ParsedText


def parse_mhtml(data: bytes, name: str) -> ParsedText:
    """Parses the page, which is the first HTML part. Raises NoTextError if there is none."""
    message = message_from_bytes(data, policy=policy.default)
    pages = (
        part for part in message.walk() if part.get_content_type() in {"text/html", "application/xhtml+xml"}
    )
    page = next(pages, None)
    content = page.get_payload(decode=True) if isinstance(page, EmailMessage) else None
    if page is None or not isinstance(content, bytes):
        raise NoTextError(f"{name} contains no web page. Save the page again, or as HTML.")
    charset = page.get_content_charset()
    parsed = parse_html(_as_utf8(content, charset) if charset else content, name)
    return parsed if parsed.title else replace(parsed, title=str(message.get("Subject", "")).strip() or None)


def _as_utf8(content: bytes, charset: str) -> bytes:
    try:
        return content.decode(charset, errors="replace").encode()
    except LookupError:  # an unknown name, so that the encoding is guessed
        return content
