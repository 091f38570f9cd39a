"""docker-compose.yml and the Dockerfile fulfil what docs/deploy.md promises."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from tests.deployment.composefile import FILE, ROOT, services

SCHEMA = ROOT / "tests" / "data" / "compose-spec.json"
"""Of the Compose Specification (github.com/compose-spec/compose-spec, Apache-2.0)."""

every_service = pytest.mark.parametrize("name", sorted(services()))


def test_the_file_is_as_the_compose_specification_has_it() -> None:
    jsonschema.validate(yaml.safe_load(FILE.read_text()), json.loads(SCHEMA.read_text()))


def test_the_dockerfile_passes_the_lint() -> None:
    lint = Path(sys.executable).with_name("hadolint")
    done = subprocess.run([lint, ROOT / "Dockerfile"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


@every_service
def test_a_service_can_do_little_to_its_host(name: str) -> None:
    service = services()[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["user"].partition(":")[0] not in {"0", "root"}
    assert "memory" in service["deploy"]["resources"]["limits"]
    assert service["pids_limit"] > 0


@every_service
def test_a_service_says_how_it_is(name: str) -> None:
    assert services()[name]["healthcheck"]["test"]
    assert services()[name]["restart"] == "unless-stopped"


@every_service
def test_an_image_is_pinned_to_a_version(name: str) -> None:
    _, _, tag = services()[name]["image"].rpartition(":")
    assert any(letter.isdigit() for letter in tag)


@every_service
def test_ports_are_open_to_this_machine_only(name: str) -> None:
    for port in services()[name].get("ports", []):
        assert port.startswith("127.0.0.1:")


@every_service
def test_who_waits_for_another_waits_until_it_is_healthy(name: str) -> None:
    waits: dict[str, Any] = services()[name].get("depends_on", {})
    assert all(one == {"condition": "service_healthy"} for one in waits.values())


def test_no_secret_is_in_the_environment() -> None:
    for service in services().values():
        for variable, value in service.get("environment", {}).items():
            if any(word in variable for word in ("PASSWORD", "SECRET", "KEY", "DATABASE_URL", "REDIS_URL")):
                assert variable.endswith("_FILE")
                assert value.startswith("/run/secrets/")


def test_only_what_people_use_can_be_reached_from_outside() -> None:
    networks = yaml.safe_load(FILE.read_text())["networks"]
    assert networks["back"] == {"internal": True}
    outside = {name for name, one in services().items() if "front" in one["networks"]}
    assert outside == {"api", "ui", "vllm"}


@pytest.mark.parametrize("name", ["api", "worker"])
def test_what_is_put_aside_is_on_a_disk_and_not_in_memory(name: str) -> None:
    service = services()[name]
    assert service["environment"]["TMPDIR"] in service["volumes"]
