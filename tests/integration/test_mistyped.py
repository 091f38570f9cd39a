"""Mistyped variables, settings files and data folders are reported."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from typer.testing import CliRunner, Result

from ragapp.bootstrap import build_service
from ragapp.cli.program import app
from ragapp.errors import NotFoundError, UsageError
from ragapp.settings import Settings
from ragapp.settings.unknown import unknown_variables
from ragapp.terminal.data_folder import begin_data, need_data
from ragapp.terminal.options import load_settings
from tests.serving import settings_in


def ragapp(*words: object) -> Result:
    return CliRunner().invoke(app, [str(word) for word in words])


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Away from the settings of whoever runs this; what a command takes out of the environment comes back."""
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.startswith("RAGAPP_")]:
        monkeypatch.delenv(name)


# -- variables


def test_a_mistyped_variable_is_reported_once_with_a_suggestion(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("RAGAPP_EMBEDER", "all-MiniLM-L6-v2")
    reported = ragapp("settings", "--json")
    assert reported.exit_code == 0
    assert "RAGAPP_EMBEDER is not a setting of this version. Did you mean RAGAPP_EMBEDDER?" in reported.stderr
    assert "EMBEDER" not in reported.stdout
    assert not ragapp("settings").stderr, "programs that this one starts need not say it again"


@pytest.mark.parametrize("command", ["serve", "worker"])
def test_what_runs_for_months_does_not_start_on_a_mistyped_variable(
    command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RAGAPP_DATABASE_URLL", "postgresql+psycopg://ragapp@db/ragapp")
    refused = ragapp(command, "--data-dir", tmp_path / "data")
    assert isinstance(refused.exception, UsageError)
    assert "RAGAPP_DATABASE_URL?" in str(refused.exception)
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("RAGAPP_CHUNK_TOKEN", "RAGAPP_CHUNK_TOKENS"),
        ("RAGAPP_REDIS_URL_FIL", "RAGAPP_REDIS_URL_FILE"),
        ("RAGAPP_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT"),
        ("RAGAPP_VERSION", None),
        ("RAGAPP_MODEL", None),
    ],
)
def test_the_nearest_name_is_one_that_is_near(
    name: str, meant: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, "x")
    assert [(one.name, one.nearest) for one in unknown_variables()] == [(name, meant)]


@pytest.mark.parametrize(
    "name",
    [
        "RAGAPP_EMBEDDER",
        "ragapp_embedder",
        "RAGAPP_DATABASE_URL_FILE",
        "RAGAPP_API_KEY",
        "RAGAPP_TEST_KILLS",
        # as Kubernetes names a service called ragapp, or ragapp-api
        "RAGAPP_SERVICE_HOST",
        "RAGAPP_SERVICE_PORT_HTTP",
        "RAGAPP_PORT",
        "RAGAPP_API_PORT_8000_TCP_ADDR",
    ],
)
def test_variables_of_other_programs_are_not_reported(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name, "x")
    assert unknown_variables() == []


# -- the settings file


def test_a_mistyped_name_in_the_settings_file_is_refused_with_the_one_that_was_meant(tmp_path: Path) -> None:
    (tmp_path / "ragapp.toml").write_text('embeder = "all-MiniLM-L6-v2"\n')
    refused = ragapp("settings")
    assert isinstance(refused.exception, UsageError)
    assert "embeder in ragapp.toml is not a setting; did you mean embedder?" in str(refused.exception)


def test_invalid_toml_in_a_settings_file_is_reported_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "ragapp.toml").write_text("embedder = all-MiniLM\n")
    refused = ragapp("settings")
    assert isinstance(refused.exception, UsageError)
    assert "ragapp.toml" in str(refused.exception)
    assert "line 1" in str(refused.exception)


def test_a_settings_file_that_is_not_utf_8_is_reported(tmp_path: Path) -> None:
    (tmp_path / "ragapp.toml").write_bytes(b'blobs = "caf\xe9"\n')
    refused = ragapp("settings")
    assert isinstance(refused.exception, UsageError)
    assert "ragapp.toml" in str(refused.exception)


# -- data folders

READING = [
    ("ask", "When does the tide turn?"),
    ("search", "tide"),
    ("documents", "list"),
    ("collections", "list"),
    ("jobs", "list"),
    ("keys", "list"),
    ("cache", "stats"),
    ("doctor",),
    ("doctor", "--repair"),
    ("backup", "there.tar"),
    ("migrate", "--to", "sqlite:///there.db"),
    ("eval", "make"),
]


@pytest.mark.parametrize("words", READING, ids=" ".join)
def test_reading_commands_report_a_missing_data_folder_and_do_not_create_it(
    words: tuple[str, ...], tmp_path: Path
) -> None:
    refused = ragapp(*words, "--data-dir", tmp_path / "libary")
    assert isinstance(refused.exception, NotFoundError)
    assert "There is no ragapp data in" in str(refused.exception)
    assert "ragapp ingest" in str(refused.exception)
    assert list(tmp_path.iterdir()) == []


def test_the_folder_that_was_meant_is_named(tmp_path: Path) -> None:
    build_service(settings_in(tmp_path / "library")).close()
    refused = ragapp("documents", "list", "--data-dir", tmp_path / "libary")
    assert f"but in {tmp_path / 'library'}" in str(refused.exception)


def test_a_tilde_in_the_settings_is_the_home_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "ragapp.toml").write_text('data_dir = "~/library"\nmodels_dir = "~nobodys/models"\n')
    settings = load_settings(None)
    assert (settings.data_dir, settings.models_dir) == (tmp_path / "library", Path("~nobodys/models"))


def test_ingest_makes_the_folder_and_says_so_once(tmp_path: Path) -> None:
    (tmp_path / "note.txt").write_text("Herons fish at dusk.")
    folder = tmp_path / "library"
    first = ragapp("ingest", tmp_path / "note.txt", "--data-dir", folder)
    assert first.exit_code == 0, first.output
    assert f"Created the data folder {folder}" in first.stderr
    again = ragapp("ingest", tmp_path / "note.txt", "--data-dir", folder)
    assert "data folder" not in again.stderr


def test_what_is_not_found_makes_no_folder(tmp_path: Path) -> None:
    refused = ragapp("ingest", tmp_path / "nowhere.txt", "--data-dir", tmp_path / "library")
    assert isinstance(refused.exception, UsageError)
    assert not (tmp_path / "library").exists()


def test_a_folder_that_cannot_be_created_is_reported(tmp_path: Path) -> None:
    (tmp_path / "note.txt").write_text("Herons fish at dusk.")
    refused = ragapp("ingest", tmp_path / "note.txt", "--data-dir", tmp_path / "note.txt")
    assert isinstance(refused.exception, UsageError)
    assert "--data-dir" in str(refused.exception)


@pytest.mark.parametrize(("closed", "mode"), [("", 0), ("library", 0o555), ("library/ragapp.db", 0o444)])
@pytest.mark.parametrize("check", [need_data, begin_data])
def test_data_of_another_user_is_reported(check: Callable[[Settings], None], closed: str, mode: int) -> None:
    was_root = os.geteuid() == 0
    with TemporaryDirectory(prefix="ragapp-shared-") as shared:
        Path(shared).chmod(0o755)
        settings = settings_in(Path(shared, "library"))
        build_service(settings).close()
        Path(shared, closed).chmod(mode)
        if was_root:  # who may do everything
            os.seteuid(65534)
        try:
            with pytest.raises(UsageError, match="No permission"):
                check(settings)
        finally:
            if was_root:
                os.seteuid(0)
            Path(shared, closed).chmod(0o755)


# -- collections of keys


def test_a_key_for_a_collection_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with closing(build_service(settings_in(tmp_path / "library"))) as service:
        service.create_collection("reports")
    words = ("keys", "create", "alice", "--data-dir", tmp_path / "library", "-c")
    refused = ragapp(*words, "reprots")
    assert isinstance(refused.exception, UsageError)
    assert "Did you mean 'reports'?" in str(refused.exception)
    assert "--yet-to-come" in str(refused.exception)
    assert ragapp(*words, "reports").exit_code == 0
    assert ragapp(*words, "reprots", "--yet-to-come").exit_code == 0
    assert ragapp(*words, "default").exit_code == 0, "it is made when it is first asked for"
