"""The expressions of formulas: numbers and lines with + - * / and parentheses. Nothing else is computed."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

When = Literal["at", "average", "before"]

_TOKEN = re.compile(r"\s*(?:(?P<number>\d+(?:\.\d+)?)|\{(?P<line>[^{}]{1,80})\}|(?P<mark>[-+*/()]))")
_OPERATIONS: Mapping[str, Callable[[Decimal, Decimal], Decimal]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
}
_SIGNS = {"+": "+", "-": "−", "*": "×", "/": "÷"}


class ExpressionError(ValueError):
    """A text that is not an expression."""


@dataclass(frozen=True, slots=True)
class LineTerm:
    """A line at the time in question, a year before, or the average of both."""

    name: str
    when: When


@dataclass(frozen=True, slots=True)
class Expression:
    """A term, or an operation on two expressions."""

    operator: Literal["+", "-", "*", "/", ""]
    left: Expression | LineTerm | Decimal
    right: Expression | LineTerm | Decimal | None = None

    def terms(self) -> Iterator[LineTerm]:
        for side in (self.left, self.right):
            if isinstance(side, LineTerm):
                yield side
            elif isinstance(side, Expression):
                yield from side.terms()


Operand = Expression | LineTerm | Decimal


def parse_expression(text: str) -> Expression:
    """The expression that a text writes. Raises ExpressionError."""
    tokens = list(_tokens(text))
    made, rest = _sum(tokens)
    if rest:
        raise ExpressionError(f"“{text}” has something behind its end.")
    return made if isinstance(made, Expression) else Expression("", made)


def evaluate(expression: Operand, value_of: Callable[[LineTerm], Decimal]) -> Decimal:
    """The value of an expression. Raises ZeroDivisionError."""
    if isinstance(expression, Decimal):
        return expression
    if isinstance(expression, LineTerm):
        return value_of(expression)
    left = evaluate(expression.left, value_of)
    if expression.right is None:
        return left
    right = evaluate(expression.right, value_of)
    if expression.operator == "/" and not right:
        raise ZeroDivisionError
    return _OPERATIONS[expression.operator](left, right)


def written(expression: Operand, show: Callable[[LineTerm], str], *, inner: bool = False) -> str:
    """The expression with each line as `show` writes it."""
    if isinstance(expression, Decimal):
        return str(expression)
    if isinstance(expression, LineTerm):
        return show(expression)
    if expression.right is None:
        return written(expression.left, show)
    left = written(expression.left, show, inner=expression.operator in "*/")
    right = written(expression.right, show, inner=expression.operator in "*/-")
    text = f"{left} {_SIGNS[expression.operator]} {right}"
    return f"({text})" if inner else text


def _tokens(text: str) -> Iterator[str | LineTerm | Decimal]:
    at = 0
    while at < len(text.rstrip()):
        found = _TOKEN.match(text, at)
        if found is None:
            raise ExpressionError(f"“{text[at:]}” is no number, {{line}} or operator.")
        at = found.end()
        if found["number"]:
            yield Decimal(found["number"])
        elif found["line"]:
            name, _, when = found["line"].partition(":")
            yield LineTerm(name.strip(), _when(when.strip()))
        else:
            yield found["mark"]


def _when(word: str) -> When:
    if word == "average":
        return "average"
    if word == "before":
        return "before"
    if word:
        raise ExpressionError(f"“{word}” is neither “average” nor “before”.")
    return "at"


_Tokens = list[str | LineTerm | Decimal]


def _sum(tokens: _Tokens) -> tuple[Operand, _Tokens]:
    left, rest = _product(tokens)
    while rest and rest[0] in {"+", "-"}:
        operator = "+" if rest[0] == "+" else "-"
        right, rest = _product(rest[1:])
        left = Expression("+" if operator == "+" else "-", left, right)
    return left, rest


def _product(tokens: _Tokens) -> tuple[Operand, _Tokens]:
    left, rest = _term(tokens)
    while rest and rest[0] in {"*", "/"}:
        multiplies = rest[0] == "*"
        right, rest = _term(rest[1:])
        left = Expression("*" if multiplies else "/", left, right)
    return left, rest


def _term(tokens: _Tokens) -> tuple[Operand, _Tokens]:
    if not tokens:
        raise ExpressionError("An expression ends where a number or a {line} is expected.")
    first, *rest = tokens
    if not isinstance(first, str):
        return first, rest
    if first != "(":
        raise ExpressionError(f"“{first}” stands where a number or a {{line}} is expected.")
    inside, rest = _sum(rest)
    if not rest or rest[0] != ")":
        raise ExpressionError("A parenthesis is not closed.")
    return inside, rest[1:]
