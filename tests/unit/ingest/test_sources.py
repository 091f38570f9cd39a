"""Which files the arguments of a command select, skip and reject."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest

from ingest.sources import Finder
from ragapp.errors import ParseError, UsageError
from ragapp.fetching.web import FetchLimits
from ragapp.protocols import Source

LIMITS = FetchLimits(10_000, 5)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("b.md", "a.txt", "deep/er/c.pdf", ".git/config", ".hidden.txt", "deep/Thumbs.db"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name)
    for name in ("song.MP3", "~$draft.docx", "notes.txt~", "half.pdf.part"):
        (tmp_path / name).write_text(name)
    return tmp_path


def sources(*arguments: object, listed: tuple[str, ...] = ()) -> list[Source]:
    return Finder([str(a) for a in arguments], listed, LIMITS).find()


def found(*arguments: object, listed: tuple[str, ...] = ()) -> list[str]:
    return [source.id for source in sources(*arguments, listed=listed)]


def zipped(files: Mapping[str, bytes]) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return data.getvalue()


def test_a_folder_gives_all_its_documents_in_order_without_junk(folder: Path) -> None:
    assert found(folder) == [str(folder / name) for name in ("a.txt", "b.md", "deep/er/c.pdf")]


def test_what_is_named_itself_is_taken_whatever_it_is(folder: Path) -> None:
    assert found(folder / "song.MP3") == [str(folder / "song.MP3")]


def test_the_id_is_the_same_however_the_path_was_written(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder / "deep")
    assert found("../a.txt", folder / "a.txt", "../deep/../a.txt") == [str(folder / "a.txt")]


def test_patterns(folder: Path) -> None:
    assert found(f"{folder}/**/*.[mp]d*") == [str(folder / "b.md"), str(folder / "deep/er/c.pdf")]


def test_a_dash_reads_a_list(folder: Path) -> None:
    listed = tuple(str(folder / name) for name in ("a.txt", "gone.txt", "deep"))
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


@pytest.mark.parametrize("argument", ["no/such.txt", "*.nothing"])
def test_an_argument_that_names_nothing_is_refused(argument: str) -> None:
    with pytest.raises(UsageError, match="no file"):
        found(argument)


def test_a_url_is_a_document_called_after_its_path() -> None:
    (source,) = sources("https://example.org/guides/tides.html?lang=en")
    assert (source.id, source.name) == ("https://example.org/guides/tides.html?lang=en", "tides.html")


def test_a_changed_file_has_another_stamp(folder: Path) -> None:
    (before,) = sources(folder / "a.txt")
    assert sources(folder / "a.txt")[0].stamp == before.stamp
    (folder / "a.txt").write_text("longer than it was")
    assert sources(folder / "a.txt")[0].stamp != before.stamp


# -- archives


def test_an_archive_gives_the_documents_in_it_and_in_archives_in_it(folder: Path) -> None:
    inner = zipped({"deep/tides.md": b"# Tides"})
    archive = folder / "all.zip"
    archive.write_bytes(zipped({"one.txt": b"one", "__MACOSX/._one.txt": b"", ".x": b"", "in.zip": inner}))
    one, tides = sources(archive)
    assert (one.id, one.name) == (f"{archive}!/one.txt", "one.txt")
    assert (tides.id, tides.name) == (f"{archive}!/in.zip!/deep/tides.md", "tides.md")
    with tides.open() as data:
        assert data.read() == b"# Tides"
        data.seek(0)
        assert data.read(1) == b"#"
    assert one.id in found(folder), "also when its folder is named"


def test_names_in_an_archive_lead_nowhere_else(folder: Path) -> None:
    archive = folder / "slip.zip"
    names = ("../../evil.txt", "/etc/evil.txt", "..\\..\\evil.txt", "a\u202etxt.exe.txt", "x" * 4000 + ".txt")
    archive.write_bytes(zipped(dict.fromkeys(names, b"text")))
    before = set(folder.parent.rglob("*"))
    for source in sources(archive):
        with source.open() as data:
            assert data.read() == b"text"
        assert "/" not in source.name
        assert "\\" not in source.name
    assert set(folder.parent.rglob("*")) == before


def refused(archive: Path) -> str:
    (source,) = sources(archive)
    assert source.id == str(archive)
    with pytest.raises(ParseError) as error, source.open():
        pass
    return str(error.value)


def test_a_bomb_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    bomb = tmp_path / "bomb.zip"
    bomb.write_bytes(zipped({"zeros.txt": bytes(100_000_000)}))
    assert "200 times its size" in refused(bomb)


def test_a_bomb_of_archives_in_archives_is_refused(tmp_path: Path) -> None:
    data = zipped({"zeros.txt": bytes(60_000_000)})
    data = zipped({f"{number}.zip": data for number in range(20)})
    bomb = tmp_path / "bomb.zip"
    bomb.write_bytes(data)
    assert "200 times its size" in refused(bomb)


def test_archives_too_deep_in_each_other_are_refused(tmp_path: Path) -> None:
    data = zipped({"a.txt": b"text"})
    for _ in range(3):
        data = zipped({"in.zip": data})
    deep = tmp_path / "deep.zip"
    deep.write_bytes(data)
    assert "archives nested" in refused(deep)


def test_a_damaged_archive_is_refused_and_the_next_file_taken(folder: Path) -> None:
    (folder / "bad.zip").write_bytes(zipped({"a.txt": b"text"})[:-30])
    assert "cannot be unpacked" in refused(folder / "bad.zip")
    assert len(found(folder)) == 4


def test_damage_inside_is_that_members_alone(tmp_path: Path) -> None:
    data = zipped({"good.txt": b"good", "bad.txt": b"bad " * 100})
    at = data.index(b"bad.txt") + len("bad.txt") + 2
    archive = tmp_path / "half.zip"
    archive.write_bytes(data[:at] + b"\xff\xff" + data[at + 2 :])
    good, bad = sources(archive)
    with good.open() as content:
        assert content.read() == b"good"
    with pytest.raises(ParseError, match="cannot be unpacked"), bad.open():
        pass
