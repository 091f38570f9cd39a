"""One term, one meaning: the glossary holds for the code, and no class name means two things."""

from __future__ import annotations

import ast
import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.docs.source import PAGES, PRODUCT, ROOT, modules, top_level_names, tree

ROW = re.compile(r"^\| ([^|]+?) \| ([^|]+?) \| ([^|]+?) \|$", re.MULTILINE)
QUOTED = re.compile(r"`([^`]+)`")

MEANING_TWO_THINGS = {
    "ChatRequest": "A request of the Chat Completions API, received by our endpoint or sent to a model.",
    "Delta": "A piece of a streamed chat completion, sent by our endpoint or received from a served model.",
}
"""Public class names that may be defined more than once, and why."""

RETIRED = {
    "anew", "crowd", "desk", "door", "doors", "drafter", "furniture", "leg", "legs", "postpone", "premises",
    "rooms", "shelf", "strike", "strikes", "unruly", "wish", "wishes",
}  # fmt: skip
"""Private metaphors that the glossary's terms replaced. None of them may name anything in the code."""

RETIRED_PHRASES = re.compile(
    r"\b(anew|furniture|premises|far it carries|kept answers?|handed in|brought in|is none|the truth"
    r"|the house|legs?|wish|troubles)\b",
    re.IGNORECASE,
)


def terms() -> list[tuple[str, str, str]]:
    """(term, meaning, where in the code) of each row."""
    return ROW.findall((ROOT / "docs" / "glossary.md").read_text(encoding="utf-8"))[2:]


@pytest.mark.parametrize("row", terms(), ids=lambda row: row[0])
def test_a_term_is_in_the_code(row: tuple[str, str, str]) -> None:
    names, _, place = row[2].rpartition(" in ")
    (path,) = (ROOT / name for name in QUOTED.findall(place))
    assert path.exists()
    missing = set(QUOTED.findall(names)) - top_level_names(path)
    assert not missing, f"{path.relative_to(ROOT)} does not define {missing}"


def test_each_term_is_there_once_and_in_order() -> None:
    found = [term for term, _, _ in terms()]
    assert len(found) > 40
    assert found == sorted(set(found))


def test_a_class_name_means_one_thing() -> None:
    doubled = {name: places for name, places in public_classes().items() if len(places) > 1}
    assert {name: doubled[name] for name in doubled.keys() - MEANING_TWO_THINGS} == {}
    assert MEANING_TWO_THINGS.keys() <= doubled.keys(), "remove names that are defined once by now"


def public_classes() -> dict[str, list[str]]:
    found = defaultdict(list)
    for module in product_modules():
        for node in ast.walk(tree(module)):
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                found[node.name].append(str(module.relative_to(ROOT)))
    return found


def product_modules() -> Iterator[Path]:
    for folder in PRODUCT:
        yield from modules(ROOT / folder)


def test_retired_words_name_nothing() -> None:
    found = Counter(
        f"{module.relative_to(ROOT)}: {name}"
        for module in product_modules()
        for name in defined_names(tree(module))
        if RETIRED & {word.lower() for word in re.findall(r"[A-Z]?[a-z]+|[A-Z]+", name)}
    )
    assert sorted(found) == []


def defined_names(module: ast.Module) -> Iterator[str]:
    """Every name that the module defines: classes, functions, parameters, variables, attributes."""
    for node in ast.walk(module):
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            yield node.name
        elif isinstance(node, ast.arg):
            yield node.arg
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id
        elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
            yield node.attr


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_retired_phrases_are_on_no_page(page: Path) -> None:
    if page.name == "ratings.md":
        pytest.skip("quotes what people ask and documents say")
    assert sorted(set(RETIRED_PHRASES.findall(page.read_text(encoding="utf-8")))) == []
