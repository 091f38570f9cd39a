"""The entries of the catalogue of models."""

from __future__ import annotations

import dataclasses
from pathlib import PurePosixPath

import pytest

from ragapp.errors import NotFoundError
from ragapp.models.catalog import CatalogEntry, EmbeddingOptions, find_entry, fingerprint, load_catalog
from ragapp.settings import Settings

ENTRIES = list(load_catalog().values())


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.name)
def test_every_file_is_pinned_completely(entry: CatalogEntry) -> None:
    for file in entry.files:
        assert file.parts or file.hub_path
        assert sum(part.size for part in file.parts) in {file.size, 0}
        assert len(file.sha256) == 64
        for part in file.parts:
            name, equals, version = part.package.partition("==")
            assert name
            assert equals
            assert version
            assert len(part.sha256) == 64
        if len(file.parts) == 1:
            assert file.parts[0].sha256 == file.sha256


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.name)
def test_files_stay_inside_the_models_folder(entry: CatalogEntry) -> None:
    for name in [entry.name, *(file.name for file in entry.files)]:
        path = PurePosixPath(name)
        assert not path.is_absolute()
        assert ".." not in path.parts


def test_the_default_embedder_is_in_the_catalogue() -> None:
    entry = find_entry(Settings().embedder)
    assert (entry.role, entry.runtime, entry.licence) == ("embedder", "onnx", "MIT")


@pytest.mark.parametrize("name", [Settings().embedder, Settings().support_model])
def test_a_default_model_has_an_alternative_without_the_packages_of_its_first_publisher(name: str) -> None:
    entry = find_entry(name)
    assert entry.alternative is not None
    other = find_entry(entry.alternative)
    assert (other.role, other.runtime, other.options) == (entry.role, entry.runtime, entry.options)
    assert not packages_of(entry) & packages_of(other)
    assert other.fingerprint != entry.fingerprint


def packages_of(entry: CatalogEntry) -> set[str]:
    return {part.package for file in entry.files for part in file.parts}


def test_the_error_for_an_unknown_name_lists_the_known_ones() -> None:
    with pytest.raises(NotFoundError, match=r"bge-small-en-v1\.5"):
        find_entry("bge-smal")


def test_a_fingerprint_changes_with_whatever_changes_the_vectors() -> None:
    options = EmbeddingOptions(pooling="cls", max_tokens=512)
    same = fingerprint("m", {"a": "1"}, options)
    assert same == fingerprint("m", {"a": "1"}, EmbeddingOptions(pooling="cls", max_tokens=512))
    changed = [
        fingerprint("m", {"a": "2"}, options),
        fingerprint("m", {"a": "1", "b": "2"}, options),
        fingerprint("m", {"a": "1"}, dataclasses.replace(options, pooling="mean")),
        fingerprint("m", {"a": "1"}, dataclasses.replace(options, max_tokens=256)),
        fingerprint("m", {"a": "1"}, dataclasses.replace(options, query_prefix="query: ")),
        fingerprint("m", {"a": "1"}, dataclasses.replace(options, passage_prefix="query: ")),
    ]
    assert len({same, *changed}) == 1 + len(changed)
