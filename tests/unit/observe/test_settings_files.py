"""Settings from files: how secrets get into containers."""

from __future__ import annotations

from pathlib import Path

import pytest

from ragapp.errors import UsageError
from ragapp.settings import Settings


def test_a_setting_is_read_from_the_file_that_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = tmp_path / "redis_url"
    secret.write_text("redis://:pass@redis/0\n")
    monkeypatch.setenv("RAGAPP_REDIS_URL_FILE", str(secret))
    url = Settings(data_dir=tmp_path).redis_url
    assert url is not None
    assert url.get_secret_value() == "redis://:pass@redis/0"


def test_what_the_environment_says_itself_goes_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "tokens").write_text("100")
    monkeypatch.setenv("RAGAPP_CHUNK_TOKENS_FILE", str(tmp_path / "tokens"))
    assert Settings(data_dir=tmp_path).chunk_tokens == 100
    monkeypatch.setenv("RAGAPP_CHUNK_TOKENS", "120")
    assert Settings(data_dir=tmp_path).chunk_tokens == 120


def test_a_file_that_is_not_there_is_an_error_that_names_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RAGAPP_DATABASE_URL_FILE", str(tmp_path / "nowhere"))
    with pytest.raises(UsageError, match="nowhere"):
        Settings(data_dir=tmp_path)
