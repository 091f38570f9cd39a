"""The parser of each document: a plugin for its name, or else ours for its format."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from ingest.parse.calendar import parse_calendar, parse_contacts
from ingest.parse.code import parse_code
from ingest.parse.csv_table import parse_delimited
from ingest.parse.doc import parse_doc
from ingest.parse.docx import parse_docx
from ingest.parse.epub import parse_epub
from ingest.parse.errors import NoTextError
from ingest.parse.formats import Format, format_of
from ingest.parse.html import parse_html
from ingest.parse.image import parse_image
from ingest.parse.jsondata import parse_json
from ingest.parse.mail import open_mail, open_msg
from ingest.parse.mail_message import Parse, read_message
from ingest.parse.mailbox import read_mailbox
from ingest.parse.markdown import parse_markdown
from ingest.parse.markup import parse_asciidoc, parse_rst
from ingest.parse.mhtml import parse_mhtml
from ingest.parse.notebook import parse_notebook
from ingest.parse.odf import parse_odf
from ingest.parse.office_parts import transitional
from ingest.parse.pdf import parse_pdf
from ingest.parse.plugins import plugin_parser
from ingest.parse.ppt import parse_ppt
from ingest.parse.pptx import parse_pptx
from ingest.parse.rtf import parse_rtf
from ingest.parse.subtitles import parse_subtitles
from ingest.parse.text import parse_text
from ingest.parse.xlsx import parse_xlsx
from ingest.parse.xml import parse_xml
from ingest.parse.zip_files import read_zip_files
from ingest.parse.zip_xml import nested_too_deeply
from ragapp.errors import ParseError
from ragapp.protocols import Parser
from ragapp.types import ParsedText

MAX_OUTER = 30
"""The most levels of nested messages and archives that are read. Forwarded mail rarely has more than ten."""


def parse(
    data: bytes, name: str, password: str | None = None, *, outer: int = 0, read_hidden: bool = True
) -> ParsedText:
    """Parses a document. `password` decrypts it, or its attachments, if they are encrypted PDFs.

    `outer` is the number of documents that enclose it. `read_hidden` has hidden sheets and slides read, too.
    Raises ParseError with the reason if it cannot be read.
    """
    if not data.strip():
        raise NoTextError(f"{name} is empty. Check the file and add it again.")
    try:
        parser = plugin_parser(name)
        if parser is None:
            known = format_of(data, name)
            data = transitional(data, name) if known in OFFICE else data
            parser = _parser(known, password, outer, read_hidden=read_hidden)
        parsed = parser(data, name)
    except RecursionError as error:
        raise nested_too_deeply(name) from error
    if not parsed.text.strip():
        raise NoTextError(f"{name} contains no text. Check the file and add it again.")
    return parsed


def _parser(known: Format, password: str | None, outer: int, *, read_hidden: bool) -> Parser:
    inner = partial(parse, password=password, outer=outer + 1, read_hidden=read_hidden)
    if known not in CONTAINERS:
        opened = inner if outer < MAX_OUTER else None
        with_options: Mapping[Format, Parser] = {
            "docx": partial(parse_docx, parse=opened),
            "odf": partial(parse_odf, read_hidden=read_hidden),
            "pdf": partial(parse_pdf, password=password, parse=opened),
            "ppt": partial(parse_ppt, read_hidden=read_hidden),
            "pptx": partial(parse_pptx, parse=opened, read_hidden=read_hidden),
            "xls": partial(_parse_xls, read_hidden=read_hidden),
            "xlsx": partial(parse_xlsx, read_hidden=read_hidden),
        }
        return with_options.get(known) or PARSERS[known]
    if outer > MAX_OUTER:
        return _too_deep
    if known == "zip" and not outer:
        return _archive
    return lambda data, name: CONTAINERS[known](data, name, inner)


def _archive(data: bytes, name: str) -> ParsedText:  # noqa: ARG001 - as every parser is called
    raise ParseError(f"{name} is a ZIP archive but not a document. Unpack it and add its files.")


def _parse_xls(data: bytes, name: str, *, read_hidden: bool) -> ParsedText:
    from ingest.parse.xls import parse_xls  # noqa: PLC0415  few documents need its library

    return parse_xls(data, name, read_hidden=read_hidden)


def _too_deep(data: bytes, name: str) -> ParsedText:  # noqa: ARG001 - as every parser is called
    raise nested_too_deeply(name)


def _read_mail(data: bytes, name: str, parse: Parse) -> ParsedText:
    return read_message(open_mail(data, name), parse)


def _read_msg(data: bytes, name: str, parse: Parse) -> ParsedText:
    return read_message(open_msg(data, name), parse)


CONTAINERS: Mapping[Format, Callable[[bytes, str, Parse], ParsedText]] = {
    "mail": _read_mail,
    "mailbox": read_mailbox,
    "msg": _read_msg,
    "zip": read_zip_files,
}
"""Readers of what holds other documents, which they read by `parse`."""

OFFICE = frozenset[Format]({"docx", "pptx", "xlsx"})

PARSERS: Mapping[Format, Parser] = {
    "asciidoc": parse_asciidoc,
    "calendar": parse_calendar,
    "code": parse_code,
    "contacts": parse_contacts,
    "delimited": parse_delimited,
    "doc": parse_doc,
    "epub": parse_epub,
    "html": parse_html,
    "image": parse_image,
    "json": parse_json,
    "markdown": parse_markdown,
    "mhtml": parse_mhtml,
    "notebook": parse_notebook,
    "odf": parse_odf,
    "rst": parse_rst,
    "rtf": parse_rtf,
    "subtitles": parse_subtitles,
    "text": parse_text,
    "xml": parse_xml,
}
