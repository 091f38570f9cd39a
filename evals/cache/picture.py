"""The curve as an SVG picture: hit rate across, wrong answers a hit upwards, with their upper bounds."""

from __future__ import annotations

from collections.abc import Sequence
from xml.sax.saxutils import escape

from evals.cache.curve import Point
from evals.cache.evaluation import CacheEvaluation

WIDTH, HEIGHT, MARGIN = 720, 440, 60
FEWEST = 30
"""Hits below which a rate is not drawn: its bound says nothing."""

_STYLE = """
text{font:13px system-ui,sans-serif;fill:#333} .axis{stroke:#999} .grid{stroke:#e5e5e5}
.plain{stroke:#b45309;fill:none;stroke-width:2} .guarded{stroke:#1d4ed8;fill:none;stroke-width:2}
.bound{stroke-dasharray:3 4;stroke-width:1} circle{fill:#1d4ed8}
"""


def picture(found: CacheEvaluation) -> str:
    """A whole SVG document."""
    drawn = [point for point in (*found.curve, *found.plain_curve) if point.hits >= FEWEST]
    right = max((point.hit_rate for point in drawn), default=1.0)
    top = max((point.wrong_per_hit.upper_95 for point in drawn), default=1.0)
    scale = _Scale(right, top)
    parts = [
        *_axes(scale, right, top),
        *_curve(found.plain_curve, "plain", scale),
        *_curve(found.curve, "guarded", scale),
        _mark(found.test, scale),
        _label(WIDTH - 250, 30, "plain", "cosine alone"),
        _label(WIDTH - 250, 50, "guarded", "cosine and guards (dashed: upper 95%)"),
    ]
    body = "\n".join(parts)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}">'
        f"<style>{_STYLE}</style>\n{body}\n</svg>\n"
    )


class _Scale:
    def __init__(self, right: float, top: float) -> None:
        self._right, self._top = right or 1.0, top or 1.0

    def x(self, hit_rate: float) -> float:
        return round(MARGIN + hit_rate / self._right * (WIDTH - 2 * MARGIN), 1)

    def y(self, wrong: float) -> float:
        return round(HEIGHT - MARGIN - wrong / self._top * (HEIGHT - 2 * MARGIN), 1)


def _axes(scale: _Scale, right: float, top: float) -> list[str]:
    lines = []
    for step in range(6):
        x, y = scale.x(right * step / 5), scale.y(top * step / 5)
        lines += [
            f'<line class="grid" x1="{MARGIN}" x2="{WIDTH - MARGIN}" y1="{y}" y2="{y}"/>',
            f'<text x="{MARGIN - 8}" y="{y + 4}" text-anchor="end">{top * step / 5:.1%}</text>',
            f'<text x="{x}" y="{HEIGHT - MARGIN + 20}" text-anchor="middle">{right * step / 5:.1%}</text>',
        ]
    lines.append(_text(WIDTH / 2, HEIGHT - 12, "share of pairs served from the cache"))
    lines.append(_text(WIDTH / 2 - 150, 20, "wrong answers a hit"))
    return lines


def _curve(points: Sequence[Point], kind: str, scale: _Scale) -> list[str]:
    drawn = [point for point in points if point.hits >= FEWEST]
    rate = " ".join(f"{scale.x(p.hit_rate)},{scale.y(p.wrong_per_hit.estimate)}" for p in drawn)
    bound = " ".join(f"{scale.x(p.hit_rate)},{scale.y(p.wrong_per_hit.upper_95)}" for p in drawn)
    return [
        f'<polyline class="{kind}" points="{rate}"/>',
        f'<polyline class="{kind} bound" points="{bound}"/>',
    ]


def _mark(point: Point, scale: _Scale) -> str:
    x, y = scale.x(point.hit_rate), scale.y(point.wrong_per_hit.estimate)
    return f'<circle cx="{x}" cy="{y}" r="5"/>' + _text(x + 60, y - 10, f"threshold {point.threshold}")


def _label(x: float, y: float, kind: str, text: str) -> str:
    line = f'<line class="{kind}" x1="{x - 30}" x2="{x - 8}" y1="{y - 4}" y2="{y - 4}"/>'
    return f'{line}<text x="{x}" y="{y}">{escape(text)}</text>'


def _text(x: float, y: float, text: str) -> str:
    return f'<text x="{x}" y="{y}" text-anchor="middle">{escape(text)}</text>'
