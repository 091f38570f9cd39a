"""The commands `ragapp keys` and `ragapp audit`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from ragapp.bootstrap import build_service
from ragapp.cli.program import app
from ragapp.errors import NotFoundError, UsageError
from tests.serving import settings_in


@pytest.fixture
def data_dir(tmp_path: Path) -> str:
    """A data folder in which there is nothing yet."""
    build_service(settings_in(tmp_path)).close()
    return str(tmp_path)


def ragapp(*words: str) -> Result:
    return CliRunner().invoke(app, words)


def run_json(*words: str) -> object:
    result = ragapp(*words, "--json")
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def test_a_key_is_shown_once_listed_without_its_secret_and_revoked(data_dir: str) -> None:
    words = ["--role", "editor", "-c", "a", "-c", "b", "--yet-to-come", "--data-dir", data_dir]
    made = ragapp("keys", "create", "alice", *words)
    secret = made.stdout.strip()
    assert secret.startswith("ragapp_"), "stdout is the key alone, to be put into a variable"
    assert "not be shown again" in made.stderr
    listed = ragapp("keys", "list", "--data-dir", data_dir).stdout
    assert "editor of a, editor of b" in listed
    assert secret.split("_")[2] not in listed
    key_id = secret.split("_")[1]
    assert "revoked" in ragapp("keys", "revoke", key_id, "--data-dir", data_dir).stdout
    assert "revoked" in ragapp("keys", "list", "--data-dir", data_dir).stdout


def test_json_has_key_grants_and_limits(data_dir: str) -> None:
    words = ["--grant", "admin:drafts", "--days", "2", "--questions-per-day", "9", "--data-dir", data_dir]
    made = run_json("keys", "create", "wiki", "-c", "handbook", "--yet-to-come", *words)
    assert isinstance(made, dict)
    key = made["key"]
    assert key["grants"] == [
        {"role": "reader", "collection": "handbook"},
        {"role": "admin", "collection": "drafts"},
    ]
    assert key["limits"]["questions_per_day"] == 9
    assert key["expires_at"] > key["created_at"]
    assert run_json("keys", "list", "--data-dir", data_dir) == [key]


@pytest.mark.parametrize(
    ("words", "error"),
    [
        (["create", "x", "--role", "king"], UsageError),
        (["create", " "], UsageError),
        (["create", "x", "--grant", "reader"], UsageError),
        (["create", "x", "--days", "-1"], UsageError),
        (["revoke", "unknown"], NotFoundError),
    ],
)
def test_invalid_options_are_refused(data_dir: str, words: list[str], error: type[Exception]) -> None:
    result = ragapp("keys", *words, "--data-dir", data_dir)
    assert isinstance(result.exception, error)
    assert run_json("keys", "list", "--data-dir", data_dir) == []


def test_key_commands_are_recorded_in_the_audit_log(data_dir: str) -> None:
    made = run_json("keys", "create", "alice", "--data-dir", data_dir)
    assert isinstance(made, dict)
    ragapp("keys", "revoke", "unknown", "--data-dir", data_dir)
    entries = run_json("audit", "--data-dir", data_dir)
    assert isinstance(entries, list)
    assert [(one["action"], one["object"], one["outcome"]) for one in entries] == [
        ("revoke key", "unknown", "not found"),
        ("create key", f"{made['key']['id']} alice", "done"),
    ]
    assert "alice" in ragapp("audit", "-n", "5", "--data-dir", data_dir).stdout
    assert run_json("audit", "--key", "nobody", "--data-dir", data_dir) == []
