"""docs/quality.md shows what the run files in the repository hold."""

from __future__ import annotations

from evals.quality import BEGIN, END, PAGE, RUN_FILES, read_runs, rewritten, tables


def test_the_page_is_made_from_the_run_files() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert page == rewritten(page, tables(read_runs(RUN_FILES)))


def test_only_what_is_between_the_marks_is_replaced() -> None:
    assert rewritten(f"a {BEGIN} old {END} b", "new") == f"a {BEGIN}\n\nnew\n\n{END} b"
