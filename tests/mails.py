"""Small email messages."""

from __future__ import annotations

from email.message import EmailMessage


def mail_with(*attachments: tuple[str, bytes], body: str = "See the attachments.") -> bytes:
    """A message with attachments, each a name and its bytes."""
    mail = EmailMessage()
    mail["Subject"], mail["From"], mail["To"] = "Quay", "ann@example.org", "bob@example.org"
    mail.set_content(body)
    for name, data in attachments:
        mail.add_attachment(data, maintype="application", subtype="octet-stream", filename=name)
    return mail.as_bytes()
