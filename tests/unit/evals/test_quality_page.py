"""docs/research/quality.md shows what the run files in the repository hold."""

from __future__ import annotations

from evals.quality import BEGIN, END, PAGE, RUN_FILES, made, rewritten


def test_the_page_agrees_with_the_run_files() -> None:
    page = generated = PAGE.read_text(encoding="utf-8")
    for name, text in made(RUN_FILES).items():
        generated = rewritten(generated, name, text)
    assert page == generated


def test_only_text_between_the_marks_is_replaced() -> None:
    first, second = BEGIN.format("one"), BEGIN.format("two")
    page = f"a {first} old {END} b {second} kept {END} c"
    assert rewritten(page, "one", "new") == f"a {first}\n\nnew\n\n{END} b {second} kept {END} c"
