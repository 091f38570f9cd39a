"""The text of Word runs: what is shown, with signs of symbol fonts, raised digits, formulas and readings."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from docx.oxml.ns import qn
from lxml.etree import _Element

from ingest.parse.docx_math import formula_text, is_formula_part
from ingest.parse.docx_numerals import in_numerals

FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
BOX = qn("w:txbxContent")

_MATH = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
_RUBY = ("w:rubyBase", "w:rt")
_SKIPPED = frozenset({qn("w:del"), qn("w:moveFrom"), qn("w:pPr"), qn("w:rPr"), FALLBACK, BOX})
_SIGNS = {qn("w:tab"): "\t", qn("w:br"): "\n", qn("w:cr"): "\n", qn("w:noBreakHyphen"): "-"}
_ON = frozenset({"1", "true", "on"})
_OFF = frozenset({"0", "false", "off"})
_RUN = qn("w:r")
_TEXTS = frozenset({qn("w:t"), f"{_MATH}t"})
_SYMBOL_SIGN = qn("w:sym")

_SYMBOL = dict(
    zip(
        b"\xb1\xb0\xb3\xa3\xb4\xb9\xbb\xa5\xae\xac\xde\xab\xb7\xd7\xd6\xd1\xb6\xe5\xf2\xce\xc7\xc8\xb8\xba\xa2",
        "±°≥≤×≠≈∞→←⇒↔•⋅√∇∂∑∫∈∩∪÷≡′",
        strict=True,
    )
) | dict(zip(b"abgdezhqiklmnxoprstufcywGDQLXPSFYW", "αβγδεζηθικλμνξοπρστυφχψωΓΔΘΛΞΠΣΦΨΩ", strict=True))
_WINGDINGS = dict(zip(b"\xfe\xfd\xa8\xfc\xfb\xe0\xdf\x6f\x78\xa7\x6e\xe8", "☑☒☐✓✗→←□☒▪■➔", strict=True))
_FONTS = {"Symbol": _SYMBOL, "Wingdings": _WINGDINGS}
_PRIVATE = 0xF000
"""Where fonts of signs have them in Unicode."""


_NOTES = {qn("w:footnoteReference"): "footnote", qn("w:endnoteReference"): "endnote"}


@dataclass(slots=True)
class RunReader:
    """Reads the runs of a document. `hidden_styles` are the styles whose text is not shown."""

    hidden_styles: frozenset[str] = frozenset()
    marks: dict[tuple[str, str], str] = field(default_factory=dict)
    """The marks of the notes that the text has referred to, by kind and id."""

    def texts(self, element: _Element) -> Iterator[str]:
        """The pieces of text of an element, without deleted and hidden text and text boxes."""
        for child in element:
            tag = child.tag
            if tag in _SKIPPED or (tag == _RUN and self._is_hidden(child)):
                continue
            if tag in _TEXTS:
                yield _in_font(child)
            elif tag in _SIGNS:
                yield _SIGNS[tag]
            elif tag == _SYMBOL_SIGN:
                yield _sign(child)
            elif tag in _NOTES:
                yield self._mark(child, _NOTES[tag])
            elif tag == _RUN and _is_raised(child):
                yield raised("".join(self.texts(child)))
            elif is_formula_part(child):
                yield formula_text(child, self.texts)
            elif tag == qn("w:ruby"):
                yield self._with_reading(child)
            else:
                yield from self.texts(child)

    def _mark(self, reference: _Element, kind: str) -> str:
        """The mark of a note, numbered as they come; endnotes have Roman numbers, as in Word."""
        if reference.get(qn("w:customMarkFollows")) in _ON:
            return ""
        key = kind, reference.get(qn("w:id"), "")
        if key not in self.marks:
            number = sum(1 for known, _ in self.marks if known == kind) + 1
            self.marks[key] = in_numerals(number, "decimal" if kind == "footnote" else "lowerRoman")
        return f" [{self.marks[key]}]"

    def _is_hidden(self, run: _Element) -> bool:
        properties = run.find(qn("w:rPr"))
        if properties is None:
            return False
        hidden = properties.find(qn("w:vanish"))
        if hidden is not None:
            return hidden.get(qn("w:val"), "1") not in _OFF
        style = properties.find(qn("w:rStyle"))
        return style is not None and style.get(qn("w:val")) in self.hidden_styles

    def _with_reading(self, ruby: _Element) -> str:
        """A word of Japanese or Chinese, and how it is read in parentheses."""
        base, reading = (
            "".join("".join(self.texts(part)) for part in ruby.findall(qn(tag))) for tag in _RUBY
        )
        return f"{base}({reading})" if reading else base


def _is_raised(run: _Element) -> bool:
    align = run.find(f"{qn('w:rPr')}/{qn('w:vertAlign')}")
    return align is not None and align.get(qn("w:val")) == "superscript"


def raised(text: str) -> str:
    """A raised number as an exponent, so that 10^6 is told from 106. Raised letters stay: 1st."""
    return f"^{text}" if text.strip().lstrip("+-−–").isdigit() else text


def _sign(element: _Element) -> str:
    """The character that a font of signs shows; a placeholder is better than nothing."""
    code = element.get(qn("w:char"), "")
    try:
        number = int(code, 16)
    except ValueError:
        return ""
    signs = _FONTS.get(element.get(qn("w:font"), ""), {})
    return signs.get(
        number - _PRIVATE if number >= _PRIVATE else number, "" if number >= _PRIVATE else chr(number)
    )


def _in_font(text: _Element) -> str:
    """A text; the signs of symbol fonts in it are those that the font shows."""
    written = text.text or ""
    if not any(_PRIVATE <= ord(letter) < _PRIVATE + 256 for letter in written):
        return written
    run = text.getparent()
    fonts = run.find(f"{qn('w:rPr')}/{qn('w:rFonts')}") if run is not None else None
    signs = _FONTS.get(fonts.get(qn("w:ascii"), ""), {}) if fonts is not None else {}
    return "".join(signs.get(ord(letter) - _PRIVATE, letter) for letter in written)
