"""Plugins are found without importing them, and errors name the package and say what to do."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from ragapp.errors import ModelError, UsageError
from ragapp.models.build import build_embedder, build_generators, build_reranker
from ragapp.plugins import EMBEDDERS, GENERATORS, SEAMS
from ragapp.settings import Settings
from tests.commands import ragapp
from tests.thirdparty import install

WORKING = """
from ragapp.errors import ModelError

class Echo:
    name = "echo"
    def __init__(self, argument, settings): self.argument, self.settings = argument, settings
    def unavailable(self): return None
    def count_tokens(self, text): return None
    def warm_up(self, system): pass
    def generate(self, system, prompt, max_tokens): yield self.argument
    def close(self): pass

def fails(argument, settings): raise KeyError("no such model")
def refuses(argument, settings): raise ModelError("The server is off. Switch it on.")
nothing = 3

class Shaky(Echo):
    @property
    def name(self): raise RuntimeError("no name")
    def count_tokens(self, text): raise OSError("disk")
    def generate(self, system, prompt, max_tokens):
        yield "It"
        if prompt == "known": raise ModelError("It is busy. Wait.")
        raise TimeoutError("too slow")
"""
ENTRIES = {
    "echo": "echo_rag:Echo",
    "gone": "echo_rag:Gone",
    "fails": "echo_rag:fails",
    "refuses": "echo_rag:refuses",
    "nothing": "echo_rag:nothing",
    "local": "echo_rag:Echo",
    "shaky": "echo_rag:Shaky",
}


@pytest.fixture
def packages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of sys.path, with one package in it."""
    folder = tmp_path / "packages"
    install(folder, "echo-rag", {"ragapp.generators": ENTRIES, "ragapp.embedders": ENTRIES}, WORKING)
    monkeypatch.syspath_prepend(str(folder))
    monkeypatch.delitem(sys.modules, "echo_rag", raising=False)
    return folder


@pytest.mark.usefixtures("packages")
def test_a_plugin_gets_its_argument_and_the_settings() -> None:
    (generator,) = build_generators(settings := Settings(generator="echo:large:2"))
    assert list(generator.generate("", "", 9)) == ["large:2"]
    made: Any = GENERATORS.build("echo", settings)
    assert (made.argument, made.settings) == ("", settings)


@pytest.mark.usefixtures("packages")
def test_no_plugin_is_imported_unless_it_is_named() -> None:
    build_generators(Settings(generator="openai:m", openai_base_url="http://127.0.0.1:9"))
    listed = json.loads(ragapp("plugins", "--json", RAGAPP_GENERATOR="echo:x,extractive").stdout)
    assert "echo_rag" not in sys.modules
    (echo,) = [row for row in listed if (row["kind"], row["name"]) == ("generators", "echo")]
    assert echo == {
        "kind": "generators",
        "name": "echo",
        "package": "echo-rag",
        "version": "1.0",
        "in_use": True,
        "problem": None,
    }
    (shadow,) = [row for row in listed if (row["kind"], row["name"]) == ("generators", "local")]
    assert not shadow["in_use"]
    assert "ragapp itself, echo-rag 1.0" in shadow["problem"]


@pytest.mark.usefixtures("packages")
@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("gone", "cannot be imported (AttributeError: "),
        ("fails", "cannot be created (KeyError: 'no such model')"),
        ("nothing", "is of type int, which cannot be called"),
    ],
)
def test_a_broken_plugin_names_its_package_and_the_remedy(name: str, why: str) -> None:
    with pytest.raises(UsageError) as refused:
        build_generators(Settings(generator=f"{name}:x"))
    message = str(refused.value)
    assert message.startswith(f"The generator '{name}' of echo-rag 1.0 ")
    assert why in message
    assert message.endswith("run `pip uninstall echo-rag`.")


@pytest.mark.usefixtures("packages")
def test_an_object_of_another_kind_is_refused_with_what_it_lacks() -> None:
    with pytest.raises(UsageError, match="made an object of type Echo without dimension, embed_pas"):
        build_embedder(Settings(embedder="echo"))


@pytest.mark.usefixtures("packages")
def test_an_error_that_a_plugin_raises_on_purpose_is_passed_on() -> None:
    with pytest.raises(ModelError, match="Switch it on"):
        build_generators(Settings(generator="refuses"))


@pytest.mark.usefixtures("packages")
def test_an_unexpected_exception_of_a_plugin_is_an_error_that_names_its_package() -> None:
    shaky = GENERATORS.build("shaky", Settings())
    assert shaky is not None
    assert shaky.unavailable() is None
    for work, why in {
        lambda: shaky.name: "RuntimeError: no name",
        lambda: shaky.count_tokens("x"): "OSError: disk",
        lambda: list(shaky.generate("", "", 9)): "TimeoutError: too slow",
    }.items():
        with pytest.raises(ModelError) as failed:
            work()
        assert f"The generator 'shaky' of echo-rag 1.0 (echo_rag:Shaky) failed ({why})" in str(failed.value)
    with pytest.raises(ModelError, match=r"^It is busy\. Wait\.$"):
        list(shaky.generate("", "known", 9))
    pieces = shaky.generate("", "", 9)
    assert next(pieces) == "It"
    pieces.close()


def test_two_packages_with_one_name_are_refused(packages: Path) -> None:
    install(packages, "other-rag", {"ragapp.generators": {"echo": "other_rag:Echo"}}, version="2.1")
    with pytest.raises(UsageError, match=r"echo-rag 1\.0, other-rag 2\.1.*pip uninstall other-rag"):
        build_generators(Settings(generator="echo"))


def test_a_name_of_ragapp_cannot_be_taken(packages: Path) -> None:
    with pytest.raises(UsageError, match=r"ragapp itself, echo-rag 1\.0"):
        build_generators(Settings(generator="local"))
    catalogued = {"bge-small-en-v1.5": "x:y"}
    install(packages, "late-rag", {"ragapp.embedders": catalogued, "ragapp.rerankers": catalogued})
    with pytest.raises(UsageError, match="ragapp itself, late-rag"):
        build_embedder(Settings())
    with pytest.raises(UsageError, match="ragapp itself, late-rag"):
        build_reranker("bge-small-en-v1.5", Settings())


@pytest.mark.usefixtures("packages")
def test_available_names_are_ours_and_those_of_plugins() -> None:
    assert GENERATORS.available() == "extractive, local, openai, echo, fails, gone, nothing, refuses, shaky"
    assert EMBEDDERS.available("bge") == "bge, echo, fails, gone, local, nothing, refuses, shaky"


def test_every_group_is_named_after_its_kind() -> None:
    assert {seam.group for seam in SEAMS.values()} == {f"ragapp.{kind}" for kind in SEAMS}
