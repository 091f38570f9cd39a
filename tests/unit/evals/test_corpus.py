"""How a dataset's text becomes a document."""

from __future__ import annotations

import pytest

from evals.retrieval.corpus import as_markdown
from evals.retrieval.types import CorpusDocument, RetrievalDataset
from evals.workspace import workspace_settings
from ragapp.settings import Settings


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("A title", "# A title\n\ntext"),
        ("two\n# lines\r\n", "# two # lines\n\ntext"),
        (" ", "text"),
        ("", "text"),
    ],
)
def test_a_title_is_one_heading(title: str, expected: str) -> None:
    assert as_markdown(CorpusDocument("1", title, "text")).decode() == expected


def dataset(corpus_sha256: str) -> RetrievalDataset:
    return RetrievalDataset(
        name="mini", split="test", corpus=(), queries={}, qrels={}, corpus_sha256=corpus_sha256, sha256=""
    )


def shelf_of(dataset: RetrievalDataset, settings: Settings) -> Settings:
    return workspace_settings(dataset.name, dataset.corpus_sha256, settings)


def test_other_texts_or_chunks_have_another_folder() -> None:
    settings = Settings()
    folder = shelf_of(dataset("a"), settings).data_dir
    assert folder.parent == settings.data_dir / "evals"
    assert shelf_of(dataset("b"), settings).data_dir != folder
    smaller = settings.model_copy(update={"chunk_tokens": 16})
    assert shelf_of(dataset("a"), smaller).data_dir != folder
    narrower = settings.model_copy(update={"candidates": 7})
    assert shelf_of(dataset("a"), narrower).data_dir == folder


def test_the_database_of_the_user_is_not_touched() -> None:
    settings = Settings(database_url="postgresql://example/documents")
    own = shelf_of(dataset("a"), settings)
    assert own.resolved_database_url.startswith(f"sqlite:///{own.data_dir}")
