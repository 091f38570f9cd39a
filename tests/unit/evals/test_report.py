"""Reports of runs are single files that load nothing and show their values as plain text."""

from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

import pytest
from markupsafe import escape

from evals.report import axes
from evals.report.page import page, section, table
from evals.report.plots import PlotBar, PlotLine, bars, differences, histogram, lines
from evals.report.retrieval import retrieval_page
from evals.report.runs import compare_files
from evals.retrieval.runs import read_retrieval_run
from evals.runs import write_run
from ragapp.errors import UsageError

RUN_FILES = Path(axes.__file__).parent.parent / "run_files"
BASELINE = RUN_FILES / "scifact-mini.retrieval.json"
HOSTILE = '</title><script>alert(1)</script><img src="https://elsewhere.example/x" onerror="alert(2)">'


class Tags(HTMLParser):
    """Every tag with its attributes."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def names(self) -> set[str]:
        return {tag for tag, _ in self.found}


def test_a_report_is_self_contained_and_runs_no_script() -> None:
    run = read_retrieval_run(BASELINE)
    made = Tags(retrieval_page(run, run))
    assert {"main", "h1", "svg", "table", "figcaption"} <= made.names()
    assert made.names().isdisjoint({"script", "link", "img", "iframe", "object"})
    assert not [attrs for _, attrs in made.found if {"src", "href", "onclick"} & attrs.keys()]


def test_texts_of_a_dataset_are_shown_as_text() -> None:
    run = read_retrieval_run(BASELINE)
    texts = dict.fromkeys(run.scored.queries, HOSTILE)
    hostile = replace(run, dataset=HOSTILE, settings={HOSTILE: HOSTILE}, code=HOSTILE)
    made = retrieval_page(hostile, run, texts)
    assert "&lt;script&gt;" in made
    assert Tags(made).names().isdisjoint({"script", "img"})


def test_every_plot_has_a_caption_and_a_table() -> None:
    drawn = [
        lines("rates", [PlotLine("ours", [(0.0, 0.5), (1.0, 0.75)])], "x", "y"),
        bars("modes", [PlotBar("words", 0.5, 0.4, 0.6)], "nDCG@10"),
        histogram("times", [1.0, 2.0, 2.5], "ms"),
        differences("moved", [0.5, -0.25, 0.0], "change"),
    ]
    for plot in drawn:
        assert plot is not None
        (svg,) = [attrs for tag, attrs in Tags(escape(plot)).found if tag == "svg"]
        assert svg["role"] == "img"
        assert svg["aria-label"]
        assert "<table>" in escape(plot)
    assert "0.75" in escape(drawn[0])
    assert "0.400 to 0.600" in escape(drawn[1])


def test_a_plot_can_be_a_separate_file() -> None:
    plot = lines("rates of A & B", [PlotLine("ours <b>", [(0.0, 0.5), (1.0, 0.75)])], "x", "y")
    assert plot is not None
    picture = ElementTree.fromstring(plot.picture())
    assert picture.tag == "{http://www.w3.org/2000/svg}svg"
    assert picture.get("aria-label") == "rates of A & B"
    assert {"ours <b>", "x", "y"} <= {text.text for text in picture.iter("{http://www.w3.org/2000/svg}text")}
    assert "--ink" in plot.picture()


def test_a_plot_without_data_is_left_out() -> None:
    assert not lines("none", [], "x", "y")
    assert not bars("none", [], "x")
    assert not histogram("none", [], "x")
    assert not differences("none", [0.0, 0.0], "x")
    assert not section("none", histogram("none", [], "x"))


@pytest.mark.parametrize(
    ("low", "high"), [(0.0, 1.0), (0.0, 0.037), (-0.4, 12.0), (3.0, 3.0), (0.0, 98765.0)]
)
def test_ticks_are_few_round_and_cover_the_values(low: float, high: float) -> None:
    ticks = axes.round_ticks(low, high)
    assert ticks[0] <= low
    assert ticks[-1] >= high
    assert 2 <= len(ticks) <= 9
    assert all(re.fullmatch(r"-?\d*\.?\d{1,4}(e[+-]\d+)?|-?\d+", f"{tick:g}") for tick in ticks)


def test_a_table_has_row_and_column_headers() -> None:
    made = Tags(page("t", "l", [table(("name", "value"), [("a", 0.5)])]))
    assert [attrs["scope"] for tag, attrs in made.found if tag == "th"] == ["col", "col", "row"]


def test_only_runs_of_one_kind_over_the_same_data_are_compared(tmp_path: Path) -> None:
    run = read_retrieval_run(BASELINE)
    write_run(tmp_path / "other.json", replace(run, dataset_sha256="0" * 64))
    with pytest.raises(UsageError, match="different data"):
        compare_files(BASELINE, tmp_path / "other.json")
    with pytest.raises(UsageError, match="different commands"):
        compare_files(BASELINE, RUN_FILES / "cache-mini.json")
    (tmp_path / "none.json").write_text("[]")
    with pytest.raises(UsageError, match="not a run file"):
        compare_files(BASELINE, tmp_path / "none.json")


def test_the_settings_that_differ_are_listed() -> None:
    run = read_retrieval_run(BASELINE)
    before = replace(run, settings={**run.settings, "chunk_tokens": 16})
    row = '<th scope="row">chunk_tokens</th><td>16</td><td>240</td>'
    assert row in retrieval_page(run, before)
    assert row not in retrieval_page(run, run)
    assert "The settings are the same." in retrieval_page(run, run)


def test_a_run_compared_with_itself_shows_no_change() -> None:
    for name in ("scifact-mini.retrieval.json", "xquad-mini.extractive.json.gz", "cache-mini.json"):
        compared = compare_files(RUN_FILES / name, RUN_FILES / name)
        assert not any(one.lost or one.comparison.difference for one in compared.results)
        assert "No question changed." in compared.page
