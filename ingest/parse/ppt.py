"""Presentations of before 2007 (PPT): a slide is a page.

The numbers of records are those of [MS-PPT], Microsoft's description of the format.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from ingest.parse.office_parts import HIDDEN_LEFT_OUT
from ingest.parse.ole import OleStreams, opened_ole
from ingest.parse.ppt_records import GROUP, Record, Records, placed_cells
from ingest.parse.zip_xml import damaged
from ragapp.errors import ParseError
from ragapp.text.builder import SourceCell, TextBuilder
from ragapp.types import ParsedText

_DOCUMENT, _SLIDE, _NOTES, _PERSIST, _USER_EDIT, _DIRECTORY = 1000, 1006, 1008, 1011, 4085, 6002
_TEXTS_OF_SLIDES, _TEXT_KIND, _WIDE_TEXT, _TEXT, _OUTLINE_TEXT = 4080, 3999, 4000, 4008, 3998
_SLIDE_INFO, _NOTES_OF, _DRAWING, _COMMENT, _STRING = 1017, 1009, 1036, 12000, 4026
_PICTURE = 0xF00A, 75
"""The record of a shape and the kind of shapes that are pictures."""
_HIDDEN = 4
_TITLES = frozenset({0, 6})
_NOTES_TEXT, _OTHER = 2, 4
_MOST_EDITS = 10_000
_ENCRYPTED = "EncryptedSummary"


_Text = tuple[int, str]
"""A kind of text, such as that of titles, and the text."""
_Rows = list[list[SourceCell]]


@dataclass(slots=True)
class _SlideTexts:
    """What the list of slides has of a slide: where it is, its number for notes, and its texts with kinds."""

    persist: int
    identity: int
    texts: list[_Text] = field(default_factory=list)


def parse_ppt(data: bytes, name: str, *, read_hidden: bool = True) -> ParsedText:
    """Parses each slide: its title as a heading, the text of its boxes, its notes and comments.

    Hidden slides are marked, or left out if `read_hidden` is off. Raises ParseError if the file is damaged or
    encrypted.
    """
    with opened_ole(data, name) as streams:
        if _ENCRYPTED in streams.names():
            raise ParseError(
                f"{name} is encrypted: it needs a password. Save a copy without one and add that copy."
            )
        reader = _Reader(streams, name)
        out = TextBuilder()
        for number, slide in enumerate(reader.slides(), 1):
            if number > 1:
                out.page()
            reader.write(slide, number, out, read_hidden=read_hidden)
        title, author = streams.properties()
    return out.build(title, {"author": author})


class _Reader:
    def __init__(self, streams: OleStreams, name: str) -> None:
        self._data = streams.read("PowerPoint Document")
        self._records = Records(self._data, name)
        user = streams.read("Current User")
        self._places = self._directory(int.from_bytes(user[16:20], "little"))
        documents = (one for one in self._records.between(0, len(self._data)) if one.kind == _DOCUMENT)
        self._document = self._records.at(self._last_document()) or next(documents, None)
        if self._document is None:
            raise damaged(name, "it has no slides")
        self._notes = dict(self._notes_by_slide())

    def slides(self) -> list[_SlideTexts]:
        return self._listed(0)

    def write(self, slide: _SlideTexts, number: int, out: TextBuilder, *, read_hidden: bool) -> None:
        record = self._records.at(self._places.get(slide.persist, 0))
        inner = list(self._records.inside(record)) if record is not None else []
        is_hidden = any(one.kind == _SLIDE_INFO and self._data[one.start + 10] & _HIDDEN for one in inner)
        if is_hidden and not read_hidden:
            out.gap("hidden", f"slide {number}", HIDDEN_LEFT_OUT)
            return
        texts = list(self._drawn(inner, slide.texts))
        left = [text for text in slide.texts if text not in texts]
        drawn = (*left, *texts)
        title = next((text for kind, text in drawn if kind in _TITLES and isinstance(text, str)), "")
        out.heading(1, f"{title} (hidden slide)".strip() if is_hidden else title)
        for kind, text in drawn:
            if not isinstance(text, str):
                out.table(text)
            elif text != title or kind not in _TITLES:
                self._write_text(text, out)
        for note in self._notes.get(slide.identity, ()):
            out.paragraph(note)
        for comment in (one for one in self._records.within(record) if one.kind == _COMMENT):
            author, text = (self._comment_part(comment, instance) for instance in (0, 1))
            out.paragraph(f"Comment by {author}: {text}" if author else f"Comment: {text}" if text else "")
        if any((one.kind, one.instance) == _PICTURE for one in self._records.within(record)):
            out.gap("picture", f"slide {number}", "Text in pictures of presentations is not read.")

    @staticmethod
    def _write_text(text: str, out: TextBuilder) -> None:
        """Writes a single line as a paragraph, several as a list."""
        lines = [line for line in text.split("\r") if line.strip()]
        if len(lines) == 1:
            out.paragraph(lines[0])
        else:
            for line in lines:
                out.item(line)

    def _drawn(self, inner: list[Record], outline: list[_Text]) -> Iterator[tuple[int, str | _Rows]]:
        """The texts and tables of a slide or of a page of notes."""
        for drawing in (one for one in inner if one.kind == _DRAWING):
            for one in self._records.drawn(drawing):
                if one.kind == GROUP:
                    cells = [(self._line(box), bounds) for box, bounds in self._records.cells(one)]
                    yield _OTHER, placed_cells(cells)
                else:
                    yield from self._texts(self._records.inside(one), outline)

    def _line(self, box: Record) -> str:
        return " ".join(text for _, text in self._texts(self._records.inside(box)))

    def _texts(
        self, records: Iterator[Record], outline: list[_Text] | None = None
    ) -> Iterator[tuple[int, str]]:
        """The texts with their kinds. A box may only refer to a text of the outline, by its number."""
        kind = _OTHER
        for one in records:
            content = self._data[one.start : one.end]
            if one.kind == _TEXT_KIND:
                kind = int.from_bytes(content[:4], "little")
            elif one.kind in {_WIDE_TEXT, _TEXT}:
                written = content.decode("utf-16-le" if one.kind == _WIDE_TEXT else "latin-1", "replace")
                if written.strip("\r\x0b* "):
                    yield kind, written.replace("\x0b", "\n")
            elif one.kind == _OUTLINE_TEXT and outline:
                number = int.from_bytes(content[:4], "little")
                yield from outline[number : number + 1]

    def _listed(self, instance: int) -> list[_SlideTexts]:
        """The slides, or the notes, in their order."""
        found: list[_SlideTexts] = []
        assert self._document is not None
        for listed in self._records.inside(self._document):
            if listed.kind != _TEXTS_OF_SLIDES or listed.instance != instance:
                continue
            waiting: list[Record] = []
            for one in self._records.inside(listed):
                if one.kind == _PERSIST:
                    if found:
                        found[-1].texts += self._texts(iter(waiting))
                    waiting = []
                    found.append(
                        _SlideTexts(self._records.long(one.start), self._records.long(one.start + 12))
                    )
                else:
                    waiting.append(one)
            if found:
                found[-1].texts += self._texts(iter(waiting))
        return found

    def _notes_by_slide(self) -> Iterator[tuple[int, list[str]]]:
        for note in self._listed(2):
            record = self._records.at(self._places.get(note.persist, 0))
            inner = list(self._records.inside(record)) if record is not None else []
            slide = next((self._records.long(one.start) for one in inner if one.kind == _NOTES_OF), None)
            if slide is not None:
                texts = self._drawn(inner, note.texts)
                written = [text for kind, text in texts if kind == _NOTES_TEXT and isinstance(text, str)]
                yield slide, [text.replace("\r", "\n") for text in written]

    def _comment_part(self, comment: Record, instance: int) -> str:
        parts = (
            one for one in self._records.inside(comment) if (one.kind, one.instance) == (_STRING, instance)
        )
        part = next(parts, None)
        return self._data[part.start : part.end].decode("utf-16-le", "replace").strip() if part else ""

    def _directory(self, edit: int) -> dict[int, int]:
        """The places of slides and notes by their numbers, as the last edit has them."""
        places: dict[int, int] = {}
        self._edits: list[int] = []
        while edit and edit not in self._edits and len(self._edits) < _MOST_EDITS:
            self._edits.append(edit)
            record = self._records.at(edit)
            if record is None or record.kind != _USER_EDIT:
                break
            directory = self._records.at(self._records.long(record.start + 12))
            if directory is not None and directory.kind == _DIRECTORY:
                for number, place in self._entries(directory):
                    places.setdefault(number, place)
            edit = self._records.long(record.start + 8)
        return places

    def _entries(self, directory: Record) -> Iterator[tuple[int, int]]:
        at = directory.start
        while at + 4 <= directory.end:
            head = self._records.long(at)
            first, count = head & 0xFFFFF, head >> 20
            for number in range(min(count, (directory.end - at - 4) // 4)):
                yield first + number, self._records.long(at + 4 + 4 * number)
            at += 4 + 4 * count

    def _last_document(self) -> int:
        record = self._records.at(self._edits[0]) if self._edits else None
        return self._places.get(self._records.long(record.start + 16), 0) if record is not None else 0
