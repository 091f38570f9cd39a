"""The units of deploy/systemd start commands that exist, and their syntax is systemd's."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.docs.test_commands import unknown

UNITS = sorted((Path(__file__).parents[2] / "deploy" / "systemd").glob("*.service"))
COMMAND = re.compile(r"^ExecStart(?:Pre)?=/opt/ragapp/bin/ragapp (.*)$", re.MULTILINE)


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_the_commands_of_a_unit_exist(unit: Path) -> None:
    commands = COMMAND.findall(unit.read_text(encoding="utf-8"))
    assert commands
    assert not [word for command in commands if (word := unknown(command))]


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd is not installed")
def test_systemd_accepts_the_units(tmp_path: Path) -> None:
    for unit in UNITS:  # the program is not installed here, and would be missed
        text = unit.read_text(encoding="utf-8").replace("/opt/ragapp/bin/ragapp", "/bin/true")
        (tmp_path / unit.name.replace("@", "@1")).write_text(text)
    units = sorted(str(path) for path in tmp_path.iterdir())
    done = subprocess.run(["systemd-analyze", "verify", *units], check=False, capture_output=True, text=True)
    assert "ragapp" not in done.stderr, done.stderr
