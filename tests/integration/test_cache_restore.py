"""Restoring a backup removes the cached answers of later documents from every cache store."""

from __future__ import annotations

import io
from contextlib import closing
from pathlib import Path

import pytest
from pydantic import SecretStr

from ragapp.bootstrap import build_service
from ragapp.bootstrap.storage import back_up, restore
from ragapp.errors import StorageError
from ragapp.settings import Settings
from ragapp.types import AskQuery, UploadSpec
from tests.redisserver import port_of, server
from tests.serving import LIBRARY, ingest_all

pytestmark = pytest.mark.servers


def test_a_server_holds_no_answers_after_a_restore(tmp_path: Path) -> None:
    with server("redis", tmp_path) as redis:
        settings = Settings(
            data_dir=tmp_path / "data",
            generator="extractive",
            redis_url=SecretStr(f"redis://127.0.0.1:{port_of(redis)}"),
            cache_timeout=5.0,
        )
        with closing(build_service(settings)) as service:
            service.upload(UploadSpec("tides.txt"), io.BytesIO(LIBRARY["tides.txt"]))
            ingest_all(settings)
            list(service.ask(AskQuery("When was the harbour built?")))
            assert service.cache.stats().entries == 1
        back_up(settings, tmp_path / "b.tar")
        restore(settings.model_copy(update={"cache": False}), tmp_path / "b.tar", force=True)
        with closing(build_service(settings)) as service:
            assert service.cache.stats().entries == 0
        redis.kill()
        redis.wait()
        with pytest.raises(StorageError, match="ragapp cache clear"):
            restore(settings, tmp_path / "b.tar", force=True)
