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
        Path, typer.Option("--output", "-o", help="Where the questions go; their documents go beside it.")
    ] = Path("questions.jsonl"),
    count: Annotated[int, typer.Option("--count", "-n", min=1, help="Questions wanted.")] = 50,
    generator: Annotated[
        str | None,
        typer.Option(help="Who writes them: local, openai:MODEL …; extractive: rules. Default: as set."),
    ] = None,
    from_feedback: Annotated[
        bool, typer.Option("--from-feedback", help="Make them of readers' thumbs and corrections instead.")
    ] = False,
    seed: Seed = 0,
    as_json: AsJson = False,
    data_dir: DataDir = None,
) -> None:
    """Make a question set of your own documents, for `ragapp eval answers`.

    A model writes the questions where one is there; else sentences get gaps, and headings are asked about.
    Near-duplicates are left out, and so is what its own document does not answer when asked. Look through
    the set: `"accepted": false` in a line leaves its question out, and so does the web page's review.

    Examples:

      ragapp eval make -c contracts -o contracts/questions.jsonl -n 100

      ragapp eval make --generator extractive -o quick/questions.jsonl

      ragapp eval make --from-feedback -o said/questions.jsonl && ragapp eval answers said
    """
    from ragapp.errors import UsageError
    from ragapp.terminal.output import print_json

    if output.exists():  # perhaps looked through by now: that work is not made again
        raise UsageError(f"{output} exists already. Choose another name with --output, or remove it.")
    settings = load_settings(data_dir)
    need_data(settings)
    if generator is not None:
        settings = settings.model_copy(update={"generator": generator})
    made = _make(settings, collection, output, count, seed, from_feedback=from_feedback)
    if as_json:
        print_json(made)
        return
    kinds = ", ".join(f"{many} {kind}" for kind, many in made.by_kind.items())
    typer.echo(f"{made.questions} questions ({kinds}) of {made.documents} documents in {made.file}")
    if made.dropped:
        typer.echo(f"{made.dropped} more were left out: asked alone, their document did not answer them.")


def _make(
    settings: Settings, collection: str, output: Path, count: int, seed: int, *, from_feedback: bool
) -> GeneratedSet:
    from evals.generation.generate import generate_from_feedback, generate_set
    from ragapp.bootstrap import build_runtime, build_service

    bench = build_runtime(settings)
    service = build_service(settings, bench)
    try:
        if from_feedback:
            return generate_from_feedback(service, collection, output)
        return generate_set(
            service,
            collection,
            output,
            count=count,
            seed=seed,
            embedder=bench.embedders.of(service.collection(collection)),
            generator=_writer(settings),
        )
    finally:
        service.close()


def _writer(settings: Settings) -> Generator | None:
    """The first generator that can write now; None goes by rules."""
    from ragapp.models.build import build_generators

    able = (one for one in build_generators(settings) if one.unavailable() is None)
    return next(able, None)
