"""`ragapp eval make`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from evals.cli.options import Seed
from ragapp.terminal.data_folder import need_data
from ragapp.terminal.options import AsJson, DataDir, InCollection, load_settings

if TYPE_CHECKING:
    from evals.generation.generate import GeneratedSet
    from ragapp.protocols import Generator
    from ragapp.settings import Settings


def make(
    collection: InCollection = "default",
    output: Annotated[
        Path, typer.Option("--output", "-o", help="The file to write. The documents are written next to it.")
    ] = Path("questions.jsonl"),
    count: Annotated[int, typer.Option("--count", "-n", min=1, help="Number of questions.")] = 50,
    generator: Annotated[
        str | None,
        typer.Option(
            help="The generator of the questions: local, openai:MODEL …; `extractive` uses rules. "
            "Default: RAGAPP_GENERATOR."
        ),
    ] = None,
    from_feedback: Annotated[
        bool, typer.Option("--from-feedback", help="Use the ratings and corrections of readers instead.")
    ] = False,
    seed: Seed = 0,
    as_json: AsJson = False,
    data_dir: DataDir = None,
) -> None:
    """Generate a question set from your own documents, for `ragapp eval answers`.

    A model writes the questions if one is available. Otherwise they are sentences with a gap and questions
    about headings. Near-duplicates are left out, and so are questions that their own document does not
    answer. Review the result: a line with `"accepted": false` is not evaluated. You can also review it on the
    web page.

    Examples:

      ragapp eval make -c contracts -o contracts/questions.jsonl -n 100

      ragapp eval make --generator extractive -o quick/questions.jsonl

      ragapp eval make --from-feedback -o said/questions.jsonl && ragapp eval answers said
    """
    from ragapp.errors import UsageError
    from ragapp.terminal.output import print_json

    if output.exists():  # it may have been reviewed, which must not be lost
        raise UsageError(f"{output} already exists. Choose another name with --output, or remove it.")
    settings = load_settings(data_dir)
    need_data(settings)
    if generator is not None:
        settings = settings.model_copy(update={"generator": generator})
    made = _make(settings, collection, output, count, seed, from_feedback=from_feedback)
    if as_json:
        print_json(made)
        return
    kinds = ", ".join(f"{many} {kind}" for kind, many in made.by_kind.items())
    typer.echo(f"{made.questions} questions ({kinds}) from {made.documents} documents in {made.file}")
    if made.dropped:
        typer.echo(
            f"{made.dropped} questions were left out, because their own document does not answer them."
        )


def _make(
    settings: Settings, collection: str, output: Path, count: int, seed: int, *, from_feedback: bool
) -> GeneratedSet:
    from evals.generation.generate import generate_from_feedback, generate_set
    from ragapp.bootstrap import build_runtime, build_service

    runtime = build_runtime(settings)
    service = build_service(settings, runtime)
    try:
        if from_feedback:
            return generate_from_feedback(service, collection, output)
        return generate_set(
            service,
            collection,
            output,
            count=count,
            seed=seed,
            embedder=runtime.embedders.of(service.collection(collection)),
            generator=_writer(settings),
        )
    finally:
        service.close()


def _writer(settings: Settings) -> Generator | None:
    """The first available generator; None means that rules are used."""
    from ragapp.models.build import build_generators

    able = (one for one in build_generators(settings) if one.unavailable() is None)
    return next(able, None)
