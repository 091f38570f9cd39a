"""All child processes are started by one module, which never runs code of the working folder."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

from ragapp.processes import launch

ROOT = Path(launch.__file__).parents[2]
PACKAGES = ("ragapp", "ingest", "ui", "evals")

STARTS = {
    "ragapp/cli/child_processes.py": "python",
    "ragapp/models/llama_process.py": "python",
    "ragapp/files/deleted_text.py": "python",
    "ragapp/models/downloads.py": "python",
    "ragapp/sandbox/process.py": "python",
    "ragapp/tasks/command.py": "python",
    "evals/bench/process.py": "python",
    "evals/bench/ingest.py": "another python",
    "evals/bench/memory.py": "another python",
    "evals/bench/cache_peer.py": "another python",
    "ragapp/ocr/tesseract.py": "tesseract",
    "evals/runs.py": "git",
}
"""Where a process is started. Whoever adds one says here what it is, and starts Python as the others do."""

FORKS = {"ragapp/sandbox/child.py", "ragapp/testing/search_index/concurrency.py"}
INTERPRETER = {"ragapp/processes/launch.py", "ragapp/cli/bench.py"}
"""Who names the interpreter: bench only as the default of an option."""

STARTERS = {
    "subprocess": {"Popen", "run", "call", "check_call", "check_output", "getoutput", "getstatusoutput"},
    "os": {"system", "popen", "startfile", "posix_spawn", "posix_spawnp", "fork", "forkpty"},
    "asyncio": {"create_subprocess_exec", "create_subprocess_shell"},
    "pty": {"spawn", "fork"},
    "runpy": {"run_module", "run_path"},
    "multiprocessing": {"get_context", "Process", "Pool", "Manager", "set_start_method"},
}


@dataclass(frozen=True)
class Use:
    file: str
    what: str


@cache
def uses() -> tuple[Use, ...]:
    """Everything in the product by which a process could be started, whatever it was imported as."""
    return tuple(_uses())


def _uses() -> Iterator[Use]:
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            file = path.relative_to(ROOT).as_posix()
            tree = ast.parse(path.read_text(encoding="utf-8"))
            for what in _used(tree):
                yield Use(file, what)


def _used(tree: ast.Module) -> Iterator[str]:
    names: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.asname or alias.name.split(".")[0]: alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {alias.asname or alias.name: f"{node.module}.{alias.name}" for alias in node.names}
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in names:
            yield f"{names[node.value.id]}.{node.attr}"
        elif isinstance(node, ast.Name) and node.id in names:
            yield names[node.id]


def is_start(what: str) -> bool:
    module, _, name = what.rpartition(".")
    return name in STARTERS.get(module, set()) or (module == "os" and name.startswith(("exec", "spawn")))


def test_every_start_is_known() -> None:
    found = {use.file for use in uses() if is_start(use.what)}
    assert found == {*STARTS, *FORKS, "ragapp/processes/launch.py"}


def test_only_one_module_names_the_interpreter() -> None:
    assert {use.file for use in uses() if use.what == "sys.executable"} == INTERPRETER


@pytest.mark.parametrize("file", [file for file, kind in STARTS.items() if "python" in kind])
def test_python_is_started_in_the_one_way(file: str) -> None:
    used = {use.what for use in uses() if use.file == file}
    assert used & {"ragapp.processes.launch.module_command", "ragapp.processes.launch.script_command"}
    if STARTS[file] == "python":
        assert used & {"ragapp.processes.launch.environment", "ragapp.processes.launch.import_path"}


def test_processes_of_multiprocessing_are_started_in_the_one_way() -> None:
    with_pools = {use.file for use in uses() if use.what.startswith("concurrent.futures.ProcessPool")}
    asking = {use.file for use in uses() if use.what == "ragapp.processes.launch.spawn_context"}
    assert with_pools <= asking


def test_a_start_under_another_name_is_found() -> None:
    hidden = "import subprocess as s\nfrom os import execv as go\ns.run(['x'])\ngo('x', [])\n"
    assert {what for what in _used(ast.parse(hidden)) if is_start(what)} == {"subprocess.run", "os.execv"}


TRAPS = (
    *("json.py", "queue.py", "sitecustomize.py", "usercustomize.py", "multiprocessing/__init__.py"),
    *("ui/__init__.py", "ui/__main__.py", "ingest/__init__.py", "pip/__init__.py", "pip/__main__.py"),
)


@pytest.fixture
def hostile(tmp_path: Path) -> Path:
    """A folder whose modules leave a file when they are imported."""
    folder = tmp_path / "downloads"
    for trap in TRAPS:
        path = folder / trap
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"open({str(tmp_path / 'sprung')!r}, 'a').write({trap!r} + chr(10))\n")
    return folder


def run(
    command: list[str], cwd: Path | None = None, env: dict[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, cwd=cwd, env=env, capture_output=True, text=True, check=False)


def sprung(folder: Path) -> str:
    trace = folder.parent / "sprung"
    return trace.read_text() if trace.exists() else ""


REPORT = "import json, queue, multiprocessing, ui, ingest, sys; print(ingest.__file__)"


@pytest.mark.parametrize("python_path", [None, "", ":", ".", "..:.", "HERE", "sub"])
def test_children_import_nothing_from_the_working_folder(
    hostile: Path, monkeypatch: pytest.MonkeyPatch, python_path: str | None
) -> None:
    (hostile / "sub").symlink_to(hostile)
    if python_path is not None:
        monkeypatch.setenv("PYTHONPATH", python_path.replace("HERE", str(hostile)))
    monkeypatch.chdir(hostile)
    monkeypatch.setattr(sys, "path", ["", str(hostile), *sys.path])
    monkeypatch.setattr("sys.dont_write_bytecode", True)
    script = hostile.parent / "report.py"
    script.write_text(REPORT)
    done = subprocess.run(
        launch.script_command(str(script)),
        env=launch.environment(),
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.stdout.strip() == str(ROOT / "ingest" / "__init__.py"), done.stderr
    assert sprung(hostile) == ""


def test_pip_is_not_the_working_folders(hostile: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(hostile)
    command = launch.module_command("pip", "--version")
    done = run(command, env=launch.environment())
    assert done.returncode == 0
    assert sprung(hostile) == ""


def test_programs_are_not_searched_for_in_the_working_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", os.pathsep.join(("", ".", "bin", "/usr/bin", "..")))
    assert launch.program_path() == "/usr/bin"


def console_script() -> str:
    return str(Path(sys.executable).with_name("ragapp"))


@pytest.mark.parametrize("python_path", ["", ":", "."])
def test_the_console_script_imports_nothing_from_the_working_folder(hostile: Path, python_path: str) -> None:
    (hostile / "sitecustomize.py").unlink()  # Python itself imports these two, before any program is asked
    (hostile / "usercustomize.py").unlink()
    environment = {**os.environ, "PYTHONPATH": python_path, "PYTHONDONTWRITEBYTECODE": "1"}
    done = run([console_script(), "--help"], cwd=hostile, env=environment)
    assert done.returncode == 0, done.stderr
    assert sprung(hostile) == ""


def test_a_pool_of_processes_imports_nothing_from_the_working_folder(hostile: Path) -> None:
    code = (
        "from ragapp.processes.launch import spawn_context\n"
        "import os, operator\n"
        "if __name__ == '__main__':\n"
        "    with spawn_context().Pool(1) as pool:\n"
        "        print(pool.apply(operator.add, (1, 2)))\n"
    )
    script = hostile.parent / "pool.py"
    script.write_text(code)
    done = subprocess.run(
        [sys.executable, str(script)], cwd=hostile, check=False, capture_output=True, text=True
    )
    assert done.stdout.strip() == "3", done.stderr
    assert sprung(hostile) == ""
