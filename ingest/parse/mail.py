"""Mail as it travels (EML)."""

from __future__ import annotations

from collections.abc import Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage

from ingest.parse.letter import Enclosure, Letter


def open_mail(data: bytes, name: str) -> Letter:  # noqa: ARG001 - each kind of mail is opened alike
    """Of a body in plain text and in HTML the plain one. Pictures inside the text are no attachments."""
    message = message_from_bytes(data, policy=policy.default)
    body = message.get_body(("plain", "html"))
    return Letter(
        subject=_header(message, "Subject"),
        sender=_header(message, "From"),
        receivers=", ".join(filter(None, (_header(message, "To"), _header(message, "Cc")))),
        date=_header(message, "Date"),
        body=_enclosure(body) if isinstance(body, EmailMessage) else Enclosure("body.txt", b""),
        attachments=tuple(_attachments(message)),
    )


def _header(message: EmailMessage, name: str) -> str:
    return str(message.get(name, ""))


def _attachments(message: EmailMessage) -> Iterator[Enclosure]:
    if message.is_multipart():
        for part in message.iter_attachments():
            if part.get_content_disposition() == "attachment" or part.get_content_maintype() != "image":
                yield _enclosure(part)


def _enclosure(part: EmailMessage) -> Enclosure:
    if part.get_content_type() == "message/rfc822":
        inner = part.get_content()
        return Enclosure(part.get_filename() or "message.eml", inner.as_bytes())
    plain_name = "body.html" if part.get_content_subtype() == "html" else "body.txt"
    content = part.get_payload(decode=True)
    charset = part.get_content_charset()
    data = content if isinstance(content, bytes) else b""
    if part.get_content_maintype() == "text" and charset:
        data = _as_utf8(data, charset)
    return Enclosure(part.get_filename() or plain_name, data)


def _as_utf8(data: bytes, charset: str) -> bytes:
    try:
        return data.decode(charset, errors="replace").encode("utf-8", errors="replace")
    except LookupError:  # a charset that nobody knows: then it is guessed
        return data
