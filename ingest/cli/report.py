"""The report on the files of a command, for people and for programs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from ragapp.terminal.output import console, print_json, safe
from ragapp.types import Acceptance, Document, ReadingGap


@dataclass(frozen=True, slots=True)
class ReportLine:
    """The result of a file. `id` is None if it was not accepted."""

    id: str | None
    name: str
    status: str
    error: str | None
    pages: int
    chunks: int
    gaps: tuple[ReadingGap, ...] = ()


@dataclass(frozen=True, slots=True)
class Report:
    """The result of a command. The counts add up to the documents; one that failed is counted as failed only.

    `vanished` are the sources of documents whose files no longer exist, of which `removed` were deleted.
    `recordings` are the files of sound and video that were left out.
    """

    added: int
    updated: int
    unchanged: int
    failed: int
    seconds: float
    documents: tuple[ReportLine, ...]
    vanished: tuple[str, ...] = ()
    removed: int = 0
    recordings: tuple[str, ...] = ()


def make_report(
    accepted: Sequence[Acceptance], now: dict[str, Document], refused: Sequence[ReportLine], seconds: float
) -> Report:
    """Builds the report. `now` has the existing documents by id; `refused` are the files that were not
    accepted.
    """
    counts: Counter[str] = Counter(failed=len(refused))
    lines = []
    for acceptance in accepted:
        document = now.get(acceptance.document.id)
        if document is None:
            continue
        counts["failed" if document.status == "failed" else acceptance.outcome] += 1
        lines.append(
            ReportLine(
                id=document.id,
                name=document.name,
                status=document.status,
                error=document.error,
                pages=document.pages,
                chunks=document.chunks,
                gaps=document.gaps,
            )
        )
    return Report(
        added=counts["added"],
        updated=counts["updated"],
        unchanged=counts["unchanged"],
        failed=counts["failed"],
        seconds=round(seconds, 3),
        documents=(*lines, *refused),
    )


def print_report(report: Report, *, as_json: bool) -> None:
    if as_json:
        print_json(report)
        return
    out = console()
    for line in report.documents:
        if line.status == "failed":
            out.print(f"failed: {safe(line.error or line.name)}", style="red", markup=False)
        for gap in line.gaps:
            out.print(safe(f"not read: {gap.where} of {line.name}. {gap.why}"), style="yellow", markup=False)
    if len(report.vanished) > report.removed:
        left = len(report.vanished) - report.removed
        out.print(f"{left} documents belong to files that no longer exist; --prune deletes them.")
    if report.recordings:
        count = len(report.recordings)
        left_out = "1 recording was" if count == 1 else f"{count} recordings were"
        out.print(f"{left_out} left out; set RAGAPP_TRANSCRIBER to have sound and video transcribed.")
    out.print(
        f"{report.added} added, {report.updated} updated, {report.unchanged} unchanged, "
        f"{report.failed} failed in {report.seconds:.1f} s"
    )
