"""`ragapp answers …`: stored answers, feedback and conversations."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from ragapp.terminal.options import AsJson, DataDir, open_service
from ragapp.terminal.output import console, print_json, print_table, safe

if TYPE_CHECKING:
    from ragapp.types import Answer, StoredAnswer

app = typer.Typer(help="Show stored answers, give feedback, and manage conversations.", no_args_is_help=True)
AnswerId = Annotated[str, typer.Argument(help="Id of the answer, from `ask --json`.")]
ConversationId = Annotated[str, typer.Argument(help="Id of the conversation.")]


class Thumb(StrEnum):
    up = "up"
    down = "down"


@app.command()
def show(answer_id: AnswerId, as_json: AsJson = False, data_dir: DataDir = None) -> None:
    """Show a stored answer with its trace: what was found, what was written, and the verdicts.

    Example: ragapp answers show 3f2b… --json
    """
    with open_service(data_dir) as service:
        stored = service.history.answer(answer_id)
    print_json(stored) if as_json else _print_trace(stored)


@app.command()
def feedback(
    answer_id: AnswerId,
    thumbs: Annotated[Thumb | None, typer.Option(help="Whether the answer is good.")] = None,
    correction: Annotated[str | None, typer.Option(help="The correct answer.")] = None,
    comment: Annotated[str | None, typer.Option(help="A comment.")] = None,
    as_json: AsJson = False,
    data_dir: DataDir = None,
) -> None:
    """Give feedback on an answer.

    Example: ragapp answers feedback 3f2b… --thumbs down --correction "In 1862."
    """
    from ragapp.types import Feedback

    given = Feedback(thumbs.value if thumbs else None, correction, comment)
    with open_service(data_dir) as service:
        service.history.add_feedback(answer_id, given)
    print_json(given) if as_json else console().print("Feedback saved.")


@app.command()
def conversations(as_json: AsJson = False, data_dir: DataDir = None) -> None:
    """List the conversations, latest first.

    Example: ragapp answers conversations
    """
    with open_service(data_dir) as service:
        found = service.history.conversations()
    if as_json:
        print_json(found)
        return
    rows = ((one.id, one.title, one.turns, f"{one.last_at:%Y-%m-%d %H:%M}") for one in found)
    print_table(("id", "title", "answers", "last (UTC)"), rows)


@app.command()
def rename(
    conversation_id: ConversationId,
    title: Annotated[str, typer.Argument(help="The new title.")],
    as_json: AsJson = False,
    data_dir: DataDir = None,
) -> None:
    """Rename a conversation.

    Example: ragapp answers rename 3f2b… "The harbour"
    """
    with open_service(data_dir) as service:
        renamed = service.history.rename_conversation(conversation_id, title)
    print_json(renamed) if as_json else console().print(safe(f"Renamed to {renamed.title!r}."), markup=False)


@app.command()
def forget(conversation_id: ConversationId, as_json: AsJson = False, data_dir: DataDir = None) -> None:
    """Delete a conversation with its answers.

    Example: ragapp answers forget 3f2b…
    """
    with open_service(data_dir) as service:
        service.history.delete_conversation(conversation_id)
    print_json({"deleted": conversation_id}) if as_json else console().print("Deleted.")


def _print_trace(stored: StoredAnswer) -> None:
    answer = stored.answer
    print_table(("step", "what happened"), _steps(stored))
    out = console()
    out.print()
    for hit, place in zip(answer.hits, range(1, len(answer.hits) + 1), strict=True):
        ranks = f"dense {hit.ranks.dense or '–'}, words {hit.ranks.words or '–'}, score {hit.score:.3f}"
        out.print(safe(f"{place}. {hit.document_name}, page {hit.page}: {ranks}"), markup=False)
    out.print()
    for sentence in answer.sentences:
        numbers = "".join(f"[{number}]" for number in sentence.citations)
        out.print(safe(f"{sentence.verdict}: {sentence.text} {numbers}"), markup=False)
    for citation in answer.citations:
        quote = " ".join(citation.quote.split()) or "(deleted)"
        where = f"[{citation.number}] {citation.document_name}, page {citation.page}: "
        out.print(safe(f"{where}“{quote}”"), markup=False)
    if stored.gone:
        notice = "Some of its documents were deleted or changed since. Parts that rest on them are left out."
        out.print(notice, style="yellow")


def _steps(stored: StoredAnswer) -> list[tuple[str, object]]:
    answer, trace = stored.answer, stored.answer.trace
    return [
        ("asked", f"{stored.asked_at:%Y-%m-%d %H:%M:%S} UTC, collection {stored.collection}"),
        ("question", answer.question),
        ("searched for", f"{answer.standalone_question} (rewritten by {trace.rewritten_by})"),
        ("found", f"{len(answer.hits)} passages, fused by {trace.fusion or 'nothing'}"),
        ("cache", f"{answer.cache.status}: {answer.cache.why}"),
        ("written", _writing(answer)),
        *(("dropped", dropped) for dropped in trace.dropped),
        ("milliseconds", ", ".join(f"{step} {spent:.1f}" for step, spent in answer.timings_ms.items())),
        *(("notice", answer.notice) for _ in range(answer.notice is not None)),
        *(
            ("feedback", ", ".join(filter(None, (one.thumbs, one.correction, one.comment))))
            for one in stored.feedback
        ),
    ]


def _writing(answer: Answer) -> str:
    if answer.trace.prompt_version is None:
        return "without a model: the documents are quoted"
    shown = ", ".join(map(str, answer.trace.shown))
    return f"by {answer.model} from passages {shown}, prompt version {answer.trace.prompt_version}"
