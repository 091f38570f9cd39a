"""Converts email messages of any format to text."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ingest.parse.calendar import read_calendar
from ingest.parse.embedded_pictures import PictureReader
from ingest.parse.errors import NoTextError
from ragapp.errors import ParseError
from ragapp.text.builder import TextBuilder, one_line
from ragapp.types import ParsedText

Parse = Callable[[bytes, str], ParsedText]
"""(bytes, name) -> text: the parser for the body and the attachments."""


@dataclass(frozen=True, slots=True)
class Attachment:
    """A part of a message: its bytes, and its name, whose extension distinguishes plain text from HTML."""

    name: str
    data: bytes


@dataclass(frozen=True, slots=True)
class MailMessage:
    subject: str
    sender: str
    receivers: str
    date: str
    body: Attachment
    attachments: Sequence[Attachment]
    invitations: Sequence[str] = ()
    """Its iCalendar parts."""
    pictures: Sequence[Attachment] = ()
    """Those that its body shows."""


def read_message(mail: MailMessage, parse: Parse) -> ParsedText:
    """The text of a message: subject, sender, recipients, date and body, and each attachment under its own
    heading.
    """
    out = TextBuilder()
    out.heading(1, mail.subject)
    lines = (("From", mail.sender), ("To", mail.receivers), ("Date", mail.date))
    out.paragraph("\n".join(f"{label}: {one_line(value)}" for label, value in lines if value))
    if mail.body.data.strip():
        try:
            out.include(parse(mail.body.data, mail.body.name), below=1)
        except NoTextError:  # a picture alone, or nothing
            pass
        except ParseError as error:  # subject and attachments are worth reading without it
            out.gap("part", "body", str(error))
    pictures = PictureReader(out)
    for picture in mail.pictures:
        pictures.read(picture.data, f"picture {picture.name}")
    for invitation in mail.invitations:
        out.include(read_calendar(invitation), below=1)
    for attachment in mail.attachments:
        out.heading(2, f"Attachment: {attachment.name}")
        try:
            out.include(parse(attachment.data, attachment.name), below=2, part=attachment.name)
        except ParseError as error:  # the mail is worth reading without it
            out.gap("attachment", f"attachment {attachment.name}", str(error))
    return out.build(mail.subject, {"author": mail.sender, "date": mail.date})
