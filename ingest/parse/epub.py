"""E-books (EPUB)."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from urllib.parse import unquote
from xml.etree.ElementTree import Element
from zipfile import ZipFile

from ingest.parse.encoding import decode
from ingest.parse.html import read_html
from ingest.parse.zip_xml import damaged, member, opened, xml_of
from ragapp.errors import ParseError
from ragapp.text.builder import TextBuilder
from ragapp.types import ParsedText

_CONTAINER = "META-INF/container.xml"
_OPF = "{http://www.idpf.org/2007/opf}"
_DC = "{http://purl.org/dc/elements/1.1/}"


def parse_epub(data: bytes, name: str) -> ParsedText:
    """Parses the chapters in the order of the spine. Raises ParseError if the file is damaged."""
    with opened(data, name) as archive:
        container = xml_of(member(archive, _CONTAINER, name), name)
        rootfile = next((e.get("full-path") for e in container.iter() if e.tag.endswith("}rootfile")), None)
        if not rootfile:
            raise damaged(name, "its container does not name a book")
        package = xml_of(member(archive, rootfile, name), name)
        out = TextBuilder()
        paths = dict.fromkeys(_chapters(package, rootfile))  # a book names each once
        for number, path in enumerate(paths, 1):
            try:
                out.include(_chapter(archive, path, name))
            except ParseError:  # the other chapters are worth reading without it
                out.gap("part", f"chapter {number}", "Its file is missing or damaged.")
    return out.build(package.findtext(f".//{_DC}title"), {"author": package.findtext(f".//{_DC}creator")})


def _chapters(package: Element, rootfile: str) -> Iterator[str]:
    paths = {
        item.get("id"): item.get("href", "")
        for item in package.iter(f"{_OPF}item")
        if "nav" not in item.get("properties", "").split()
    }
    for reference in package.iter(f"{_OPF}itemref"):
        href = paths.get(reference.get("idref"))
        if href:
            yield posixpath.normpath(posixpath.join(posixpath.dirname(rootfile), unquote(href)))


def _chapter(archive: ZipFile, path: str, name: str) -> ParsedText:
    return read_html(decode(member(archive, path, name), name))
