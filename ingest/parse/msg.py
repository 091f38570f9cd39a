"""Mail as Outlook saves it (MSG)."""

from __future__ import annotations

import struct
from collections.abc import Iterator

from oxmsg import Message

from ingest.parse.archive import damaged
from ingest.parse.letter import Enclosure, Letter


def open_msg(data: bytes, name: str) -> Letter:
    """Raises ParseError when it is damaged."""
    try:
        message = Message.load(data)
        receivers = (f"{receiver.name} <{receiver.email_address}>" for receiver in message.recipients)
        return Letter(
            subject=message.subject or "",
            sender=message.sender or "",
            receivers=", ".join(receivers),
            date=message.sent_date.isoformat(" ", "minutes") if message.sent_date else "",
            body=_body(message),
            attachments=tuple(_attachments(message)),
        )
    except (OSError, ValueError, KeyError, IndexError, struct.error) as error:
        raise damaged(name, error) from error


def _body(message: Message) -> Enclosure:
    if message.body:
        return Enclosure("body.txt", message.body.encode())
    return Enclosure("body.html", (message.html_body or "").encode())


def _attachments(message: Message) -> Iterator[Enclosure]:
    for attachment in message.attachments:
        if attachment.file_bytes and attachment.attached_by_value:
            yield Enclosure(attachment.file_name or "attachment", attachment.file_bytes)
