"""The wheel, installed into an environment of its own: its names, its commands and their processes."""

from __future__ import annotations

import ast
import json
import os
import shutil
import subprocess
import time
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from tests.packaging.library import ROOT, environment_with, pip
from tests.ports import free_port


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    pip("wheel", "--no-deps", "--wheel-dir", folder, ROOT)
    (built,) = folder.glob("ragapp-*.whl")
    return built


@pytest.fixture(scope="module")
def programs(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return environment_with(wheel, tmp_path_factory.mktemp("environment") / "venv")


@pytest.fixture
def variables(tmp_path: Path, models_dir: Path) -> dict[str, str]:
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(tmp_path),
        "RAGAPP_DATA_DIR": str(tmp_path / "data"),
        "RAGAPP_MODELS_DIR": str(models_dir),
        "RAGAPP_THREADS": "1",
    }


def test_every_top_level_name_is_ours(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
    tops = {name.partition("/")[0] for name in names if ".dist-info/" not in name}
    assert tops == {"ragapp", "ragapp_evals", "ragapp_ingest", "ragapp_ui"}
    assert {f"{top}/py.typed" for top in tops} <= set(names)
    assert not [
        name for name in names if name.startswith(("ragapp_evals/research/r", "ragapp_evals/run_files"))
    ]


def test_the_wheel_has_every_module_that_its_modules_import(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        sources = {name: archive.read(name) for name in archive.namelist() if name.endswith(".py")}
    modules = {name.removesuffix(".py").removesuffix("/__init__").replace("/", ".") for name in sources}
    missing = {
        f"{node.module} in {name}"
        for name, source in sources.items()
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("ragapp")
        if not any(one == node.module or one.startswith(f"{node.module}.") for one in modules)
    }
    assert not missing


def test_no_module_of_the_checkout_is_needed(programs: Path, tmp_path: Path) -> None:
    script = "import ragapp.cli.program, sys; print(*sorted({m.partition('.')[0] for m in sys.modules}))"
    done = subprocess.run(
        [programs / "python", "-c", script], cwd=tmp_path, check=True, capture_output=True, text=True
    )
    imported = set(done.stdout.split())
    assert imported >= {"ragapp", "ragapp_evals", "ragapp_ingest", "ragapp_ui"}
    assert not imported & {"evals", "ingest", "ui"}


@pytest.mark.parametrize("command", [["--help"], ["eval", "--help"], ["ui", "--help"]])
def test_help(programs: Path, variables: dict[str, str], tmp_path: Path, command: list[str]) -> None:
    done = subprocess.run(
        [programs / "ragapp", *command],
        env=variables,
        cwd=tmp_path,
        check=True,
        capture_output=True,
        text=True,
    )
    assert "Usage" in done.stdout


def test_a_document_is_parsed_embedded_and_found(
    programs: Path,
    variables: dict[str, str],
    tmp_path: Path,
    model_folder: Callable[[str], Path],
) -> None:
    model_folder("bge-small-en-v1.5")
    note = tmp_path / "note.md"
    note.write_text("# Herons\n\nHerons fish at dusk.\n")

    def ragapp(*words: str) -> dict[str, object]:
        done = subprocess.run(
            [programs / "ragapp", *words, "--json"],
            env=variables,
            cwd=tmp_path,
            check=True,
            capture_output=True,
        )
        result: dict[str, object] = json.loads(done.stdout)
        return result

    assert ragapp("ingest", str(note))["added"] == 1
    assert ragapp("ask", "When do herons fish?")["answer"] == "Herons fish at dusk. [1]"


def test_plugins_are_used_and_find_their_contract_suites(
    programs: Path, variables: dict[str, str], tmp_path: Path
) -> None:
    shutil.copytree(ROOT / "tests" / "data" / "acme-rag", tmp_path / "acme-rag")
    pip("install", "--no-deps", "--target", tmp_path / "site-packages", tmp_path / "acme-rag")
    chosen = {"RAGAPP_CHUNKER": "lines", "RAGAPP_EMBEDDER": "letters", "RAGAPP_SUPPORT_MODEL": ""}
    done = subprocess.run(
        [programs / "ragapp", "ingest", "acme://birds", "--json"],
        env={**variables, **chosen, "PYTHONPATH": str(tmp_path / "site-packages")},
        cwd=tmp_path,
        check=True,
        capture_output=True,
    )
    assert json.loads(done.stdout)["documents"][0]["chunks"] == 2
    suites = "import ragapp.testing.parsers as parsers; print(parsers.ParserSandbox.__module__)"
    done = subprocess.run([programs / "python", "-c", suites], cwd=tmp_path, check=True, capture_output=True)
    assert done.stdout.strip() == b"ragapp_ingest.sandbox"


def test_the_server_starts_the_page_of_the_wheel(
    programs: Path, variables: dict[str, str], tmp_path: Path
) -> None:
    port, page_port = free_port(), free_port()
    with served(programs, variables, tmp_path, port, page_port) as log:
        wait_for(f"http://127.0.0.1:{page_port}/_stcore/health", log)
        wait_for(f"http://127.0.0.1:{port}/v1/evals/sets", log)


@contextmanager
def served(
    programs: Path, variables: dict[str, str], folder: Path, port: int, page_port: int
) -> Iterator[Path]:
    command = [
        programs / "ragapp",
        "serve",
        "--port",
        str(port),
        "--ui-port",
        str(page_port),
        "--workers",
        "0",
    ]
    log = folder / "log"
    with (
        log.open("w") as output,
        subprocess.Popen(command, env=variables, cwd=folder, stderr=output) as server,
    ):
        try:
            yield log
        finally:
            server.terminate()


def wait_for(url: str, log: Path) -> None:
    """Until it answers with success; fails when the server writes a traceback or ends."""
    while True:
        assert "Traceback" not in log.read_text(), log.read_text()
        try:
            if httpx.get(url, trust_env=False, timeout=60).is_success:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.2)
