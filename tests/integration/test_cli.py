"""The program as a script uses it: its JSON, its exit codes, its help."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests import commands

SAMPLES = Path(__file__).parents[2] / "ragapp" / "samples"
HEAVY = ("torch", "onnxruntime", "faiss", "tantivy", "streamlit", "sqlalchemy", "langchain_core", "fastapi")


def ragapp(data_dir: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return commands.ragapp(*arguments, RAGAPP_DATA_DIR=str(data_dir), RAGAPP_GENERATOR="extractive")


def ragapp_json(data_dir: Path, *arguments: str) -> Any:
    done = ragapp(data_dir, *arguments, "--json")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with the four sample documents in it."""
    folder = tmp_path_factory.mktemp("data")
    files = [str(path) for path in sorted(SAMPLES.iterdir()) if path.name != "ATTRIBUTION.md"]
    summary = ragapp_json(folder, "ingest", *files)
    assert (summary["added"], summary["failed"]) == (4, 0)
    assert {document["status"] for document in summary["documents"]} == {"ready"}
    return folder


def test_help_loads_nothing_heavy() -> None:
    code = f"import sys, ragapp.cli.program; print([m for m in {HEAVY} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_errors_end_the_process_with_one_line_and_their_code(data_dir: Path) -> None:
    command = [sys.executable, "-m", "ragapp.cli", "documents", "show", "nobody"]
    done = subprocess.run(
        [*command, "--data-dir", str(data_dir)], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (3, "", 1)


def test_ingesting_again_changes_nothing(data_dir: Path) -> None:
    summary = ragapp_json(data_dir, "ingest", str(SAMPLES / "oxygen.txt"))
    assert (summary["added"], summary["updated"], summary["unchanged"]) == (0, 0, 1)


def test_every_hit_is_a_slice_of_its_documents_text(data_dir: Path) -> None:
    found = ragapp_json(data_dir, "search", "deforestation of the Amazon", "-k", "5")
    assert found["hits"][0]["document_name"] == "amazon-rainforest.pdf"
    assert set(found["timings_ms"]) >= {"embed", "dense", "words", "fuse", "rerank", "total"}
    for hit in found["hits"]:
        text = ragapp_json(data_dir, "documents", "text", hit["document_id"])["text"]
        assert text[hit["start"] : hit["end"]] == hit["text"]


@pytest.mark.parametrize(("mode", "absent"), [("dense", "words"), ("words", "dense")])
def test_a_mode_shows_one_leg_alone(data_dir: Path, mode: str, absent: str) -> None:
    hits = ragapp_json(data_dir, "search", "moon landing", "--mode", mode)["hits"]
    assert hits
    assert all(hit["ranks"][absent] is None and hit["ranks"][mode] for hit in hits)


def test_an_answer_cites_the_exact_text(data_dir: Path) -> None:
    answer = ragapp_json(data_dir, "ask", "Who discovered oxygen?")
    assert not answer["refused"]
    assert answer["citations"]
    assert any(citation["document_name"] == "oxygen.txt" for citation in answer["citations"])
    for citation in answer["citations"]:
        text = ragapp_json(data_dir, "documents", "text", citation["document_id"])["text"]
        assert text[citation["start"] : citation["end"]] == citation["quote"]
    assert all(sentence["verdict"] == "supported" for sentence in answer["sentences"])


def test_what_the_documents_do_not_hold_is_refused(data_dir: Path) -> None:
    answer = ragapp_json(data_dir, "ask", "What is the boiling point of tungsten hexafluoride?")
    assert answer["refused"]
    assert answer["citations"] == []
    assert answer["hits"], "the nearest passages are shown"


def test_the_doctor_finds_nothing_wrong(data_dir: Path) -> None:
    report = ragapp_json(data_dir, "doctor")
    assert report["ok"]
    assert len(report["checks"]) > 5


def test_a_deleted_document_is_gone_and_the_rest_is_sound(tmp_path: Path) -> None:
    (tmp_path / "heron.txt").write_text("The heron Ardelia nests on the Quillmoor island.")
    ragapp_json(tmp_path / "data", "ingest", str(tmp_path / "heron.txt"))
    (hit,) = ragapp_json(tmp_path / "data", "search", "Ardelia")["hits"]
    ragapp_json(tmp_path / "data", "documents", "delete", hit["document_id"])
    assert ragapp_json(tmp_path / "data", "search", "Ardelia")["hits"] == []
    assert ragapp_json(tmp_path / "data", "doctor")["ok"]


def test_a_changed_file_becomes_a_new_version(tmp_path: Path) -> None:
    file, data = tmp_path / "note.txt", tmp_path / "data"
    file.write_text("The ferry leaves at seven.")
    ragapp_json(data, "ingest", str(file))
    file.write_text("The ferry leaves at nine.")
    assert ragapp_json(data, "ingest", str(file))["updated"] == 1
    (hit,) = ragapp_json(data, "search", "When does the ferry leave?")["hits"]
    assert (hit["version"], hit["text"]) == (2, "The ferry leaves at nine.")


def test_one_bad_file_does_not_stop_the_rest(tmp_path: Path) -> None:
    (tmp_path / "bad.pdf").write_bytes(b"%PDF-1.7\nthis is no PDF")
    (tmp_path / "good.txt").write_text("Lighthouses blink.")
    done = ragapp(
        tmp_path / "data", "ingest", str(tmp_path / "bad.pdf"), str(tmp_path / "good.txt"), "--json"
    )
    assert done.returncode == 1
    by_name = {document["name"]: document for document in json.loads(done.stdout)["documents"]}
    assert by_name["good.txt"]["status"] == "ready"
    assert by_name["bad.pdf"]["status"] == "failed"
    assert by_name["bad.pdf"]["error"]


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("documents", "show", "nobody"), 3),
        (("search", "x", "-c", "nowhere"), 3),
        (("search", " "), 2),
        (("search", "x", "--filter", "nonsense"), 2),
        (("collections", "create", "../up"), 2),
        (("serve", "--host", "0.0.0.0"), 2),
        (("serve", "--port", "99999"), 2),
        (("nonsense",), 2),
    ],
)
def test_exit_codes_mean_something(data_dir: Path, arguments: tuple[str, ...], code: int) -> None:
    done = ragapp(data_dir, *arguments)
    assert done.returncode == code
    assert "Traceback" not in done.stderr
    assert done.stderr


@pytest.mark.parametrize("command", ["ask", "search"])
def test_an_empty_library_says_how_it_is_filled(tmp_path: Path, command: str) -> None:
    assert ragapp(tmp_path, "collections", "create", "default").returncode == 0
    done = ragapp(tmp_path, command, "When does the tide turn?")
    assert done.returncode == 0
    assert "ragapp ingest" in done.stdout


def test_a_reviewed_question_set_is_not_overwritten(tmp_path: Path) -> None:
    reviewed = tmp_path / "questions.jsonl"
    reviewed.write_text('{"accepted": false}')
    done = ragapp(tmp_path / "data", "eval", "make", "-o", str(reviewed))
    assert done.returncode == 2
    assert "--output" in done.stderr
    assert reviewed.read_text() == '{"accepted": false}'


def test_settings_are_all_explained(data_dir: Path) -> None:
    rows = ragapp_json(data_dir, "settings")
    assert all(row["name"].startswith(("RAGAPP_", "OTEL_")) and row["meaning"] for row in rows)


def test_settings_show_no_secrets(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RAGAPP_OPENAI_BASE_URL", "http://me:hunter2@vllm:8000/v1")
    monkeypatch.setenv("RAGAPP_OPENAI_API_KEY", "hunter2")
    shown = ragapp(data_dir, "settings", "--json").stdout
    assert "hunter2" not in shown
    assert "@vllm:8000/v1" in shown
