"""Email messages (EML and MSG)."""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage

from oxmsg import Message

from ingest.parse.encoding import decode
from ingest.parse.html import read_html
from ingest.parse.mail_message import Attachment, MailMessage
from ingest.parse.zip_xml import damaged
from ragapp.errors import ParseError
from ragapp.types import Table

_DIGIT = re.compile(r"\d")

NUMBERS = 0.3
"""The share of cells with numbers in a table of data."""


def open_mail(data: bytes, name: str) -> MailMessage:  # noqa: ARG001 - each kind of mail is opened alike
    """Reads an EML file. Inline images are not attachments.

    Plain text is preferred to HTML, unless it is blank, or the HTML has tables, which plain text blurs.
    """
    message = message_from_bytes(data, policy=policy.default)
    body = message.get_body(("plain", "html"))
    page = message.get_body(("html",))
    if isinstance(page, EmailMessage) and (_is_blank(body) or _has_tables(_attachment(page))):
        body = page
    return MailMessage(
        subject=_header(message, "Subject"),
        sender=_header(message, "From"),
        receivers=", ".join(filter(None, (_header(message, "To"), _header(message, "Cc")))),
        date=_header(message, "Date"),
        body=_attachment(body) if isinstance(body, EmailMessage) else Attachment("body.txt", b""),
        attachments=tuple(_eml_attachments(message)),
        invitations=tuple(_invitations(message)),
        pictures=tuple(_pictures(message)),
    )


def _is_blank(part: object) -> bool:
    return isinstance(part, EmailMessage) and not _attachment(part).data.strip(b" \t\r\n\xc2\xa0")


def _invitations(message: EmailMessage) -> Iterator[str]:
    """The calendar parts of the message. Programs send the same invitation as an attachment, too."""
    parts = (part for part in message.walk() if part.get_content_type() == "text/calendar")
    texts = (
        _attachment(part).data.decode(errors="replace") for part in parts if isinstance(part, EmailMessage)
    )
    yield from dict.fromkeys(texts)


def _has_tables(page: Attachment) -> bool:
    """Whether a page has a table of data: with marked headers, or with numbers in many of its cells."""
    if b"<table" not in page.data.lower():
        return False
    try:
        parsed = read_html(decode(page.data, page.name))
    except ParseError:
        return False
    return any(_is_data(parsed.text, table) for table in parsed.tables)


def _is_data(text: str, table: Table) -> bool:
    numbers = sum(1 for cell in table.cells if _DIGIT.search(text, cell.start, cell.end))
    return any(cell.header for cell in table.cells) or numbers >= NUMBERS * len(table.cells)


def _header(message: EmailMessage, name: str) -> str:
    return str(message.get(name, ""))


def _eml_attachments(message: EmailMessage) -> Iterator[Attachment]:
    if message.is_multipart():
        for part in message.iter_attachments():
            if part.get_content_type() == "text/calendar":
                continue
            if part.get_content_disposition() == "attachment" or part.get_content_maintype() != "image":
                yield _attachment(part)


def _pictures(message: EmailMessage) -> Iterator[Attachment]:
    """The pictures that the body shows."""
    for part in message.walk():
        shown = part.get_content_maintype() == "image" and part.get_content_disposition() != "attachment"
        if shown and isinstance(part, EmailMessage):
            yield _attachment(part)


def _attachment(part: EmailMessage) -> Attachment:
    if part.get_content_type() == "message/rfc822":
        inner = part.get_content()
        return Attachment(part.get_filename() or "message.eml", inner.as_bytes())
    plain_name = "body.html" if part.get_content_subtype() == "html" else "body.txt"
    content = part.get_payload(decode=True)
    charset = part.get_content_charset()
    data = content if isinstance(content, bytes) else b""
    if part.get_content_maintype() == "text" and charset:
        data = _as_utf8(data, charset)
    return Attachment(part.get_filename() or plain_name, data)


def _as_utf8(data: bytes, charset: str) -> bytes:
    try:
        return data.decode(charset, errors="replace").encode("utf-8", errors="replace")
    except LookupError:  # an unknown charset, which is then guessed
        return data


def open_msg(data: bytes, name: str) -> MailMessage:
    """Reads an MSG file. Raises ParseError if it is damaged."""
    try:
        message = Message.load(data)
        receivers = (f"{receiver.name} <{receiver.email_address}>" for receiver in message.recipients)
        return MailMessage(
            subject=message.subject or "",
            sender=message.sender or "",
            receivers=", ".join(receivers),
            date=message.sent_date.isoformat(" ", "minutes") if message.sent_date else "",
            body=_body(message),
            attachments=tuple(_msg_attachments(message)),
        )
    except (OSError, ValueError, KeyError, IndexError, struct.error) as error:
        raise damaged(name, error) from error


def _body(message: Message) -> Attachment:
    page = Attachment("body.html", (message.html_body or "").encode())
    if message.body and not _has_tables(page):
        return Attachment("body.txt", message.body.encode())
    return page


def _msg_attachments(message: Message) -> Iterator[Attachment]:
    for attachment in message.attachments:
        if attachment.file_bytes and attachment.attached_by_value:
            yield Attachment(attachment.file_name or "attachment", attachment.file_bytes)
