"""Formulas of Office documents (OMML) on one line: "x=(-b±√(b^2-4ac))/2a", "∑_(k=1)^n a_k"."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from lxml.etree import _Element

_MATH: Final = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"

FORMULAS: Final = frozenset({f"{_MATH}oMath", f"{_MATH}oMathPara"})

_INTEGRAL: Final = "∫"
_SIGNS: Final = frozenset("+-−–*/=<>≤≥±∓×⋅∙·,| ")
_SCRIPTS: Final = frozenset("^_")
_BRACKETS: Final = {"(": ")", "[": "]", "{": "}", "|": "|"}
_ACCENTS: Final = {
    "\u0302": "hat",
    "\u0303": "tilde",
    "\u0304": "bar",
    "\u20d7": "vec",
    "\u0307": "dot",
    "\u0308": "ddot",
}

Texts = Callable[[_Element], Iterator[str]]
"""The pieces of text of an element."""


def formula_text(element: _Element, texts: Texts) -> str:
    """An element of a formula in print. `texts` reads what is no formula, such as runs."""
    return _Formula(texts).read(element)


def is_formula_part(element: _Element) -> bool:
    """Whether an element is drawn otherwise than as its parts one after the other."""
    return element.tag in _READERS


class _Formula:
    def __init__(self, texts: Texts) -> None:
        self._texts = texts

    def read(self, element: _Element) -> str:
        reader = _READERS.get(element.tag)
        return reader(self, element) if reader is not None else "".join(self._texts(element))

    def part(self, element: _Element, name: str) -> str:
        found = element.find(f"{_MATH}{name}")
        return "".join(self._texts(found)).strip() if found is not None else ""

    def parts(self, element: _Element, name: str) -> list[str]:
        return ["".join(self._texts(found)).strip() for found in element.findall(f"{_MATH}{name}")]

    def fraction(self, element: _Element) -> str:
        over, under = self.part(element, "num"), self.part(element, "den")
        if _property(element, "f", "type") == "noBar":
            return f"{over} over {under}"
        return f"{_grouped(over)}/{_grouped(under)}"

    def power(self, element: _Element) -> str:
        return self._scripted(self.part(element, "e"), self.part(element, "sub"), self.part(element, "sup"))

    def before(self, element: _Element) -> str:
        return self._scripted("", self.part(element, "sub"), self.part(element, "sup")) + self.part(
            element, "e"
        )

    def root(self, element: _Element) -> str:
        degree, inside = self.part(element, "deg"), _grouped(self.part(element, "e"))
        return f"√[{degree}]{inside}" if degree else f"√{inside}"

    def sum(self, element: _Element) -> str:
        sign = _property(element, "nary", "chr", _INTEGRAL) or _INTEGRAL
        drawn = self._scripted(sign, self.part(element, "sub"), self.part(element, "sup"))
        return f"{drawn} {self.part(element, 'e')}"

    def brackets(self, element: _Element) -> str:
        begin = _property(element, "d", "begChr", "(")
        end = _property(element, "d", "endChr", ")")
        separator = _property(element, "d", "sepChr", "|")
        return begin + separator.join(self.parts(element, "e")) + end

    def function(self, element: _Element) -> str:
        return f"{self.part(element, 'fName')} {self.part(element, 'e')}"

    def limit(self, element: _Element) -> str:
        mark = "_" if element.tag == f"{_MATH}limLow" else "^"
        return f"{self.part(element, 'e')}{mark}{_grouped(self.part(element, 'lim'))}"

    def matrix(self, element: _Element) -> str:
        rows = [", ".join(self.parts(row, "e")) for row in element.findall(f"{_MATH}mr")]
        return f"[{'; '.join(rows)}]"

    def equations(self, element: _Element) -> str:
        return "; ".join(self.parts(element, "e"))

    def accent(self, element: _Element) -> str:
        sign, inside = _property(element, "acc", "chr", "\u0302"), self.part(element, "e")
        return f"{_ACCENTS[sign]}({inside})" if sign in _ACCENTS else inside + sign

    def bar(self, element: _Element) -> str:
        return f"bar({self.part(element, 'e')})"

    @staticmethod
    def _scripted(base: str, below: str, above: str) -> str:
        base = _grouped(base) if base and base[-1:] not in _BRACKETS.values() else base
        low = f"_{_script(below)}" if below else ""
        return base + low + (f"^{_script(above)}" if above else "")


_READERS: Final[dict[object, Callable[[_Formula, _Element], str]]] = {
    f"{_MATH}f": _Formula.fraction,
    f"{_MATH}sSup": _Formula.power,
    f"{_MATH}sSub": _Formula.power,
    f"{_MATH}sSubSup": _Formula.power,
    f"{_MATH}sPre": _Formula.before,
    f"{_MATH}rad": _Formula.root,
    f"{_MATH}nary": _Formula.sum,
    f"{_MATH}d": _Formula.brackets,
    f"{_MATH}func": _Formula.function,
    f"{_MATH}limLow": _Formula.limit,
    f"{_MATH}limUpp": _Formula.limit,
    f"{_MATH}m": _Formula.matrix,
    f"{_MATH}eqArr": _Formula.equations,
    f"{_MATH}acc": _Formula.accent,
    f"{_MATH}bar": _Formula.bar,
}


def _grouped(text: str) -> str:
    """The text in parentheses if it is more than one term and has none around it."""
    if not _SIGNS.intersection(text[1:]) or _is_enclosed(text):
        return text
    return f"({text})"


def _script(text: str) -> str:
    """An exponent or index, in parentheses also if it has one itself."""
    has_scripts = bool(_SCRIPTS.intersection(text)) and not _is_enclosed(text)
    return f"({text})" if has_scripts else _grouped(text)


def _is_enclosed(text: str) -> bool:
    """Whether the first bracket is closed by the last letter."""
    end = _BRACKETS.get(text[:1])
    if end is None or text[-1:] != end or text[0] == end:
        return False
    depth = 0
    for at, letter in enumerate(text):
        depth += (letter == text[0]) - (letter == end)
        if not depth:
            return at == len(text) - 1
    return False


def _property(element: _Element, kind: str, name: str, otherwise: str = "") -> str:
    """A property of a formula; an empty value is one, too."""
    found = element.find(f"{_MATH}{kind}Pr/{_MATH}{name}")
    return found.get(f"{_MATH}val", otherwise) if found is not None else otherwise
