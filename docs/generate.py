"""Writes the pages that are made from the program itself: `make docs`. A test keeps them true.

cli.md      every command with its options, from the help texts
settings.md every setting with its default and meaning
"""

from __future__ import annotations

from pathlib import Path

import typer
import typer.main
from typer.core import TyperCommand, TyperGroup

from ragapp.cli.program import app
from ragapp.settings import Settings, variable

DOCS = Path(__file__).parent
MADE = "<!-- Made by `make docs` from the program itself: change it there. -->\n"


def pages() -> dict[str, str]:
    """File name to content."""
    return {"cli.md": _commands(), "settings.md": _settings()}


def _settings() -> str:
    lines = [
        MADE,
        "# Settings",
        "",
        "Environment variables, or the same names in lower case without `RAGAPP_` in a file `ragapp.toml`",
        "in the working folder. `ragapp settings` shows the values in use. A variable that looks like a",
        "setting and is none is told on stderr; where one is near that was probably meant, `ragapp serve`",
        "and `ragapp worker` do not start, and a name in the file that is none is refused by every command.",
        "",
        "| setting | default | meaning |",
        "| --- | --- | --- |",
    ]
    for name, field in Settings.model_fields.items():
        default = "" if field.default_factory or field.default is None else f"`{field.default}`"
        lines.append(f"| `{variable(name)}` | {default} | {_cell(field.description or '')} |")
    return "\n".join(lines) + "\n"


def _commands() -> str:
    root = typer.main.get_command(app)
    parts = [MADE, "# Commands", ""]
    parts += [_help(command, path) for path, command in _leaves(root, "ragapp")]
    return "\n".join(parts)


def _leaves(command: TyperCommand | TyperGroup, path: str) -> list[tuple[str, TyperCommand]]:
    if not isinstance(command, TyperGroup):
        return [(path, command)]
    return [leaf for name, child in command.commands.items() for leaf in _leaves(child, f"{path} {name}")]


def _help(command: TyperCommand, path: str) -> str:
    context = typer.Context(command, info_name=path)
    lines = (command.help or "").strip().splitlines()
    text = "\n".join(f"  {line}" if line.startswith("  ") else line for line in lines)  # examples as code
    usage = " ".join(command.collect_usage_pieces(context))
    options = [option for option in command.params if getattr(option, "help", None)]
    rows = [
        f"| `{', '.join(o.opts + o.secondary_opts)}` | {_cell(getattr(o, 'help', ''))} |" for o in options
    ]
    table = ["", "| option | meaning |", "| --- | --- |", *rows] if rows else []
    return "\n".join([f"## `{path}`", "", f"`{path} {usage}`", "", text, *table, ""])


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


if __name__ == "__main__":
    for file, content in pages().items():
        (DOCS / file).write_text(content, encoding="utf-8")
