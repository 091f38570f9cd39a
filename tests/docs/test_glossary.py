"""One term, one meaning: the glossary holds for the code."""

from __future__ import annotations

import re

import pytest

from tests.docs.source import ROOT, top_level_names

ROW = re.compile(r"^\| ([^|]+?) \| ([^|]+?) \| ([^|]+?) \|$", re.MULTILINE)
QUOTED = re.compile(r"`([^`]+)`")


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
