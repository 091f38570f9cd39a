from __future__ import annotations

import resource
from pathlib import Path

import numpy as np
import pytest

from ragapp.errors import StorageError
from ragapp.indexes.local.files import Arrays, read_index_file, write_index_file

ARRAYS: Arrays = {
    "keys": np.arange(7),
    "nothing": np.zeros((0, 3), np.float32),
    "vectors": np.linspace(0, 1, 21, dtype=np.float32).reshape(7, 3),
}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "a.view"
    write_index_file(path, "what it is", ARRAYS)
    return path


def test_what_was_written_is_read(path: Path) -> None:
    file = read_index_file(path)
    assert file.manifest == "what it is"
    assert file.arrays.keys() == ARRAYS.keys()
    for name, array in ARRAYS.items():
        assert file.arrays[name].dtype == array.dtype
        np.testing.assert_array_equal(file.arrays[name], array)


def test_arrays_are_mapped_aligned_and_read_only(path: Path) -> None:
    for array in read_index_file(path).arrays.values():
        assert array.ctypes.data % 64 == 0
        assert not array.flags.writeable


def test_any_changed_byte_is_detected(path: Path) -> None:
    content = path.read_bytes()
    for place in range(len(content)):
        changed = bytearray(content)
        changed[place] ^= 1 << (place % 8)
        path.write_bytes(changed)
        with pytest.raises(StorageError):
            read_index_file(path)


def test_any_truncation_or_addition_is_detected(path: Path) -> None:
    content = path.read_bytes()
    for changed in (*(content[:end] for end in range(len(content))), content + b"\0", content * 2):
        path.write_bytes(changed)
        with pytest.raises(StorageError):
            read_index_file(path)


def test_the_error_for_a_missing_file_names_it(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="gone"):
        read_index_file(tmp_path / "gone.view")


def test_older_readers_keep_what_they_had_after_a_replacement(path: Path) -> None:
    older = read_index_file(path)
    write_index_file(path, "newer", {"keys": np.zeros(9, np.int64)})
    np.testing.assert_array_equal(older.arrays["keys"], ARRAYS["keys"])
    assert read_index_file(path).manifest == "newer"


def test_a_write_that_fails_leaves_the_older_file(path: Path) -> None:
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, limits[1]))
    try:
        with pytest.raises(StorageError, match="space"):
            write_index_file(path, "newer", {"keys": np.zeros(9999)})
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert read_index_file(path).manifest == "what it is"
    assert list(path.parent.iterdir()) == [path]


def test_a_writer_removes_what_a_dead_one_left(path: Path) -> None:
    leftover = path.with_name("a.view.0123abcd.tmp")
    leftover.write_bytes(b"half")
    write_index_file(path, "newer", {})
    assert list(path.parent.iterdir()) == [path]


def test_rows_read_from_the_file_equal_the_mapped_ones(tmp_path: Path) -> None:
    vectors = np.random.default_rng(3).standard_normal((50, 7)).astype(np.float32)
    path = tmp_path / "a.view"
    write_index_file(path, "", {"keys": np.arange(50), "vectors": vectors})
    stored = read_index_file(path).stored_rows("vectors")
    path.unlink()
    for places in ([], [49], [0, 1, 2, 7, 8, 30], list(range(50)), [5, 6, 1, 2, 2]):
        assert np.array_equal(stored.rows(np.array(places, np.int64)), vectors[places])
