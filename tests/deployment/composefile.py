"""docker-compose.yml as it is written, and its commands as they run outside a container."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[2]
FILE = ROOT / "docker-compose.yml"

_VARIABLE = re.compile(r"\$\{\w+:-([^}]*)\}")
_ENTRYPOINT = re.compile(r'^ENTRYPOINT \["(\w+)"\]$', re.MULTILINE)


def services() -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = yaml.safe_load(FILE.read_text(encoding="utf-8"))["services"]
    return found


@dataclass
class Outside:
    """Starts services without containers: what is `replaced` in their words is a path or an address there."""

    replaced: Mapping[str, str]
    environment: Mapping[str, str]
    running: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def start(self, name: str) -> subprocess.Popen[bytes]:
        service = services()[name]
        process = subprocess.Popen(self._words(service), env=self._environment(service))
        self.running.append(process)
        return process

    def run(self, name: str, *command: str) -> str:
        """What `docker compose run NAME COMMAND…` prints."""
        service = {**services()[name], "command": command}
        return subprocess.run(
            self._words(service),
            env=self._environment(service),
            check=True,
            stdout=subprocess.PIPE,
            text=True,
        ).stdout

    def is_healthy(self, name: str) -> bool:
        kind, *words = services()[name]["healthcheck"]["test"]
        assert kind == "CMD"
        return subprocess.run(self._here(words), check=False, stderr=subprocess.DEVNULL).returncode == 0

    def stop(self) -> list[int]:
        """How each ended when it was told to."""
        for process in reversed(self.running):
            process.terminate()
        return [process.wait(60) for process in reversed(self.running)]

    def _words(self, service: Mapping[str, Any]) -> list[str]:
        image = _ENTRYPOINT.search((ROOT / "Dockerfile").read_text(encoding="utf-8"))
        assert image is not None
        entrypoint = service.get("entrypoint", [image[1]] if "build" in service else [])
        return self._here([*entrypoint, *service["command"]])

    def _here(self, words: list[str]) -> list[str]:
        program, *arguments = (self._replace(word) for word in words)
        if program == "python":
            program = sys.executable
        elif program == "ragapp":
            program = str(Path(sys.executable).with_name("ragapp"))
        return [program, *arguments]

    def _environment(self, service: Mapping[str, Any]) -> dict[str, str]:
        own = {name: self._replace(value) for name, value in service.get("environment", {}).items()}
        wanted = {name: value for name, value in own.items() if value}
        return {**os.environ, **wanted, **self.environment}

    def _replace(self, word: str) -> str:
        word = _VARIABLE.sub(r"\1", word)
        for inside, outside in self.replaced.items():
            word = word.replace(inside, outside)
        return word
