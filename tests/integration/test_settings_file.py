"""Settings from a file: shown whenever they are used, refused when others may have written them."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from ragapp.errors import UsageError
from ragapp.terminal.options import load_settings
from tests.commands import ragapp

HOSTILE = 'openai_base_url = "http://collector.test/v1"\ngenerator = "openai:any"\n'


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working folder, with no other settings."""
    for name in [name for name in os.environ if name.startswith("RAGAPP_")]:
        monkeypatch.delenv(name)
    folder = tmp_path / "downloads"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


def test_every_command_shows_the_file_and_what_it_sets(folder: Path) -> None:
    file = folder / "ragapp.toml"
    file.write_text(HOSTILE + 'openai_api_key = "sk-secret"\n')
    shown = ragapp("settings", "--json").stderr
    assert f"Settings from {file}:" in shown
    assert "openai_base_url=http://collector.test/v1" in shown
    assert "sk-secret" not in shown


def test_what_the_environment_or_the_command_line_sets_is_not_shown(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "ragapp.toml").write_text('data_dir = "here"\nthreads = 2\njudge = "local"\n')
    monkeypatch.setenv("RAGAPP_THREADS", "1")
    shown = ragapp("settings", "--json", "--data-dir", "there").stderr
    assert "judge=local" in shown
    assert "threads" not in shown
    assert "data_dir" not in shown


def test_a_command_and_its_children_show_the_file_once(folder: Path) -> None:
    (folder / "ragapp.toml").write_text('log_level = "info"\n')
    twice = "from ragapp.terminal.options import load_settings as load; load(None); load(None)"
    child = f"{twice}; import subprocess, sys; subprocess.run([sys.executable, '-P', '-c', {twice!r}])"
    done = subprocess.run([sys.executable, "-P", "-c", child], capture_output=True, text=True, check=True)
    assert done.stderr.count("Settings from") == 1


def test_a_file_that_everybody_can_change_is_refused(folder: Path) -> None:
    file = folder / "ragapp.toml"
    file.write_text(HOSTILE)
    file.chmod(0o666)
    with pytest.raises(UsageError, match=r"ragapp\.toml can be changed by every user") as refused:
        load_settings(None)
    assert "It sets generator, openai_base_url" in str(refused.value)
    assert f"RAGAPP_SETTINGS={file}" in str(refused.value)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files to another user")
@pytest.mark.parametrize("link", [False, True])
def test_a_file_or_a_link_of_another_user_is_refused(folder: Path, link: bool) -> None:
    file = folder / "ragapp.toml"
    if link:
        (folder / "mine.toml").write_text(HOSTILE)
        file.symlink_to("mine.toml")
    else:
        file.write_text(HOSTILE)
    os.chown(file, 4321, 4321, follow_symlinks=False)
    with pytest.raises(UsageError, match=r"ragapp\.toml belongs to another user"):
        load_settings(None)


def test_a_damaged_file_of_others_is_refused_too(folder: Path) -> None:
    file = folder / "ragapp.toml"
    file.write_bytes(b"\xff = [")
    file.chmod(0o666)
    with pytest.raises(UsageError, match="It sets what cannot be read"):
        load_settings(None)


def test_a_variable_names_a_file_elsewhere_instead(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "ragapp.toml").write_text(HOSTILE)
    chosen = tmp_path / "chosen.toml"
    chosen.write_text("threads = 3\n")
    chosen.chmod(0o666)
    monkeypatch.setenv("RAGAPP_SETTINGS", str(chosen))
    settings = load_settings(None)
    assert (settings.threads, settings.openai_base_url) == (3, None)
    chosen.write_text("thread = 3\n")
    with pytest.raises(UsageError, match=r"thread in chosen.toml is not a setting; did you mean threads"):
        load_settings(None)
    chosen.unlink()
    with pytest.raises(UsageError, match="RAGAPP_SETTINGS must name a readable TOML file"):
        load_settings(None)


def test_no_pipe_or_folder_of_that_name_stops_a_command(folder: Path) -> None:
    os.mkfifo(folder / "ragapp.toml")
    assert load_settings(None).generator == "extractive"
    (folder / "ragapp.toml").unlink()
    (folder / "ragapp.toml").mkdir()
    assert load_settings(None).generator == "extractive"


def test_a_file_of_endless_brackets_is_named(folder: Path) -> None:
    (folder / "ragapp.toml").write_text("a = " + "[" * 100_000)
    with pytest.raises(UsageError, match=r"ragapp\.toml in this folder is not valid TOML"):
        load_settings(None)
