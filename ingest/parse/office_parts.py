"""The parts of an Office document (Open XML) and how they refer to each other."""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import unquote
from xml.etree.ElementTree import Element

from ingest.parse.errors import NoTextError
from ingest.parse.mail_message import Parse
from ingest.parse.zip_xml import opened, xml_of
from ragapp.errors import ParseError
from ragapp.text.builder import TextBuilder

DRAWING = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_DIAGRAM = "{http://schemas.openxmlformats.org/drawingml/2006/diagram}"
RELATED = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
_RELATION = "{http://schemas.openxmlformats.org/package/2006/relationships}Relationship"

_STRICT = re.compile(rb"http://purl\.oclc\.org/ooxml/(\w+)/(\w+)")
_MARKUP = (".xml", ".rels", ".vml")
_ABOUT = frozenset({"docPr", "cNvPr"})
_BY_MACHINE = re.compile(r"Description automatically generated|AI-generated content may be incorrect\.?")
_PICTURE_NAMES = (".png", ".jpg", ".jpeg", ".gif", ".bmp", ".emf", ".wmf", ".tif", ".tiff", ".svg")
HIDDEN_LEFT_OUT = "It is hidden, and hidden parts of documents are left out here (RAGAPP_READ_HIDDEN)."

_ROOT_RELATIONS = "_rels/.rels"


@dataclass(frozen=True, slots=True)
class RelatedPart:
    """That a part refers to another one, whose path in the archive is `target`. `kind` is such as "chart"."""

    kind: str
    target: str


def relations(archive: zipfile.ZipFile, part: str, name: str) -> dict[str, RelatedPart]:
    """The parts inside the document that a part refers to, by the id that it uses. Raises ParseError."""
    folder, file = posixpath.split(part)
    path = posixpath.join(folder, "_rels", f"{file}.rels")
    if path not in archive.namelist():
        return {}
    return {
        one.get("Id", ""): RelatedPart(
            one.get("Type", "").rpartition("/")[2],
            posixpath.normpath(posixpath.join("/", folder, unquote(one.get("Target", "")))).lstrip("/"),
        )
        for one in xml_of(archive.read(path), name).iter(_RELATION)
        if one.get("TargetMode") != "External"
    }


def drawn_lines(element: Element) -> Iterator[str]:
    """The paragraphs of an element of a drawing, without empty ones."""
    for paragraph in element.iter(f"{DRAWING}p"):
        line = "".join(_pieces(paragraph))
        if line.strip():
            yield line


def picture_description(element: Any) -> str:
    """The description of a picture for those who do not see it, unless a machine guessed it. `element` holds
    the picture, in a tree of either library.
    """
    for about in element.iter():
        if isinstance(about.tag, str) and about.tag.rpartition("}")[2] in _ABOUT:
            text: str = about.get("descr", "").strip()
            is_none = text.lower().endswith(_PICTURE_NAMES) or _BY_MACHINE.search(text)
            return "" if is_none else text
    return ""


def include_file(
    out: TextBuilder, parse: Parse | None, file: tuple[str, bytes] | None, name: str, what: str
) -> None:
    """Adds the text of a file inside the document `name`, or notes that it was not read.

    `file` is the path of its part and its bytes; None when it is kept elsewhere. `what` names it for people.
    """
    path, data = file or ("", b"")
    suffix = PurePosixPath(path).suffix
    if file is None:
        out.gap("attachment", what, "It is kept outside of this document.")
    elif parse is None:
        out.gap("attachment", what, "It is nested too deeply inside other documents.")
    else:
        try:
            out.include(parse(data, f"{PurePosixPath(name).stem} ({what}){suffix}"), below=1, part=what)
        except NoTextError:
            return
        except ParseError as error:
            out.gap("attachment", what, str(error))


def smart_art_lines(data: Element) -> Iterator[str]:
    """The texts of a SmartArt graphic. `data` is the root of the part of its points."""
    for point in data.iter(f"{_DIAGRAM}pt"):
        yield from drawn_lines(point)


def _pieces(paragraph: Element) -> Iterator[str]:
    for piece in paragraph.iter():
        if piece.tag == f"{DRAWING}t":
            yield piece.text or ""
        elif piece.tag == f"{DRAWING}br":
            yield "\n"


def transitional(data: bytes, name: str) -> bytes:
    """The document in the usual form of Open XML if it has the strict one, which names everything otherwise.

    Raises ParseError if the archive is damaged.
    """
    with opened(data, name) as archive:
        if _ROOT_RELATIONS not in archive.namelist() or not _STRICT.search(archive.read(_ROOT_RELATIONS)):
            return data
        target = io.BytesIO()
        with zipfile.ZipFile(target, "w") as rewritten:
            for info in archive.infolist():
                content = archive.read(info)
                if info.filename.lower().endswith(_MARKUP):
                    content = _STRICT.sub(_usual_name, content)
                rewritten.writestr(info.filename, content)
    return target.getvalue()


def _usual_name(found: re.Match[bytes]) -> bytes:
    return b"http://schemas.openxmlformats.org/%s/2006/%s" % (found[1], _RENAMED.get(found[2], found[2]))


_RENAMED = {b"extendedProperties": b"extended-properties", b"customProperties": b"custom-properties"}
