"""Comments on slides, of both kinds that PowerPoint writes."""

from __future__ import annotations

from collections.abc import Iterator
from xml.etree.ElementTree import Element

from pptx.opc.package import Part
from pptx.slide import Slide

from ingest.parse.office_parts import drawn_lines
from ingest.parse.zip_xml import xml_of

_SHAPES = "{http://schemas.openxmlformats.org/presentationml/2006/main}"
_THREADS = "{http://schemas.microsoft.com/office/powerpoint/2018/8/main}"


class SlideComments:
    """The comments of a presentation, with the names of their authors."""

    def __init__(self, presentation: Part, name: str) -> None:
        self._name = name
        self._authors = {
            author.get("id", ""): author.get("name", "").strip()
            for root in self._parts(presentation, {"commentAuthors", "authors"})
            for author in root.iter()
            if author.tag in {f"{_SHAPES}cmAuthor", f"{_THREADS}author"}
        }

    def of(self, slide: Slide) -> Iterator[str]:
        """The comments on a slide as paragraphs, replies after what they reply to."""
        for root in self._parts(slide.part, {"comments"}):
            for one in root.iter():
                if one.tag in {f"{_SHAPES}cm", f"{_THREADS}cm", f"{_THREADS}reply"} and (text := _text(one)):
                    author = self._authors.get(one.get("authorId", ""))
                    what = "Reply" if one.tag == f"{_THREADS}reply" else "Comment"
                    yield f"{what} by {author}: {text}" if author else f"{what}: {text}"

    def _parts(self, part: Part, kinds: set[str]) -> Iterator[Element]:
        """The roots of the parts of these kinds that a part refers to."""
        for relation in part.rels.values():
            if not relation.is_external and relation.reltype.rpartition("/")[2] in kinds:
                yield xml_of(relation.target_part.blob, self._name)


def _text(comment: Element) -> str:
    old = comment.findtext(f"{_SHAPES}text")
    body = comment.find(f"{_THREADS}txBody")
    return old.strip() if old else "\n".join(drawn_lines(body)) if body is not None else ""
