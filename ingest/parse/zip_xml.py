"""Documents that are ZIP archives of XML files: Office, OpenDocument, EPUB."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from html.entities import html5
from xml.etree.ElementTree import Element
from xml.etree.ElementTree import ParseError as XmlError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from ragapp.errors import ParseError

_BROKEN = (zipfile.BadZipFile, EOFError, NotImplementedError, OSError)


@contextmanager
def opened(data: bytes, name: str) -> Iterator[zipfile.ZipFile]:
    """Opens an archive. Raises ParseError if it, or a member that is read inside the block, is damaged."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            yield archive
    except _BROKEN as error:
        raise damaged(name, error) from error


def member(archive: zipfile.ZipFile, path: str, name: str) -> bytes:
    """Reads a member. Raises ParseError if it does not exist or is encrypted."""
    try:
        return archive.read(path)
    except KeyError:
        raise damaged(name, f"it lacks {path}") from None
    except RuntimeError:  # zipfile's word for an encrypted member
        raise ParseError(
            f"{name} is encrypted: it needs a password. Save a copy without one and add that copy."
        ) from None


def xml_of(data: bytes, name: str) -> Element:
    """Parses the root element, without resolving entities and external references. Raises ParseError."""
    try:
        root: Element = fromstring(_with_known_entities(data))
    except DefusedXmlException as error:
        raise ParseError(
            f"{name} defines XML entities, which are not allowed. Save it without them."
        ) from error
    except (XmlError, ValueError, LookupError) as error:  # the last two are for unknown encodings
        raise damaged(name, error) from error
    return root


def outermost(
    parent: Element, wanted: Callable[[Element], bool], closed: Callable[[Element], bool] = lambda _: False
) -> Iterator[Element]:
    """Yields the wanted elements below `parent` in the order of the file, except those inside another wanted
    or closed element. So nested elements of the same kind are read once, and not once for each level.
    """
    waiting = list(reversed(parent))
    while waiting:
        element = waiting.pop()
        if wanted(element):
            yield element
        elif not closed(element):
            waiting.extend(reversed(element))


def _with_known_entities(data: bytes) -> bytes:
    """The document with `&nbsp;` and other names that only HTML knows as numbers, outside of CDATA sections.

    Without a definition of its own, which is refused, such a name is an error in XML.
    """
    if b"&" not in data:
        return data
    return _NAMED.sub(_as_number, data)


def _as_number(found: re.Match[bytes]) -> bytes:
    name = (found["name"] or b"").decode()
    letters = html5.get(f"{name};") if name and name not in _XML_NAMES else None
    return "".join(f"&#{ord(letter)};" for letter in letters).encode() if letters else found[0]


_XML_NAMES = frozenset({"amp", "lt", "gt", "quot", "apos"})
_NAMED = re.compile(rb"<!\[CDATA\[(?:[^\]]|\](?!\]>))*+|&(?P<name>[A-Za-z][A-Za-z0-9]{1,31});")

_LXML_DEPTH = "Excessive depth"
"""How lxml begins its message about elements that are nested more than 256 deep."""


def damaged(name: str, why: object) -> ParseError:
    if _LXML_DEPTH in str(why):
        return nested_too_deeply(name)
    return ParseError(f"{name} is damaged: {why}. Open it in its own program and save a new copy.")


def other_kind(name: str, content_type: str) -> ParseError:
    return ParseError(
        f"{name} is another kind of Office document ({content_type}). Save it as DOCX or PPTX and add that."
    )


def nested_too_deeply(name: str) -> ParseError:
    return ParseError(
        f"{name} has parts nested inside each other too deeply to be read. Take the inner parts out, and add "
        "them as documents of their own."
    )
