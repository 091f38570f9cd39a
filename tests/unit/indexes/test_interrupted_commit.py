"""A process that is killed during a commit of the keyword index blocks no later commit."""

from __future__ import annotations

from pathlib import Path

from ragapp.indexes.local.tantivy_folder import MANAGED, TantivyFolder
from ragapp.types import IndexEntry


def entry(number: int) -> IndexEntry:
    return IndexEntry(number, number, f"lighthouse number{number}", None)


def found(folder: TantivyFolder, query: str) -> list[int]:
    return [key for key, _ in folder.search(folder.searcher(), query, 10, None)]


def test_a_deletion_that_was_not_committed_is_made_again(tmp_path: Path) -> None:
    folder = TantivyFolder(tmp_path)
    folder.apply(set(), [entry(number) for number in range(1, 9)])
    committed = {name: (tmp_path / name).read_bytes() for name in ("meta.json", MANAGED)}
    folder.apply({1}, [])
    for name, data in committed.items():  # killed after the list of deletions, before the commit
        (tmp_path / name).write_bytes(data)

    again = TantivyFolder(tmp_path)
    assert found(again, "number1") == [1]
    again.apply({1}, [])
    assert found(again, "number1") == []
    assert found(again, "number2") == [2]


def test_committed_deletions_stay(tmp_path: Path) -> None:
    folder = TantivyFolder(tmp_path)
    folder.apply(set(), [entry(number) for number in range(1, 9)])
    folder.apply({1}, [])
    TantivyFolder(tmp_path).apply(set(), [entry(9)])
    assert found(TantivyFolder(tmp_path), "number1") == []
