"""`ragapp search` and `ragapp ask`."""

from __future__ import annotations

import sys
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from ragapp.terminal.options import (
    AsJson,
    DataDir,
    Filters,
    InCollection,
    open_service,
    parse_pairs,
)
from ragapp.terminal.output import console, print_json, safe
from ragapp.types import AskQuery, SearchQuery

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ragapp.answering.history import History
    from ragapp.types import Answer, AskEvent, SearchResult

NOTHING_FOUND = (
    "No passage was found. `ragapp documents list` shows what there is to search, `ragapp ingest` adds to it."
)


class Mode(StrEnum):
    hybrid = "hybrid"
    dense = "dense"
    words = "words"


class How(StrEnum):
    auto = "auto"
    extractive = "extractive"
    generate = "generate"


def search(
    query: Annotated[str, typer.Argument(help="What to look for.")],
    collection: InCollection = "default",
    k: Annotated[int, typer.Option("-k", min=1, max=1000, help="Hits wanted.")] = 10,
    filters: Filters = None,
    mode: Annotated[Mode, typer.Option(help="Both legs fused, or one of them alone.")] = Mode.hybrid,
    as_json: AsJson = False,
    data_dir: DataDir = None,
) -> None:
    """Find the passages that fit a query best.

    Examples:

      ragapp search "capital expenditure" -k 5

      ragapp search "TLS handshake" -c rfcs --mode words --json
    """
    with open_service(data_dir) as service:
        result = service.search(
            SearchQuery(query, collection=collection, k=k, mode=mode.value, filters=parse_pairs(filters))
        )
    print_json(result) if as_json else _show_hits(result)


def ask(
    question: Annotated[str, typer.Argument(help="The question.")],
    collection: InCollection = "default",
    k: Annotated[int, typer.Option("-k", min=1, max=50, help="Passages to read.")] = 8,
    filters: Filters = None,
    mode: Annotated[
        How, typer.Option(help="Quote the documents, let a model write, or whichever is there.")
    ] = How.auto,
    conversation: Annotated[
        str | None, typer.Option(help="Ask in this conversation; `new` begins one.", metavar="ID")
    ] = None,
    proceed: Annotated[bool, typer.Option("--continue", help="Ask in the latest conversation.")] = False,
    standalone: Annotated[
        str | None, typer.Option(help="What to search for, where the question leans on earlier ones.")
    ] = None,
    no_cache: Annotated[
        bool, typer.Option("--no-cache", help="Neither serve a kept answer nor keep this one.")
    ] = False,
    as_json: AsJson = False,
    data_dir: DataDir = None,
) -> None:
    """Answer a question from the documents, with a citation for every sentence.

    Examples:

      ragapp ask "What was the revenue in 2022?"

      ragapp ask "Who signs the certificate?" -c rfcs --json

      ragapp ask "And in 2023?" --continue
    """
    with open_service(data_dir) as service:
        events = service.ask(
            AskQuery(
                question,
                collection=collection,
                k=k,
                mode=mode.value,
                filters=parse_pairs(filters),
                conversation_id=_conversation(service.history, conversation, latest=proceed),
                standalone_question=standalone,
                use_cache=not no_cache,
            )
        )
        answer = _follow(events, live=sys.stdout.isatty() and not as_json)
    print_json(answer) if as_json else _show_answer(answer)


def _conversation(history: History, wanted: str | None, *, latest: bool) -> str | None:
    """The id of the conversation to ask in; None for a question by itself."""
    if wanted is not None and wanted != "new":
        return wanted
    if wanted is None and latest:
        for known in history.conversations()[:1]:
            return known.id
    return history.create_conversation().id if wanted or latest else None


def _show_hits(result: SearchResult) -> None:
    out = console()
    for number, hit in enumerate(result.hits, 1):
        out.print(f"[bold]{number}.[/] ", end="")
        out.print(safe(f"{hit.document_name}, page {hit.page}  ({hit.score:.3f})"), markup=False)
        if hit.heading:
            out.print(safe(hit.heading), markup=False, style="dim")
        out.print(safe(" ".join(hit.text.split())[:400]), markup=False)
        out.print()
    if not result.hits:
        out.print(NOTHING_FOUND, markup=False)


def _follow(events: Iterator[AskEvent], *, live: bool) -> Answer:
    """Shows tokens as they come; returns the checked answer, which is what counts."""
    answer: Answer | None = None
    for event in events:
        if event.kind == "token" and live:
            sys.stderr.write(safe(event.text))
            sys.stderr.flush()
        answer = event.answer or answer
    if live:
        sys.stderr.write("\n")
    assert answer is not None, "the last event of `ask` carries the answer"
    return answer


def _show_answer(answer: Answer) -> None:
    from ragapp.api.answer_text import cited_text, source

    out = console()
    if answer.trace.rewritten_by != "nobody":
        out.print(safe(f"Searched for: {answer.standalone_question}"), markup=False, style="dim")
    out.print(safe(cited_text(answer).text), markup=False, style="bold" if not answer.refused else "")
    out.print()
    for citation in answer.citations:
        out.print(safe(source(citation)), markup=False)
    if answer.refused and answer.hits:
        out.print("The nearest passages:")
        for hit in answer.hits[:3]:
            text = " ".join(hit.text.split())[:200]
            out.print(safe(f"  {hit.document_name}, page {hit.page}: {text}…"), markup=False)
    elif answer.refused:
        out.print(NOTHING_FOUND, markup=False)
    if answer.notice:
        out.print(safe(answer.notice), markup=False, style="yellow")
