"""`ragapp models discover|use|pull`: models that servers on this machine offer, and which one writes
answers.
"""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from ragapp.terminal.options import AsJson, DataDir, load_settings
from ragapp.terminal.output import console, print_json, print_table

GIGABYTE = 1_000_000_000


def discover(as_json: AsJson = False, data_dir: DataDir = None) -> None:
    """Look for model servers on this machine, and list their models and how to use them.

    Looks at the usual ports of Ollama, LM Studio, llama.cpp, vLLM, SGLang, Text Generation Inference and
    others, and at the addresses that are set.

    Example: ragapp models discover
    """
    from ragapp.models.discovery import find_models
    from ragapp.models.fitting_models import fitting_models

    found = find_models(load_settings(data_dir))
    if as_json:
        print_json(found)
        return
    if found:
        print_table(
            ("server", "model", "parameters", "context", "use it with"),
            (
                (
                    one.server,
                    one.name,
                    f"{one.parameters / GIGABYTE:.1f} B" if one.parameters else "",
                    one.context_tokens or "",
                    f"ragapp models use {one.generator}",
                )
                for one in found
            ),
        )
        return
    console().print("No model server answers on the usual ports of this machine.", markup=False)
    suggested = fitting_models()
    if suggested:
        console().print("With Ollama (https://ollama.com), models that fit its memory are:", markup=False)
        for one in suggested:
            console().print(
                f"  ragapp models pull {one.name}  ({one.gigabytes} GB, {one.about})", markup=False
            )


def use(
    generator: Annotated[
        str, typer.Argument(help="A value of RAGAPP_GENERATOR, such as `ollama:qwen3:8b` or `extractive`.")
    ],
    data_dir: DataDir = None,
) -> None:
    """Choose what writes answers from now on. The choice is kept in the data folder.

    RAGAPP_GENERATOR decides if it is set. A server that runs uses the choice after its next start; on the
    web page, a choice counts at once.

    Example: ragapp models use ollama:qwen3:8b
    """
    from ragapp.models.build import build_generators
    from ragapp.models.choice import keep_generator
    from ragapp.terminal.data_folder import begin_data

    settings = load_settings(data_dir)
    for built in build_generators(settings, generator):  # which finds mistakes in the name
        built.close()
    begin_data(settings)
    keep_generator(generator, settings)
    console().print(f"Answers are written by {generator} from now on.", markup=False)


def pull(
    name: Annotated[str, typer.Argument(help="A model of https://ollama.com/library, such as `qwen3:8b`.")],
    data_dir: DataDir = None,
) -> None:
    """Have Ollama download a model. An interrupted download continues.

    Example: ragapp models pull qwen3:8b
    """
    from ragapp.models.ollama import ollama_url, pull

    settings = load_settings(data_dir)
    pull(name, ollama_url(settings.ollama_url), _PullProgress())
    console().print(
        f"Ollama has {name}. Use it with: ragapp models use ollama:{name}", markup=False, soft_wrap=True
    )


class _PullProgress:
    """One line for each step of Ollama, and for each 10% of a file."""

    def __init__(self) -> None:
        self._last = ""

    def __call__(self, status: str, done: int, total: int) -> None:
        share = f" {done * 10 // total * 10}% of {total / GIGABYTE:.1f} GB" if total else ""
        line = f"{status}{share}"
        if line != self._last:
            self._last = line
            sys.stderr.write(f"{line}\n")


def announce_found() -> None:
    """Prints which models run on this machine, for `ragapp serve` without a generator."""
    from ragapp.models.choice import generator_in_use
    from ragapp.models.discovery import find_models

    settings = load_settings(None)
    if generator_in_use(settings) != "extractive":
        return
    for one in find_models(settings)[:3]:
        sys.stderr.write(
            f"{one.server} with {one.name} is running here. "
            f"Let it write answers with: ragapp models use {one.generator}\n"
        )
