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

LONGEST_NEAREST = 300
"""Characters that are shown of what comes closest to an answer."""

NOTHING_FOUND = (
    "No passages were found. `ragapp documents list` shows the documents; `ragapp ingest` adds more."
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
    query: Annotated[str, typer.Argument(help="The search query.")],
    collection: InCollection = "default",
    k: Annotated[int, typer.Option("-k", min=1, max=1000, help="Number of hits.")] = 10,
    filters: Filters = None,
    mode: Annotated[
        Mode, typer.Option(help="Use the dense retriever, the keyword retriever, or both fused.")
    ] = Mode.hybrid,
    as_json: AsJson = False,
    data_dir: DataDir = None,
) -> None:
    """Find the passages that match a query best.

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
    k: Annotated[int, typer.Option("-k", min=1, max=50, help="Number of passages to answer from.")] = 8,
    filters: Filters = None,
    mode: Annotated[
        How, typer.Option(help="Quote the documents, have a model write, or use what is available.")
    ] = How.auto,
    conversation: Annotated[
        str | None, typer.Option(help="Ask in this conversation; `new` starts one.", metavar="ID")
    ] = None,
    proceed: Annotated[bool, typer.Option("--continue", help="Ask in the latest conversation.")] = False,
    standalone: Annotated[
        str | None, typer.Option(help="The question reworded to stand alone, when it refers to earlier ones.")
    ] = None,
    no_cache: Annotated[
        bool, typer.Option("--no-cache", help="Use no cached answer, and do not cache this one.")
    ] = False,
    model: Annotated[
        str | None,
        typer.Option(help="The one of the configured generators that may write the answer, or `extractive`."),
    ] = None,
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
                model=model,
            )
        )
        answer = _follow(events, live=sys.stdout.isatty() and not as_json)
    print_json(answer) if as_json else _show_answer(answer)


def _conversation(history: History, requested: str | None, *, latest: bool) -> str | None:
    """The id of the conversation to ask in; None for a single question."""
    if requested is not None and requested != "new":
        return requested
    if requested is None and latest:
        for known in history.conversations()[:1]:
            return known.id
    return history.create_conversation().id if requested or latest else None


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
    """Prints tokens as they arrive when `live`. Returns the checked answer."""
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


def _nearest(answer: Answer) -> list[tuple[str, str]]:
    """Where what comes closest stands, and its text: sentences, or else the best passages."""
    if answer.nearest:
        return [(f"{one.document_name}, page {one.page}", one.quote) for one in answer.nearest]
    return [(f"{hit.document_name}, page {hit.page}", hit.text) for hit in answer.hits[:3]]


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
        out.print("What comes closest, although it does not answer the question:")
        for where, text in _nearest(answer):
            out.print(safe(f"  {where}: {' '.join(text.split())[:LONGEST_NEAREST]}"), markup=False)
    elif answer.refused:
        out.print(NOTHING_FOUND, markup=False)
    if answer.notice:
        out.print(safe(answer.notice), markup=False, style="yellow")
