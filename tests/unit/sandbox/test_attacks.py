"""A compromised parser can do no harm: attacks from inside, with and without the kernel's protections."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from ragapp.processes.launch import environment, module_command
from ragapp.sandbox import kernel
from ragapp.sandbox.messages import COUNT, FILES, LEFTOVERS, NETWORK, PROCESSES, SYSTEM_CALLS

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="Linux confines")
needs_landlock = pytest.mark.skipif(kernel.landlock_version() == 0, reason="this kernel has no Landlock")

UNPRIVILEGED = (
    *("--reuid", "65534", "--regid", "65534", "--clear-groups"),
    # It may search folders, because the interpreter may lie in root's; what it starts in the sandbox may not.
    *("--inh-caps", "-all,+dac_read_search", "--ambient-caps", "+dac_read_search"),
)
SECRET = "sk-secret-key"
USERS = ["root", "nobody"] if os.getuid() == 0 else ["oneself"]


@dataclass(frozen=True)
class Outcome:
    protections: list[str]
    results: dict[str, str]

    def of(self, name: str) -> str:
        return next(output for attack, output in self.results.items() if attack.split(" ")[0] == name)


def attacked(
    user: str, *attacks: tuple[str, str], deny: tuple[str, ...] = (), seconds: float = 10
) -> Outcome:
    """By a program that runs as the user and has a secret in its environment."""
    wanted = {"deny": deny, "attacks": attacks, "seconds": seconds}
    command = module_command("tests.unit.sandbox.attacked", json.dumps(wanted))
    if user == "nobody":
        setpriv = shutil.which("setpriv")
        if setpriv is None:
            pytest.skip("setpriv is not installed")
        command = [setpriv, *UNPRIVILEGED, *command]
    done = subprocess.run(
        command,
        env={**environment(), "RAGAPP_OPENAI_API_KEY": SECRET},
        capture_output=True,
        text=True,
        check=False,
        timeout=100,
    )
    assert done.returncode == 0, done.stderr
    return Outcome(**json.loads(done.stdout))


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A data folder that every user may read and write, so that only the sandbox stands before it."""
    for folder in (tmp_path, *tmp_path.parents[:2]):
        folder.chmod(0o755)
    folder = tmp_path / "data"
    folder.mkdir()
    folder.chmod(0o777)
    (folder / "ragapp.db").write_text("the database")
    (folder / "ragapp.db").chmod(0o666)
    return folder


@contextmanager
def listening() -> Iterator[str]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"127.0.0.1:{server.getsockname()[1]}"


def is_refused(output: str) -> bool:
    return output.startswith(("refused", "failed"))


@needs_landlock
@pytest.mark.parametrize("user", USERS)
def test_every_attack_fails(user: str, data: Path) -> None:
    home = str(Path.home()) if user != "nobody" else str(data)
    with listening() as server, socket.socket(socket.AF_UNIX) as local:
        local.bind(str(data / "socket"))
        local.listen()
        (data / "socket").chmod(0o777)
        outcome = attacked(
            user,
            *(("connect", server), ("datagram", server), ("unix", str(data / "socket"))),
            *(("read", str(data / "ragapp.db")), ("list_folder", home), ("list_folder", "/tmp")),
            *(("read", "/proc/PARENT/environ"), ("read", "/proc/PARENT/cmdline"), ("read", "/etc/passwd")),
            *(("write", str(data / "new")), ("append", str(data / "ragapp.db"))),
            *(("remove", str(data / "ragapp.db")), ("write", "/tmp/ragapp-attack")),
            *(("kill", "PARENT"), ("trace", "PARENT"), ("link", "/etc/passwd"), ("fifo", "")),
        )
    assert {attack: output for attack, output in outcome.results.items() if not is_refused(output)} == {}
    assert SECRET not in str(outcome.results)
    assert {FILES, NETWORK, PROCESSES, LEFTOVERS} <= set(outcome.protections)
    assert (data / "ragapp.db").read_text() == "the database"
    assert sorted(path.name for path in data.iterdir()) == ["ragapp.db", "socket"]


DENIED = [(), ("unshare",), ("landlock_create_ruleset",), ("unshare", "landlock_create_ruleset")]


@pytest.mark.parametrize("deny", DENIED, ids="+".join)
@pytest.mark.parametrize("user", USERS)
def test_reported_protections_hold(user: str, deny: tuple[str, ...], data: Path) -> None:
    mark = f"left-by-{user}-{'-'.join(deny)}"
    with listening() as server:
        attacks = [("connect", server), ("append", str(data / "ragapp.db")), ("daemon", mark)]
        if PROCESSES in protections(user, deny):
            attacks.append(("kill", "PARENT"))
        if user != "root":  # whose processes are not counted
            attacks.append(("start_processes", ""))
        outcome = attacked(user, *attacks, deny=deny, seconds=3)
    held = set(outcome.protections)
    prevented = {NETWORK: "connect", FILES: "append", PROCESSES: "kill", COUNT: "start_processes"}
    for protection, attack in prevented.items():
        if protection in held:
            assert is_refused(outcome.of(attack)), protection
    assert (FILES in held) == ("landlock_create_ruleset" not in deny and kernel.landlock_version() > 0)
    assert SYSTEM_CALLS in held
    assert LEFTOVERS in held
    assert mark not in names_of_processes()


def protections(user: str, deny: tuple[str, ...]) -> list[str]:
    return attacked(user, ("run", "/bin/true"), deny=deny).protections


def names_of_processes() -> str:
    return " ".join(
        path.read_bytes().replace(b"\0", b" ").decode(errors="replace")
        for path in Path("/proc").glob("[0-9]*/cmdline")
        if path.exists()
    )


@pytest.mark.parametrize("deny", [(), ("unshare",)], ids="+".join)
def test_work_that_switches_its_alarm_off_ends_in_time(deny: tuple[str, ...]) -> None:
    outcome = attacked(USERS[0], ("sleeper", ""), ("run", "/bin/ls"), deny=deny, seconds=0.5)
    assert "longer than 0.5 seconds" in outcome.of("sleeper")
    assert outcome.of("run").startswith("done"), "the next document is read"


def test_programs_that_parsing_needs_can_be_run() -> None:
    outcome = attacked(USERS[0], ("run", "/bin/ls"), ("run", shutil.which("tesseract") or "/bin/ls"))
    assert all(output.startswith("done") for output in outcome.results.values())
