"""The catalogue of formulas: which one a question names, and the lines that it takes."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Literal

from pydantic import TypeAdapter, ValidationError

from ragapp.answering.tables.expressions import Expression, ExpressionError, parse_expression
from ragapp.answering.tables.labels import label_stems
from ragapp.errors import UsageError

Gives = Literal["amount", "ratio", "percentage", "days"]


@dataclass(frozen=True, slots=True)
class Formula:
    """A formula over the lines of tables. `names` are what questions call it, `computes` is over lines,
    `gives` is the kind of result.
    """

    names: tuple[str, ...]
    computes: str
    gives: Gives


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Formulas, and the usual names of the lines that they take, the most exact first."""

    formulas: tuple[Formula, ...]
    lines: Mapping[str, tuple[str, ...]]

    def named_in(self, question: str) -> tuple[Formula, str] | None:
        """The formula with the longest name that a question has word for word, and that name.

        A line by itself is a formula, too: reports call "cash flow from operating activities" many names.
        """
        asked = label_stems(question)
        lines = (Formula((line, *names), f"{{{line}}}", "amount") for line, names in self.lines.items())
        found = [
            (len(stems), formula, name)
            for formula in (*self.formulas, *lines)
            for name in formula.names
            if _contains(asked, stems := label_stems(name))
        ]
        longest = max(found, key=lambda one: one[0], default=None)
        return None if longest is None else longest[1:]

    def usual_names(self, line: str) -> tuple[str, ...]:
        return self.lines.get(line, (line,))


@cache
def built_in() -> Catalogue:
    """The catalogue that comes with the program."""
    return _read(files("ragapp.answering.tables").joinpath("formulas.toml").read_text(encoding="utf-8"))


def load_catalogue(path: Path | None) -> Catalogue:
    """The built-in catalogue, with the formulas of a file before its own. Raises UsageError."""
    if path is None:
        return built_in()
    try:
        added = _read(path.read_text(encoding="utf-8"))
        for formula in added.formulas:
            parse_expression(formula.computes)
    except (OSError, tomllib.TOMLDecodeError, ValidationError, ExpressionError) as error:
        raise UsageError(f"The formulas in {path} cannot be read: {error}") from error
    return Catalogue((*added.formulas, *built_in().formulas), {**built_in().lines, **added.lines})


def expression_of(formula: Formula) -> Expression:
    return parse_expression(formula.computes)


def _read(text: str) -> Catalogue:
    data = {"formulas": [], "lines": {}, **tomllib.loads(text)}
    return TypeAdapter(Catalogue).validate_python(data)


def _contains(stems: tuple[str, ...], name: tuple[str, ...]) -> bool:
    return any(stems[at : at + len(name)] == name for at in range(len(stems) - len(name) + 1))
