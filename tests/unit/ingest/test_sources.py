"""Arguments to files: what is taken, what is left out, what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingest.sources import find_sources
from ragapp.errors import UsageError


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("b.md", "a.txt", "deep/er/c.pdf", ".git/config", ".hidden.txt", "deep/Thumbs.db"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name)
    for name in ("photo.JPG", "~$draft.docx", "notes.txt~", "half.pdf.part"):
        (tmp_path / name).write_text(name)
    return tmp_path


def found(*arguments: object, listed: tuple[str, ...] = ()) -> list[str]:
    return [source.id for source in find_sources([str(a) for a in arguments], listed)]


def test_a_folder_gives_all_its_documents_in_order_without_junk(folder: Path) -> None:
    assert found(folder) == [str(folder / name) for name in ("a.txt", "b.md", "deep/er/c.pdf")]


def test_what_is_named_itself_is_taken_whatever_it_is(folder: Path) -> None:
    assert found(folder / "photo.JPG") == [str(folder / "photo.JPG")]


def test_the_id_is_the_same_however_the_path_was_written(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder / "deep")
    assert found("../a.txt", folder / "a.txt", "../deep/../a.txt") == [str(folder / "a.txt")]


def test_patterns(folder: Path) -> None:
    assert found(f"{folder}/**/*.[mp]d*") == [str(folder / "b.md"), str(folder / "deep/er/c.pdf")]


def test_a_dash_reads_a_list(folder: Path) -> None:
    listed = (f"{folder / 'a.txt'}\n", "\n", f"{folder / 'gone.txt'}\n", f"{folder / 'deep'}\n")
    expected = [str(folder / name) for name in ("a.txt", "gone.txt", "deep/er/c.pdf")]
    assert found("-", listed=listed) == expected


def test_links_to_folders_are_followed_but_not_around_in_circles(folder: Path) -> None:
    (folder / "deep" / "loop").symlink_to(folder)
    outside = folder.parent / "outside"
    outside.mkdir()
    (outside / "d.txt").write_text("d")
    (folder / "link").symlink_to(outside)
    assert [Path(id_).name for id_ in found(folder)] == ["a.txt", "b.md", "c.pdf", "d.txt"]


def test_what_is_not_a_file_is_left_out(folder: Path) -> None:
    (folder / "broken.txt").symlink_to(folder / "nowhere")
    assert len(found(folder)) == 3


@pytest.mark.parametrize(
    ("argument", "reason"),
    [("no/such.txt", "no file"), ("*.nothing", "no file"), ("https://example.org/a.pdf", "URL")],
)
def test_an_argument_that_names_nothing_is_refused(argument: str, reason: str) -> None:
    with pytest.raises(UsageError, match=reason):
        found(argument)


def test_a_zip_is_refused_with_advice(tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_bytes(b"PK")
    with pytest.raises(UsageError, match="Unpack"):
        found(tmp_path / "a.zip")
