"""Finds the regular expressions of our modules, and texts on which a careless one takes quadratic time.

A backtracking search is slow where it begins at many places and goes far from each before it fails. So the
texts repeat what the parts of a pattern match: each part that may be repeated by itself, after what leads up
to it, together with what leads up to it, and beside the next such part.
"""

from __future__ import annotations

import ast
import importlib
import inspect
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from re import _constants as op  # type: ignore[attr-defined]
from re import _parser  # type: ignore[attr-defined]
from types import ModuleType
from typing import Any

FOR_EVER = 40
"""Repetitions from which on a part counts as one that may be repeated for ever."""

FEW = 3
"""Samples of a part that are combined with those of the others."""

_LETTERS = "a1 -.\n\tA,:|=<>[](){}\"'*#_~`^+/\\é，。\f\r$€%@&;!?…\x80"
_REPEATS = frozenset({op.MAX_REPEAT, op.MIN_REPEAT, op.POSSESSIVE_REPEAT})
_CATEGORIES = {
    op.CATEGORY_DIGIT: str.isdigit,
    op.CATEGORY_SPACE: str.isspace,
    op.CATEGORY_WORD: lambda letter: letter.isalnum() or letter == "_",
    op.CATEGORY_NOT_DIGIT: lambda letter: not letter.isdigit(),
    op.CATEGORY_NOT_SPACE: lambda letter: not letter.isspace(),
    op.CATEGORY_NOT_WORD: lambda letter: not (letter.isalnum() or letter == "_"),
}

Seed = tuple[str, str]
"""What comes once, and what is repeated after it."""


def modules_with_patterns(package: ModuleType) -> Iterator[ModuleType]:
    """Those below the package that import `re`; others are not imported."""
    root = Path(inspect.getfile(package)).parent
    for path in sorted(root.rglob("*.py")):
        if re.search(r"^import re$", path.read_text(encoding="utf-8"), re.MULTILINE):
            parts = path.relative_to(root.parent).with_suffix("").parts
            yield importlib.import_module(".".join(parts).removesuffix(".__init__"))


@dataclass(frozen=True, slots=True)
class Found:
    """A pattern; `ways` are the methods that are called on it, as far as that can be seen."""

    name: str
    pattern: re.Pattern[Any]
    ways: set[str]


def patterns_of(module: ModuleType) -> Iterator[Found]:
    """Those in the module's own variables, and those that its functions give to `re` as literals."""
    source = inspect.getsource(module)
    for name, value in vars(module).items():
        alone = isinstance(value, re.Pattern) and name.startswith("_")
        ways = set(re.findall(rf"(?<!\w){name}\.(\w+)\(", source)) if alone else {"search"}
        for pattern in _compiled(value):
            yield Found(f"{module.__name__}.{name}", pattern, ways or {"search"})
    for call in _calls_in_functions(module):
        if isinstance(call.args[0], ast.Constant):
            flags = [one.value for one in call.keywords if one.arg == "flags"]
            value = eval(compile(ast.Expression(flags[0]), "", "eval"), vars(module)) if flags else 0
            pattern = re.compile(call.args[0].value, value)
            yield Found(
                f"{module.__name__}:{call.lineno}", pattern, {ast.unparse(call.func).removeprefix("re.")}
            )


def computed_patterns(module: ModuleType) -> list[str]:
    """The lines in which its functions give something else than a literal to `re`."""
    calls = [call for call in _calls_in_functions(module) if not isinstance(call.args[0], ast.Constant)]
    return [ast.unparse(call) for call in calls]


def _compiled(value: object) -> Iterator[re.Pattern[Any]]:
    if isinstance(value, re.Pattern):
        yield value
    elif isinstance(value, tuple | list | frozenset | Mapping):
        for inner in value.values() if isinstance(value, Mapping) else value:
            yield from _compiled(inner)


def _calls_in_functions(module: ModuleType) -> Iterator[ast.Call]:
    for function in ast.walk(ast.parse(inspect.getsource(module))):
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
            for node in ast.walk(function):
                name = ast.unparse(node.func) if isinstance(node, ast.Call) else ""
                takes_pattern = name.startswith("re.") and name != "re.escape"
                if isinstance(node, ast.Call) and takes_pattern and node.args:
                    yield node


def seeds_of(pattern: re.Pattern[Any]) -> list[Seed]:
    source = pattern.pattern
    if isinstance(source, bytes):
        source = source.decode("latin-1")
    parsed = _parser.parse(source, pattern.flags & (re.VERBOSE | re.IGNORECASE | re.MULTILINE | re.DOTALL))
    return list(dict.fromkeys(_seeds(parsed, [])))


def _seeds(sequence: Iterable[Any], leads: list[str]) -> Iterator[Seed]:
    """`leads` are texts that lead up to the sequence."""
    pumps: list[list[str]] = []
    for operation, argument in sequence:
        samples = _samples(operation, argument)
        for inner in _inner_sequences(operation, argument):
            yield from _seeds(inner, leads)
        if operation in _REPEATS and argument[1] >= FOR_EVER:
            pumps.append(samples)
            for pump in samples:
                yield "", pump
                for lead in leads:
                    yield lead, pump
                    yield "", lead + pump
        leads = [a + b for a in leads[:2] or [""] for b in samples[:2]][:FEW]
    yield from (("", lead) for lead in leads)
    for first, second in pairwise(pumps):
        yield from ((one * 200, two) for one in first[:FEW] for two in second[:FEW])


def _inner_sequences(operation: Any, argument: Any) -> Sequence[Any]:
    if operation in _REPEATS:
        return [argument[2]]
    if operation is op.SUBPATTERN:
        return [argument[3]]
    if operation is op.BRANCH:
        return list(argument[1])
    if operation in {op.ASSERT, op.ASSERT_NOT}:
        return [argument[1]]
    return [argument] if operation is op.ATOMIC_GROUP else []


def _samples(operation: Any, argument: Any) -> list[str]:
    """A few short texts that the part matches; an empty one for a part that only looks around."""
    if operation in _ONE_LETTER:
        return _ONE_LETTER[operation](argument)
    if operation in _REPEATS:
        return [text * max(1, min(argument[0], 50)) for text in _texts(argument[2])]
    if operation is op.BRANCH:
        return [text for branch in argument[1] for text in _texts(branch)[:1]][: 4 * FEW]
    inner = _inner_sequences(operation, argument)
    return _texts(inner[0]) if operation in {op.SUBPATTERN, op.ATOMIC_GROUP} else [""]


def _texts(sequence: Iterable[Any]) -> list[str]:
    texts = [""]
    for operation, argument in sequence:
        samples = _samples(operation, argument)
        texts = [
            text + one for text in texts[:FEW] for one in samples[: len(samples) if texts == [""] else 2]
        ]
    return texts


def _members(items: Sequence[Any]) -> list[str]:
    """Of a set of characters: those that it names, and letters of other kinds that are in it."""
    negated = items[0][0] is op.NEGATE
    named = (
        []
        if negated
        else [
            chr(value if kind is op.LITERAL else value[0])
            for kind, value in items
            if kind in {op.LITERAL, op.RANGE}
        ]
    )
    others = [letter for letter in _LETTERS if any(_holds(item, letter) for item in items) is not negated]
    return list(dict.fromkeys([*named[:FEW], *others[: 2 * FEW]])) or ["a"]


def _holds(item: Any, letter: str) -> bool:
    kind, value = item
    if kind is op.LITERAL:
        return bool(ord(letter) == value)
    if kind is op.RANGE:
        return bool(value[0] <= ord(letter) <= value[1])
    return kind is op.CATEGORY and _CATEGORIES[value](letter)


_ONE_LETTER: Mapping[Any, Callable[[Any], list[str]]] = {
    op.LITERAL: lambda letter: [chr(letter)],
    op.NOT_LITERAL: lambda letter: [one for one in _LETTERS if ord(one) != letter][:FEW],
    op.ANY: lambda _: ["a", " "],
    op.IN: _members,
}
