"""A plot, shown as a figure of a page or as a separate SVG file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files

from markupsafe import Markup

from evals.report.axes import WIDTH


@dataclass(frozen=True, slots=True)
class Plot:
    """A plot of SVG `parts`, `height` pixels high, and its `numbers` as a table for readers who cannot see
    it.
    """

    caption: str
    height: float
    parts: Sequence[Markup]
    numbers: Markup

    def __html__(self) -> str:
        """The HTML of the plot; `markupsafe` calls this when it joins or formats markup."""
        return Markup(
            '<figure><svg viewBox="0 0 {} {}" role="img" aria-label="{}">\n{}\n</svg>'
            "<figcaption>{}</figcaption><details><summary>the numbers</summary>{}</details></figure>"
        ).format(WIDTH, self.height, self.caption, self._drawn, self.caption, self.numbers)

    def picture(self) -> str:
        """A separate SVG document with its colours and background."""
        return Markup(
            '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {} {}" role="img" aria-label="{}">\n'
            '<style>{}</style>\n<rect class="ground" width="100%" height="100%"/>\n{}\n</svg>\n'
        ).format(WIDTH, self.height, self.caption, stylesheet("plot.css"), self._drawn)

    @property
    def _drawn(self) -> Markup:
        return Markup("\n").join(self.parts)


def stylesheet(name: str) -> Markup:
    """Reads a stylesheet next to this module, to be embedded in a document."""
    return Markup(files(__package__).joinpath(name).read_text(encoding="utf-8"))  # noqa: S704 - ours
