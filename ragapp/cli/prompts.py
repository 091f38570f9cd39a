"""`ragapp prompts …`: shows the instructions that generators get."""

from __future__ import annotations

from typing import Annotated

import typer

from ragapp.terminal.options import AsJson
from ragapp.terminal.output import console, print_json, print_table

app = typer.Typer(help="Show the prompts that generators are given.", no_args_is_help=True)


@app.command("list")
def list_prompts(as_json: AsJson = False) -> None:
    """List the prompt templates and their version.

    Example: ragapp prompts list
    """
    from ragapp.answering.templates import library

    templates, version = library().templates, library().version
    if as_json:
        print_json(
            [{"name": name, "version": version, "about": one.about} for name, one in templates.items()]
        )
        return
    print_table(("name", "version", "about"), ((name, version, one.about) for name, one in templates.items()))


@app.command()
def show(
    name: Annotated[str, typer.Argument(help="A name from `ragapp prompts list`.")],
    question: Annotated[
        str, typer.Option(help="A question, which decides on the language of the rules.")
    ] = "What do the documents say?",
    as_json: AsJson = False,
) -> None:
    """Show a prompt template: what precedes the passages, and the rules between passages and question.

    Example: ragapp prompts show large --question "Wann wurde der Hafen gebaut?"
    """
    from ragapp.answering.templates import library
    from ragapp.errors import NotFoundError

    templates = library().templates
    if name not in templates:
        raise NotFoundError(f"Unknown prompt template {name!r}. Available: {', '.join(templates)}.")
    found, rules = templates[name], templates[name].rules_for(question)
    if as_json:
        version = library().version
        print_json({"name": name, "version": version, "system": found.system, "rules": rules})
        return
    passages = ["(the passages)"] if name != "rewrite" else []
    text = "\n".join([found.system, "", *passages, *rules, f"Question: {question}"])
    console().print(text, markup=False, highlight=False, soft_wrap=True)
