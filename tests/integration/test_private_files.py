"""Other users of the machine can read nothing of the documents, whatever the umask is."""

from __future__ import annotations

import io
import os
import sqlite3
import stat
import subprocess
import sys
import tarfile
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from ragapp.bootstrap import build_service
from ragapp.bootstrap.storage import back_up, restore
from ragapp.files.permissions import private_file, private_folder
from ragapp.models.model_folder import share, shared_folder
from ragapp.service import RagService
from ragapp.types import AskQuery, SearchQuery, UploadSpec
from tests.serving import TIDES, ingest_all, settings_in

PDF = Path(__file__).parents[2] / "ragapp" / "samples" / "amazon-rainforest.pdf"


@pytest.fixture(autouse=True)
def _usual_umask() -> Iterator[None]:
    former = os.umask(0o022)
    yield
    os.umask(former)


def open_to_others(folder: Path) -> list[str]:
    """Read from the files themselves, not by the code under test."""
    paths = [folder, *folder.rglob("*")]
    return [f"{path} {stat.filemode(path.stat().st_mode)}" for path in paths if path.stat().st_mode & 0o077]


def assert_closed(folder: Path, operation: str) -> None:
    """A library writes the keyword index under the umask; it is closed once the commit has ended."""
    deadline = time.monotonic() + 60
    while still_open := open_to_others(folder):
        assert time.monotonic() < deadline, (operation, still_open)
        time.sleep(0.1)


def ragapp(*arguments: str, code: int = 0) -> str:
    command = [sys.executable, "-m", "ragapp.cli", *arguments]
    environment = {**os.environ, "RAGAPP_GENERATOR": "extractive"}
    done = subprocess.run(command, capture_output=True, text=True, umask=0o022, env=environment, check=False)
    assert done.returncode == code, done.stderr
    return done.stdout


def test_nothing_is_open_to_others_after_any_operation_of_the_library(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "data"
    settings = settings_in(folder)
    with closing(build_service(settings)) as service:
        assert not open_to_others(folder.parent)
        for operation in (_upload, _search_and_ask, _draw, _delete):
            operation(service)
            ingest_all(settings)
            assert stat.S_IMODE(folder.stat().st_mode) == 0o700
            assert_closed(folder.parent, operation.__name__)
        assert (folder / "pages").is_dir()
        assert (folder / "cache").is_dir()


def _upload(service: RagService) -> None:
    service.upload(UploadSpec("tides.txt"), io.BytesIO(TIDES))
    service.upload(UploadSpec(PDF.name), io.BytesIO(PDF.read_bytes()))


def _search_and_ask(service: RagService) -> None:
    service.search(SearchQuery("tides", collection="default"))
    list(service.ask(AskQuery("When does the tide turn?", collection="default")))


def _draw(service: RagService) -> None:
    (document,) = (one for one in service.documents("default") if one.name == PDF.name)
    service.page_image(document.id, 1)


def _delete(service: RagService) -> None:
    (document,) = (one for one in service.documents("default") if one.name == "tides.txt")
    service.delete_document(document.id)
    service.search(SearchQuery("tides", collection="default"))


def test_backups_and_what_is_restored_from_them_are_private(tmp_path: Path) -> None:
    settings = settings_in(tmp_path / "data")
    with closing(build_service(settings)) as service:
        _upload(service)
    target = tmp_path / "backup.tar"
    back_up(settings, target)
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    with tarfile.open(target) as tar:
        assert {member.mode for member in tar} == {0o600}
    loose = _with_loose_modes(target)
    restored = settings_in(tmp_path / "restored")
    restore(restored, loose, force=False)
    assert not open_to_others(restored.data_dir)


def _with_loose_modes(backup: Path) -> Path:
    """As backups were before."""
    loose = backup.with_name("loose.tar")
    with tarfile.open(backup) as tar, tarfile.open(loose, "w") as target:
        for member in tar:
            member.mode = 0o644
            target.addfile(member, tar.extractfile(member))
    return loose


def test_all_files_are_private_to_the_user(tmp_path: Path) -> None:
    folder, backup = tmp_path / "data", tmp_path / "backup.tar"
    folder.mkdir(0o755)  # made by hand, and still empty
    ragapp("ingest", str(PDF.with_name("oxygen.txt")), "--data-dir", str(folder))
    ragapp("backup", str(backup), "--data-dir", str(folder))
    assert not open_to_others(folder)
    assert stat.S_IMODE(backup.stat().st_mode) == 0o600


def test_doctor_reports_and_repairs_files_that_others_can_access(tmp_path: Path) -> None:
    settings = settings_in(tmp_path / "data")
    models = settings.data_dir / "models"
    changed = settings.model_copy(update={"models_dir": models})
    with closing(build_service(settings)) as service:
        _upload(service)
    with closing(build_service(changed)) as service:
        shared_folder(models)
        elsewhere = tmp_path / "elsewhere"
        elsewhere.write_text("not ours")
        elsewhere.chmod(0o644)
        (settings.data_dir / "link").symlink_to(elsewhere)
        for path in settings.data_dir.rglob("*"):
            if not path.is_symlink():
                path.chmod(0o755 if path.is_dir() else 0o644)
        settings.data_dir.chmod(0o755)

        (check,) = (one for one in service.doctor().checks if "owner" in one.name)
        assert not check.ok
        assert "--repair" in check.detail
        (check,) = (one for one in service.doctor(repair=True).checks if "owner" in one.name)
        assert check.ok, check.detail
    left = [line for line in open_to_others(settings.data_dir) if "/link " not in line]
    assert left == [f"{models} drwxr-xr-x"]
    assert stat.S_IMODE(elsewhere.stat().st_mode) == 0o644


@pytest.mark.parametrize(("folder_mode", "file_mode"), [(0o755, 0o644), (0o750, 0o640), (0o700, 0o600)])
def test_models_are_for_those_who_may_read_their_folder(
    tmp_path: Path, folder_mode: int, file_mode: int
) -> None:
    os.umask(0o077)
    models = tmp_path / "models"
    shared_folder(models)
    assert stat.S_IMODE(models.stat().st_mode) == 0o755
    models.chmod(folder_mode)
    private_folder(models / "one")
    file = models / "one" / "model.onnx"
    file.touch()
    share(file.parent, models)
    share(file, models)
    assert stat.S_IMODE(file.parent.stat().st_mode) == folder_mode
    assert stat.S_IMODE(file.stat().st_mode) == file_mode


def test_a_file_that_is_there_is_not_opened_again(tmp_path: Path) -> None:
    """Closing it would drop the locks that SQLite holds on it in this process."""
    file = tmp_path / "some.db"
    private_file(file)
    file.write_bytes(b"kept")
    file.chmod(0o000)
    private_file(file)
    file.chmod(0o600)
    assert file.read_bytes() == b"kept"
    with sqlite3.connect(tmp_path / "locked.db", isolation_level=None) as db:
        db.execute("BEGIN EXCLUSIVE")
        private_file(tmp_path / "locked.db")
        other = "import sqlite3, sys; sqlite3.connect(sys.argv[1], timeout=0).execute('BEGIN IMMEDIATE')"
        refused = subprocess.run(
            [sys.executable, "-c", other, tmp_path / "locked.db"], capture_output=True, text=True, check=False
        )
        assert "locked" in refused.stderr
    db.close()
