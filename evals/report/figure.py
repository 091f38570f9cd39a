"""A plot as it is shown: a figure of a page, or a picture of its own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files

from markupsafe import Markup

from evals.report.axes import WIDTH


@dataclass(frozen=True, slots=True)
class Plot:
    """SVG `parts`, `height` pixels high, and the same `numbers` as a table for whoever cannot see them."""

    caption: str
    height: float
    parts: Sequence[Markup]
    numbers: Markup

    def __html__(self) -> str:
        """What stands in a page: markup that is joined or formatted asks for it."""
        return Markup(
            '<figure><svg viewBox="0 0 {} {}" role="img" aria-label="{}">\n{}\n</svg>'
            "<figcaption>{}</figcaption><details><summary>the numbers</summary>{}</details></figure>"
        ).format(WIDTH, self.height, self.caption, self._drawn, self.caption, self.numbers)

    def picture(self) -> str:
        """An SVG document with its colours, light and dark, on a ground of its own."""
        return Markup(
            '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {} {}" role="img" aria-label="{}">\n'
            '<style>{}</style>\n<rect class="ground" width="100%" height="100%"/>\n{}\n</svg>\n'
        ).format(WIDTH, self.height, self.caption, stylesheet("plot.css"), self._drawn)

    @property
    def _drawn(self) -> Markup:
        return Markup("\n").join(self.parts)


def stylesheet(name: str) -> Markup:
    """One of those beside this module, as it goes into a document."""
    return Markup(files(__package__).joinpath(name).read_text(encoding="utf-8"))  # noqa: S704 - ours
