"""What the server can be ordered to do beside itself: commands that could as well be given in a terminal."""

from __future__ import annotations

from contextlib import nullcontext

from ragapp.types import CommandLine, TaskKind, TaskOrder


def doctor(*, repair: bool) -> TaskOrder:
    if repair:
        return command(
            "repair", "Check and repair everything", CommandLine(("doctor",), ("--repair", "--json"))
        )
    return command("doctor", "Check everything", CommandLine(("doctor",), ("--json",)))


def reindex(collection: str, embedder: str | None) -> TaskOrder:
    """`embedder`: by default that of the settings."""
    options = ("--json",) if embedder is None else ("--json", f"--embedder={embedder}")
    title = f"Reindex {collection} with {embedder or 'the embedder of the settings'}"
    line = CommandLine(("collections", "reindex"), options, (collection,))
    return command("reindex", title, line, patient=True)


def fetch_model(name: str) -> TaskOrder:
    return command("fetch", f"Fetch {name}", CommandLine(("models", "fetch"), (), (name,)))


def command(kind: TaskKind, title: str, line: CommandLine, *, patient: bool = False) -> TaskOrder:
    """One that needs nothing but the command: what it makes, it keeps itself."""
    return TaskOrder(kind, title, lambda: nullcontext(line), patient)
