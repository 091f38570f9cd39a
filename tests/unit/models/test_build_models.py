"""The models that settings name, and the errors when they cannot be built."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from ragapp.errors import ModelError, UsageError
from ragapp.models.build import build_embedder, build_generators, build_reranker
from ragapp.models.catalog import find_entry
from ragapp.models.model_folder import lock_path, partial_folder
from ragapp.settings import Settings

ROOT = Path(__file__).parents[3]
GENERATOR = find_entry("qwen2.5-coder-1.5b-instruct")


@pytest.fixture
def onnx_folder(tmp_path: Path, model_folder: Callable[[str], Path]) -> Path:
    """A user's own ONNX model in sentence-transformers' layout."""
    folder = tmp_path / "mine"
    shutil.copytree(model_folder("all-MiniLM-L6-v2-int8"), folder)
    (folder / "1_Pooling").mkdir()
    write(folder / "1_Pooling" / "config.json", {"pooling_mode_mean_tokens": True})
    write(folder / "sentence_bert_config.json", {"max_seq_length": 256})
    return folder


def write(path: Path, content: object) -> None:
    path.write_text(json.dumps(content))


def test_the_error_for_missing_files_names_the_command_that_fetches_them(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"ragapp models fetch bge-small-en-v1\.5"):
        build_embedder(Settings(models_dir=tmp_path))
    with pytest.raises(ModelError, match=r"ragapp models fetch ms-marco-MiniLM-L-12-v2"):
        build_reranker("ms-marco-MiniLM-L-12-v2", Settings(models_dir=tmp_path))


def test_a_damaged_model_is_a_model_error(tmp_path: Path, model_folder: Callable[[str], Path]) -> None:
    folder = tmp_path / "bge-small-en-v1.5"
    shutil.copytree(model_folder("bge-small-en-v1.5"), folder)
    weights = folder / "model.onnx"
    weights.write_bytes(b"\0" * weights.stat().st_size)
    with pytest.raises(ModelError, match="Fetch the model again"):
        build_embedder(Settings(models_dir=tmp_path))


def test_a_folder_with_onnx_weights_embeds_as_configured(
    onnx_folder: Path, tmp_path: Path, model_folder: Callable[[str], Path]
) -> None:
    mine = build_embedder(Settings(embedder=str(onnx_folder), models_dir=tmp_path))
    same = build_embedder(Settings(embedder="all-MiniLM-L6-v2-int8"))
    np.testing.assert_array_equal(mine.embed_query("Herons"), same.embed_query("Herons"))
    assert mine.max_tokens == same.max_tokens


def test_a_folders_prompts_are_used(onnx_folder: Path, tmp_path: Path) -> None:
    settings = Settings(embedder=str(onnx_folder), models_dir=tmp_path)
    plain = build_embedder(settings)
    write(onnx_folder / "config_sentence_transformers.json", {"prompts": {"query": "find: "}})
    prompted = build_embedder(settings)
    np.testing.assert_array_equal(prompted.embed_query("Herons"), plain.embed_query("find: Herons"))
    assert prompted.fingerprint != plain.fingerprint


def test_a_folders_fingerprint_changes_with_its_weights(onnx_folder: Path, tmp_path: Path) -> None:
    settings = Settings(embedder=str(onnx_folder), models_dir=tmp_path)
    before = build_embedder(settings).fingerprint
    assert build_embedder(settings).fingerprint == before
    with (onnx_folder / "model.onnx").open("ab") as weights:
        weights.write(b"\x72\x00")  # an empty field that the format allows at the end
    assert build_embedder(settings).fingerprint != before


def test_a_folder_without_a_pooling_configuration_is_refused(onnx_folder: Path, tmp_path: Path) -> None:
    shutil.rmtree(onnx_folder / "1_Pooling")
    with pytest.raises(ModelError, match=r"1_Pooling/config\.json"):
        build_embedder(Settings(embedder=str(onnx_folder), models_dir=tmp_path))


def test_a_folder_of_pickled_weights_is_refused(tmp_path: Path, model_folder: Callable[[str], Path]) -> None:
    folder = tmp_path / "pickled"
    shutil.copytree(model_folder("all-MiniLM-L6-v2"), folder)
    (folder / "2_Dense").mkdir()
    (folder / "2_Dense" / "pytorch_model.bin").write_bytes(b"\x80\x04.")
    with pytest.raises(ModelError, match="pickle"):
        build_embedder(Settings(embedder=str(folder), models_dir=tmp_path))


def test_a_folder_with_code_of_its_own_is_refused(
    tmp_path: Path, model_folder: Callable[[str], Path]
) -> None:
    folder = tmp_path / "foreign"
    shutil.copytree(model_folder("all-MiniLM-L6-v2"), folder)
    modules = json.loads((folder / "modules.json").read_text())
    modules[0]["type"] = "evil.Transformer"
    write(folder / "modules.json", modules)
    (folder / "evil.py").write_text("raise SystemExit('it ran')")
    with pytest.raises(ModelError, match="code of its own"):
        build_embedder(Settings(embedder=str(folder), models_dir=tmp_path))


def test_the_error_for_a_missing_embedder_says_where_it_was_searched(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("huggingface_hub.constants.ENDPOINT", "http://127.0.0.1:9")
    with pytest.raises(ModelError, match=r"neither a name of `ragapp models list` nor a folder"):
        build_embedder(Settings(embedder="nobody/nothing", models_dir=tmp_path))


def test_extractive_needs_no_generator() -> None:
    assert build_generators(Settings(generator="extractive")) == []


@pytest.mark.parametrize("name", ["", "gpt-4o", "openai:", "local:", ":x", "extractive:x"])
def test_an_unknown_generator_is_a_usage_error(name: str) -> None:
    with pytest.raises(UsageError, match="provider:MODEL"):
        build_generators(Settings(generator=name))


def test_several_generators_keep_their_order() -> None:
    settings = Settings(generator="openai:a, mistralai:b,extractive", openai_base_url="http://127.0.0.1:9")
    assert [one.name for one in build_generators(settings)] == ["a at http://127.0.0.1:9", "mistralai:b"]


def test_a_gguf_file_that_does_not_exist_is_a_model_error(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"absent\.gguf"):
        build_generators(Settings(generator=f"local:{tmp_path}/absent.gguf"))


def test_a_local_generator_becomes_available_when_its_file_is_fetched(tmp_path: Path) -> None:
    (generator,) = build_generators(Settings(generator="local", models_dir=tmp_path))
    assert "ragapp models fetch" in (generator.unavailable() or "")
    with pytest.raises(ModelError, match="ragapp models fetch"):
        list(generator.generate("", "", 8))
    arrived = tmp_path / GENERATOR.name / GENERATOR.files[0].name
    arrived.parent.mkdir()
    with arrived.open("wb") as stream:
        stream.truncate(GENERATOR.size)
    assert generator.unavailable() is None


def test_a_local_generator_says_how_much_of_it_is_fetched(tmp_path: Path) -> None:
    (generator,) = build_generators(Settings(generator="local", models_dir=tmp_path))
    partial = partial_folder(GENERATOR, tmp_path) / "assembled" / GENERATOR.files[0].name
    partial.parent.mkdir(parents=True)
    with partial.open("wb") as stream:
        stream.truncate(GENERATOR.size // 4)
    hold = (
        "import sys; from filelock import FileLock\n"
        "with FileLock(sys.argv[1]): print(flush=True); sys.stdin.readline()"
    )
    lock = str(lock_path(GENERATOR, tmp_path))
    with subprocess.Popen(
        [sys.executable, "-c", hold, lock], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout is not None
        holder.stdout.readline()
        assert "is being fetched (25% so far)" in (generator.unavailable() or "")
        holder.communicate("\n")


def test_another_kind_of_model_is_not_an_embedder() -> None:
    with pytest.raises(UsageError, match="all-MiniLM-L6-v2"):
        build_embedder(Settings(embedder="smollm2-135m-instruct"))


def test_another_kind_of_model_is_not_a_reranker() -> None:
    with pytest.raises(UsageError, match="ms-marco-MiniLM-L-12-v2"):
        build_reranker("bge-small-en-v1.5", Settings())


def test_importing_build_does_not_import_a_runtime() -> None:
    heavy = ["onnxruntime", "torch", "langchain_core", "openai", "huggingface_hub", "tokenizers", "xllamacpp"]
    script = f"import sys, ragapp.models.build; print([name for name in {heavy} if name in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"
