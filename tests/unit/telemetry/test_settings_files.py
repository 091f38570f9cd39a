"""Settings from files, by which containers get secrets."""

from __future__ import annotations

from pathlib import Path

import pytest

from ragapp.errors import UsageError
from ragapp.settings import Settings


def test_a_setting_is_read_from_the_named_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    secret = tmp_path / "redis_url"
    secret.write_text("redis://:pass@redis/0\n")
    monkeypatch.setenv("RAGAPP_REDIS_URL_FILE", str(secret))
    url = Settings(data_dir=tmp_path).redis_url
    assert url is not None
    assert url.get_secret_value() == "redis://:pass@redis/0"


def test_the_environment_takes_precedence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "tokens").write_text("100")
    monkeypatch.setenv("RAGAPP_CHUNK_TOKENS_FILE", str(tmp_path / "tokens"))
    assert Settings(data_dir=tmp_path).chunk_tokens == 100
    monkeypatch.setenv("RAGAPP_CHUNK_TOKENS", "120")
    assert Settings(data_dir=tmp_path).chunk_tokens == 120


def test_the_error_for_a_missing_file_names_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RAGAPP_DATABASE_URL_FILE", str(tmp_path / "nowhere"))
    with pytest.raises(UsageError, match="nowhere"):
        Settings(data_dir=tmp_path)


def test_settings_are_shown_without_secrets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "url").write_text("postgresql+psycopg://ragapp:hunter2@db/ragapp")
    monkeypatch.setenv("RAGAPP_DATABASE_URL_FILE", str(tmp_path / "url"))
    monkeypatch.setenv("RAGAPP_OPENAI_BASE_URL", "http://me:hunter2@vllm:8000/v1")
    monkeypatch.setenv("RAGAPP_OPENAI_API_KEY", "hunter2")
    monkeypatch.setenv("RAGAPP_MAX_SEARCHES", "7")
    monkeypatch.setenv("RAGAPP_S3_ENDPOINT", "https://s3.example/?key=hunter2")
    output = Settings(data_dir=tmp_path).explicitly_set()
    assert "hunter2" not in str(output)
    assert output["RAGAPP_MAX_SEARCHES"] == "7"
    assert output["RAGAPP_OPENAI_BASE_URL"] == "http://…@vllm:8000/v1"
    assert output["RAGAPP_DATABASE_URL"]
    assert "RAGAPP_MAX_QUESTIONS" not in output, "only what was set"
