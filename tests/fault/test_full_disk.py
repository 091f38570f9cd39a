"""The disk is full: accepted documents are not lost, new ones are rejected, and everything works once there
is space.
"""

from __future__ import annotations

import io
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

import pytest
from fastapi import UploadFile
from starlette.testclient import TestClient

from ragapp.api.http.app import create_app
from ragapp.api.http.uploads import documents_in
from ragapp.bootstrap import build_service
from ragapp.errors import StorageError
from tests.fault.library import Library
from tests.serving import settings_in

SIZE_BYTES, BALLAST_BYTES = 16_000_000, 12_000_000


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    mount = shutil.which("mount")
    if os.geteuid() != 0 or mount is None:
        pytest.skip("NOT TESTED: a full disk. It takes root to mount a small tmpfs.")
    disk = tmp_path / "disk"
    disk.mkdir()
    done = subprocess.run([mount, "-t", "tmpfs", "-o", f"size={SIZE_BYTES}", "tmpfs", str(disk)], check=False)
    if done.returncode:
        pytest.skip("NOT TESTED: a full disk. This system allows no mount.")
    yield disk
    subprocess.run(["umount", "--lazy", str(disk)], check=True)


def fill(library: Library, expected: dict[str, str]) -> None:
    """Ingests until it fails; adds accepted documents to `expected`."""
    for number in range(1000):
        text = f"tern {number} dives " * 200
        library.accept(f"tern-{number}", text)
        expected[f"tern-{number}"] = text
        if number % 5 == 0:
            library.work()
            library.catch_up()


def test_a_full_disk_refuses_new_documents_and_loses_none(small_disk: Path) -> None:
    library, expected = Library(small_disk), dict[str, str]()
    ballast = small_disk / "ballast"
    ballast.write_bytes(bytes(BALLAST_BYTES))
    with pytest.raises(StorageError, match=r"(?i)space|full"):
        fill(library, expected)
    assert expected
    library.close()
    ballast.unlink()
    library = Library(small_disk)
    accepted = {one.source for one in library.store.documents("shore")}
    assert expected.keys() <= accepted
    for source in sorted(accepted)[len(accepted) // 3 :]:  # makes room to work in
        library.delete(source)
        expected.pop(source, None)
    library.assert_is(expected)
    library.close()


@pytest.mark.parametrize(
    ("name", "size"),
    [
        pytest.param("large.txt", SIZE_BYTES * 2, id="more than there is room for"),
        pytest.param("large.zip", SIZE_BYTES * 2 // 3, id="an archive that there is room for once"),
    ],
)
def test_an_upload_that_cannot_be_spooled_is_reported_as_a_full_disk(
    name: str, size: int, small_disk: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(small_disk))
    settings = settings_in(tmp_path / "data")
    with closing(build_service(settings)) as service:
        http = TestClient(create_app(service, settings), base_url="http://localhost", client=("127.0.0.1", 1))
        address = "/v1/collections/default/documents"
        refused = http.post(address, files={"file": (name, bytes(size))})
        assert refused.status_code == 507
        assert "TMPDIR" in refused.json()["detail"]
        assert service.documents() == []
        assert list(small_disk.iterdir()) == []
        assert http.post(address, files={"file": ("small.txt", b"x")}).status_code == 202


def test_so_is_a_small_archive_whose_last_bytes_do_not_fit(
    small_disk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(small_disk))
    with suppress(OSError), (small_disk / "ballast").open("wb", buffering=0) as ballast:
        while ballast.write(bytes(4096)):
            pass
    part = UploadFile(io.BytesIO(bytes(5000)), filename="small.zip")
    with pytest.raises(StorageError, match="TMPDIR"), documents_in(part):
        pass
