"""Scores the parsers on a folder of public documents, by format.

    python -m evals.research.parsing FOLDER

FOLDER contains any of `docling`, `pdfjs`, `pypdf-samples`, `article-html` and `financebench`.
"""

from __future__ import annotations

import argparse
import gzip
import io
import json
import re
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pypdfium2
from rich.console import Console
from rich.table import Table

from ingest.parse.registry import parse
from ingest.sandbox import ParserSandbox, parse_limits
from ragapp.errors import ParseError
from ragapp.settings import Settings
from ragapp.types import ParsedText

WORST = 10
FOUND = 0.8
"""The share of the pieces of an evidence that its page must contain for the evidence to count as found."""

STRETCH = 8
"""The letters and digits of a piece. White space is ignored, because some evidence was recorded without it.
"""

LEAST_LETTERS = 200
"""On a page, on average, of a PDF that is not one of scans."""

_WORD = re.compile(r"\w+")
_NOT_DOCUMENTS = frozenset({".md", ".json", ".jsonl", ".yaml", ".txt", ""})


@dataclass(frozen=True, slots=True)
class Sample:
    """A document, and the text that is expected from it, if known."""

    group: str
    name: str
    data: bytes
    expected: str | None = None


@dataclass(frozen=True, slots=True)
class ParseOutcome:
    sample: Sample
    parsed: ParsedText | None
    reason: str = ""

    @property
    def f1(self) -> float | None:
        if self.sample.expected is None:
            return None
        return token_f1(self.parsed.text if self.parsed else "", self.sample.expected)


def token_f1(text: str, expected: str) -> float:
    """F1 over the bags of words, ignoring case."""
    got, wanted = _words(text), _words(expected)
    common = (got & wanted).total()
    return 2 * common / max(1, got.total() + wanted.total())


def samples(folder: Path) -> Iterator[Sample]:
    for format_folder in sorted(path for path in folder.glob("docling/*") if path.is_dir()):
        for path in sorted((format_folder / "sources").glob("*")):
            yield _docling_sample(format_folder, path)
    for name in ("pdfjs", "pypdf-samples"):
        for path in sorted((folder / name).rglob("*")):
            if path.is_file() and path.suffix not in _NOT_DOCUMENTS and path.name != "LICENSE":
                yield Sample(f"{name} {path.suffix[1:]}", path.name, path.read_bytes())
    articles = folder / "article-html" / "ground-truth.json"
    if articles.is_file():
        for key, article in json.loads(articles.read_text(encoding="utf-8")).items():
            page = gzip.decompress((articles.parent / "html" / f"{key}.html.gz").read_bytes())
            yield Sample("article-html", f"{key[:12]}.html", page, article["articleBody"])


def outcome(sandbox: ParserSandbox, sample: Sample) -> ParseOutcome:
    try:
        return ParseOutcome(sample, sandbox.parse(io.BytesIO(sample.data), sample.name))
    except ParseError as error:
        return ParseOutcome(sample, None, str(error).removeprefix(f"{sample.name} "))


def evidence_found(sandbox: ParserSandbox, folder: Path) -> Iterator[tuple[str, float]]:
    """For each FinanceBench question, the share of the pieces of its evidence that the gold page contains."""
    texts: dict[str, ParsedText] = {}
    for line in (folder / "questions.jsonl").read_text(encoding="utf-8").splitlines():
        question = json.loads(line)
        name = question["doc_name"]
        if name not in texts:
            with (folder / "pdfs" / f"{name}.pdf").open("rb") as data:
                texts[name] = sandbox.parse(data, name)
        pages = texts[name].text.split("\f")
        shares = []
        for evidence in question["evidence"]:
            wanted = _stretches(evidence["evidence_text"])
            held = _stretches(pages[evidence["evidence_page_num"]])
            shares.append((wanted & held).total() / max(1, wanted.total()))
        yield question["financebench_id"], min(shares)


def _docling_sample(format_folder: Path, path: Path) -> Sample:
    truth = format_folder / "groundtruth"
    candidates = (truth / f"{path.name}.md", truth / f"{path.stem}.md")
    expected = next((c.read_text(encoding="utf-8") for c in candidates if c.is_file()), None)
    return Sample(f"docling {format_folder.name}", path.name, path.read_bytes(), expected)


def _words(text: str) -> Counter[str]:
    return Counter(_WORD.findall(text.lower()))


def _stretches(text: str) -> Counter[str]:
    letters = "".join(_WORD.findall(text.lower()))
    return Counter(letters[start : start + STRETCH] for start in range(len(letters) - STRETCH + 1))


def _print_formats(outcomes: list[ParseOutcome], console: Console) -> None:
    table = Table("documents", "files", "read", "refused", "characters", "token F1", "with gaps")
    for group in dict.fromkeys(o.sample.group for o in outcomes):
        inside = [o for o in outcomes if o.sample.group == group]
        scores = [o.f1 for o in inside if o.f1 is not None]
        read = [o.parsed for o in inside if o.parsed]
        mean = f"{sum(scores) / len(scores):.3f} ({len(scores)})" if scores else ""
        characters = sum(len(parsed.text) for parsed in read)
        counts = (len(inside), len(read), len(inside) - len(read))
        table.add_row(group, *map(str, counts), f"{characters:,}", mean, _gaps(read))
    console.print(table)


def _gaps(read: list[ParsedText]) -> str:
    """How many of the documents have gaps, by what they are."""
    kinds = Counter(kind for parsed in read for kind in {gap.what for gap in parsed.gaps})
    return ", ".join(f"{count} {kind}" for kind, count in kinds.most_common())


def _print_speed(folder: Path, console: Console) -> None:
    """Compares parsing the PDFs that have text with reading their text by pypdfium2 alone, in one run."""
    pages = 0
    alone, parsed = 0.0, 0.0
    for path in sorted(folder.rglob("*.pdf")):
        data = path.read_bytes()
        try:
            started = time.process_time()
            count, letters = _text_alone(data)
            middle = time.process_time()
            if letters < LEAST_LETTERS * count:
                continue
            parse(data, path.name)
        except (ParseError, pypdfium2.PdfiumError):
            continue
        pages += count
        alone += middle - started
        parsed += time.process_time() - middle
    console.print(
        f"\nPDFs with text: {pages:,} pages; pypdfium2 alone {pages / alone:,.0f} pages a second of a core, "
        f"parsed {pages / parsed:,.0f}: {parsed / alone:.1f} times the time."
    )


def _text_alone(data: bytes) -> tuple[int, int]:
    """The numbers of pages, and of letters that pypdfium2 finds in them."""
    with pypdfium2.PdfDocument(data) as document:
        return len(document), sum(len(page.get_textpage().get_text_range()) for page in document)


def _print_worst(outcomes: list[ParseOutcome], console: Console) -> None:
    scored = sorted((o.f1, o.sample.group, o.sample.name) for o in outcomes if o.f1 is not None)
    console.print(f"\nThe {WORST} furthest from what is expected:")
    for score, group, name in scored[:WORST]:
        console.print(f"  {score:.3f}  {group}/{name}", markup=False)


def _print_reasons(outcomes: list[ParseOutcome], console: Console) -> None:
    """Prints how often each error occurred, with an example."""
    reasons: dict[str, list[str]] = {}
    for o in outcomes:
        if o.parsed is None:
            reasons.setdefault(re.sub(r"\d+", "#", o.reason), []).append(f"{o.sample.group}/{o.sample.name}")
    console.print("\nRefused:")
    for reason, names in sorted(reasons.items(), key=lambda item: -len(item[1])):
        console.print(f"  {len(names):4}  {reason}\n        such as {names[0]}", markup=False)


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="evals.research.parsing", description="Scores the parsers on public files."
    )
    parser.add_argument("folder", type=Path, help="folder with docling, pdfjs, pypdf-samples, …")
    folder = parser.parse_args().folder
    console = Console(highlight=False, soft_wrap=True)
    with closing(ParserSandbox(parse_limits(Settings()))) as sandbox:
        outcomes = [outcome(sandbox, sample) for sample in samples(folder)]
        _print_formats(outcomes, console)
        _print_worst(outcomes, console)
        _print_reasons(outcomes, console)
        _print_speed(folder, console)
        if (folder / "financebench").is_dir():
            found = list(evidence_found(sandbox, folder / "financebench"))
            right = sum(share >= FOUND for _, share in found)
            console.print(f"\nFinanceBench: evidence on its page for {right} of {len(found)} questions.")
            for question, share in found:
                if share < FOUND:
                    console.print(f"  {share:.2f}  {question}")


if __name__ == "__main__":
    main()
