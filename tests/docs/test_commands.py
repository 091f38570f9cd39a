"""What the pages tell people to type: every command and option is there, and the README's tasks work."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.core import TyperGroup

from ragapp.cli.program import app
from tests.commands import ragapp

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]
TYPED = re.compile(r"^(?: {4})?(?:\.venv/bin/)?ragapp ((?:[a-z]|--).*)$", re.MULTILINE)
QUOTED = re.compile(r"`(?:\.venv/bin/)?ragapp ([a-z][^`\n]*)`")
CODE = re.compile(r"^```.*?^```|^ {4}\S.*$", re.MULTILINE | re.DOTALL)
PROGRAM = re.compile(r"^```python$.*?^```$", re.MULTILINE | re.DOTALL)
"""Recipes add commands in these."""
SAMPLES = ROOT / "ragapp" / "samples"


def commands(page: Path) -> Iterator[str]:
    text = PROGRAM.sub("", page.read_text(encoding="utf-8"))
    for block in CODE.findall(text):
        yield from TYPED.findall(block)
    yield from QUOTED.findall(text)


def words_of(line: str) -> list[str]:
    """Without what is behind it: a comment, another command, a pipe."""
    alone = re.split(r"\s&&\s|\s\|\s|\s>\s|\s&$", line.replace("…", ""))[0]
    return [word for word in shlex.split(alone, comments=True) if not word.startswith("[")]


@cache
def program() -> TyperGroup:
    group = typer.main.get_command(app)
    assert isinstance(group, TyperGroup)
    return group


def unknown(line: str) -> str | None:
    """The first word of the line that the program does not know."""
    command: Any = program()
    words = words_of(line)
    while isinstance(command, TyperGroup) and words and not words[0].startswith("-"):
        if words[0] not in command.commands:
            return words[0]
        command = command.commands[words.pop(0)]
    known = {"--help"}.union(*({*p.opts, *p.secondary_opts} for p in command.params))
    given = [re.split("[=]", word)[0].rstrip("].,") for word in words if re.match("--?[a-z]", word)]
    return next((option for option in given if option not in known), None)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_command_on_a_page_is_one(page: Path) -> None:
    wrong = {line: word for line in commands(page) if (word := unknown(line))}
    assert not wrong


def test_unknown_commands_are_found() -> None:
    assert unknown("documents shout") == "shout"
    assert unknown('search "a" --quietly -k 3 # a comment') == "--quietly"


@pytest.mark.slow
def test_the_tasks_of_the_readme_work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    tasks = re.findall(r"^\.venv/bin/ragapp (.*?)(?: +#.*)?$", readme, re.MULTILINE)
    assert len(tasks) >= 6
    monkeypatch.chdir(tmp_path)
    for task in tasks:
        typed = shlex.split(task.replace("~/papers", shlex.quote(str(SAMPLES))))
        done = ragapp(*typed, RAGAPP_DATA_DIR=str(tmp_path), RAGAPP_GENERATOR="extractive")
        assert done.returncode == 0, f"{task}: {done.stderr}"
    assert (tmp_path / "library.tar").is_file()
