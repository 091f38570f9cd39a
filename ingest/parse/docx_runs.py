"""The text of Word runs: what is shown, with signs of symbol fonts, raised digits, fractions and readings."""

from __future__ import annotations

from collections.abc import Iterator

from docx.oxml.ns import qn
from lxml.etree import _Element

FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
BOX = qn("w:txbxContent")

_MATH = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
_RUBY = ("w:rubyBase", "w:rt")
_SKIPPED = frozenset({qn("w:del"), qn("w:moveFrom"), qn("w:pPr"), qn("w:rPr"), FALLBACK, BOX})
_SIGNS = {qn("w:tab"): "\t", qn("w:br"): "\n", qn("w:cr"): "\n", qn("w:noBreakHyphen"): "-"}
_OFF = frozenset({"0", "false", "off"})

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


def run_texts(element: _Element) -> Iterator[str]:
    """The pieces of text of an element, without deleted and hidden text and text boxes."""
    for child in element:
        if child.tag in _SKIPPED or (child.tag == qn("w:r") and _is_hidden(child)):
            continue
        if child.tag in {qn("w:t"), f"{_MATH}t"}:
            yield child.text or ""
        elif child.tag in _SIGNS:
            yield _SIGNS[child.tag]
        elif child.tag == qn("w:sym"):
            yield _sign(child)
        elif child.tag == qn("w:r") and _is_raised(child):
            yield _raised("".join(run_texts(child)))
        elif child.tag in _COMPOSED:
            yield _composed(child)
        elif child.tag == qn("w:ruby"):
            yield _with_reading(child)
        else:
            yield from run_texts(child)


def _is_hidden(run: _Element) -> bool:
    hidden = run.find(f"{qn('w:rPr')}/{qn('w:vanish')}")
    return hidden is not None and hidden.get(qn("w:val"), "1") not in _OFF


def _is_raised(run: _Element) -> bool:
    align = run.find(f"{qn('w:rPr')}/{qn('w:vertAlign')}")
    return align is not None and align.get(qn("w:val")) == "superscript"


def _raised(text: str) -> str:
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


_COMPOSED = {
    f"{_MATH}f": ("num", "/", "den"),
    f"{_MATH}sSup": ("e", "^", "sup"),
    f"{_MATH}sSub": ("e", "_", "sub"),
}


def _composed(element: _Element) -> str:
    """A fraction or a power on one line."""
    first, sign, second = _COMPOSED[element.tag]
    parts = (
        "".join("".join(run_texts(part)) for part in element.findall(f"{_MATH}{name}"))
        for name in (first, second)
    )
    return sign.join(f"({part})" if len(part.split()) > 1 or _has_sign(part) else part for part in parts)


def _with_reading(ruby: _Element) -> str:
    """A word of Japanese or Chinese, and how it is read in parentheses."""
    base, reading = ("".join("".join(run_texts(part)) for part in ruby.findall(qn(tag))) for tag in _RUBY)
    return f"{base}({reading})" if reading else base


def _has_sign(part: str) -> bool:
    return any(sign in part for sign in "+-−*/=") and len(part) > 1
