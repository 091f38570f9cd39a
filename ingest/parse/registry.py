"""The parser of each document: a plugin for its name, or else ours for its format."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from ingest.parse.calendar import parse_calendar, parse_contacts
from ingest.parse.code import parse_code
from ingest.parse.csv_table import parse_delimited
from ingest.parse.docx import parse_docx
from ingest.parse.epub import parse_epub
from ingest.parse.errors import NoTextError
from ingest.parse.formats import Format, format_of
from ingest.parse.html import parse_html
from ingest.parse.image import parse_image
from ingest.parse.jsondata import parse_json
from ingest.parse.mail import open_mail, open_msg
from ingest.parse.mail_message import MailMessage, read_message
from ingest.parse.mailbox import read_mailbox
from ingest.parse.markdown import parse_markdown
from ingest.parse.markup import parse_asciidoc, parse_rst
from ingest.parse.mhtml import parse_mhtml
from ingest.parse.notebook import parse_notebook
from ingest.parse.odf import parse_odf
from ingest.parse.pdf import parse_pdf
from ingest.parse.plugins import plugin_parser
from ingest.parse.pptx import parse_pptx
from ingest.parse.rtf import parse_rtf
from ingest.parse.subtitles import parse_subtitles
from ingest.parse.text import parse_text
from ingest.parse.xlsx import parse_xlsx
from ingest.parse.xml import parse_xml
from ingest.parse.zip_xml import nested_too_deeply
from ragapp.protocols import Parser
from ragapp.types import ParsedText

MAX_OUTER = 30
"""The most levels of nested messages that are read. Forwarded mail rarely has more than ten."""


def parse(data: bytes, name: str, password: str | None = None, *, outer: int = 0) -> ParsedText:
    """Parses a document. `password` decrypts it, or its attachments, if they are encrypted PDFs.

    `outer` is the number of messages that enclose it. Raises ParseError with the reason if it cannot be read.
    """
    if not data.strip():
        raise NoTextError(f"{name} is empty. Check the file and add it again.")
    try:
        parser = plugin_parser(name) or _parser(format_of(data, name), password, outer)
        parsed = parser(data, name)
    except RecursionError as error:
        raise nested_too_deeply(name) from error
    if not parsed.text.strip():
        raise NoTextError(f"{name} contains no text. Check the file and add it again.")
    return parsed


def _parser(known: Format, password: str | None, outer: int) -> Parser:
    if known == "pdf":
        return partial(parse_pdf, password=password)
    if known in {*OPENERS, "mailbox"} and outer > MAX_OUTER:
        return _too_deep
    inner = partial(parse, password=password, outer=outer + 1)
    if known == "mailbox":
        return partial(read_mailbox, parse=inner)
    if known in OPENERS:
        return lambda data, name: read_message(OPENERS[known](data, name), inner)
    return PARSERS[known]


def _too_deep(data: bytes, name: str) -> ParsedText:  # noqa: ARG001 - as every parser is called
    raise nested_too_deeply(name)


OPENERS: Mapping[Format, Callable[[bytes, str], MailMessage]] = {"mail": open_mail, "msg": open_msg}

PARSERS: Mapping[Format, Parser] = {
    "asciidoc": parse_asciidoc,
    "calendar": parse_calendar,
    "code": parse_code,
    "contacts": parse_contacts,
    "delimited": parse_delimited,
    "docx": parse_docx,
    "epub": parse_epub,
    "html": parse_html,
    "image": parse_image,
    "json": parse_json,
    "markdown": parse_markdown,
    "mhtml": parse_mhtml,
    "notebook": parse_notebook,
    "odf": parse_odf,
    "pptx": parse_pptx,
    "rst": parse_rst,
    "rtf": parse_rtf,
    "subtitles": parse_subtitles,
    "text": parse_text,
    "xlsx": parse_xlsx,
    "xml": parse_xml,
}
