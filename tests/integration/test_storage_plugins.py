"""Search indexes and cache stores of other packages, used by `ragapp search`, `ask` and `doctor`."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.commands import ragapp
from tests.thirdparty import install

SOURCE = """
from ragapp.cache_stores.sqlite import SqliteCacheStore
from ragapp.indexes.local.index import LocalIndex

def index(argument, settings, database):
    return LocalIndex(settings.data_dir / argument, database)

def cache(argument, settings, now):
    return SqliteCacheStore(settings.data_dir / argument, settings.cache_entries, 5.0, now)

def half(argument, settings, database):
    return object()
"""
ENTRIES = {
    "ragapp.indexes": {"acme": "acme_store:index", "half": "acme_store:half"},
    "ragapp.cache_stores": {"acme": "acme_store:cache"},
}


@pytest.fixture(autouse=True)
def _package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    install(tmp_path / "packages", "acme-store", ENTRIES, SOURCE)
    monkeypatch.syspath_prepend(str(tmp_path / "packages"))
    monkeypatch.delitem(sys.modules, "acme_store", raising=False)


@pytest.fixture
def data(tmp_path: Path, model_folder: Callable[[str], Path]) -> Path:
    model_folder("bge-small-en-v1.5")
    note = tmp_path / "note.md"
    note.write_text("# Herons\n\nHerons fish at dusk.\n")
    assert ragapp("ingest", str(note), "--data-dir", str(tmp_path / "data")).returncode == 0
    return tmp_path / "data"


def test_an_index_is_searched_and_checked(data: Path) -> None:
    settings = {"RAGAPP_INDEX": "acme:elsewhere", "RAGAPP_DATA_DIR": str(data)}
    found = json.loads(ragapp("search", "When do herons fish?", "--json", **settings).stdout)
    assert [hit["text"] for hit in found["hits"]] == ["Herons fish at dusk."]
    assert list((data / "elsewhere").iterdir())
    assert not (data / "views").exists()
    assert ragapp("doctor", "--json", **settings).returncode == 0


def test_a_cache_store_holds_the_answers(data: Path) -> None:
    settings = {"RAGAPP_CACHE_STORE": "acme:answers", "RAGAPP_DATA_DIR": str(data)}
    asked = [
        json.loads(ragapp("ask", "When do herons fish?", "--json", **settings).stdout)["cache"]["status"]
        for _ in range(2)
    ]
    assert asked == ["miss", "exact"]
    assert list((data / "answers").iterdir())
    listed = json.loads(ragapp("plugins", "--json", **settings).stdout)
    assert [(row["kind"], row["in_use"]) for row in listed if row["name"] == "acme"] == [
        ("indexes", False),
        ("cache_stores", True),
    ]


@pytest.mark.parametrize(
    ("setting", "value", "why"),
    [
        ("RAGAPP_INDEX", "half", "of acme-store 1.0 (acme_store:half) made an object of type object without"),
        ("RAGAPP_INDEX", "lucene", "Available: faiss, qdrant, acme, half."),
        ("RAGAPP_CACHE_STORE", "memcached", "'memcached'. Available: sqlite, redis, acme."),
        ("RAGAPP_CACHE_STORE", "redis", "needs RAGAPP_REDIS_URL"),
    ],
)
def test_what_cannot_be_used_is_a_usage_error(tmp_path: Path, setting: str, value: str, why: str) -> None:
    assert ragapp("collections", "create", "x", "--data-dir", str(tmp_path / "data")).returncode == 0
    done = ragapp("search", "x", "-c", "x", "--data-dir", str(tmp_path / "data"), **{setting: value})
    assert done.returncode == 2
    assert why in done.stderr
