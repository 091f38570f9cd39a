"""The commands of docker-compose.yml, run as they stand there, outside containers, on real servers."""

from __future__ import annotations

import json
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.deployment.composefile import ROOT, Outside
from tests.ports import free_port
from tests.postgres import PostgresServer
from tests.redisserver import binary

HERONS = b"Herons fish at dusk. The harbour was built in 1862 by Ada Thornton.\n"


@pytest.fixture
def outside(postgres: PostgresServer, tmp_path: Path, models_dir: Path) -> Iterator[Outside]:
    ports = {name: str(free_port()) for name in ("api", "ui", "worker", "redis")}
    secrets = tmp_path / "secrets"
    command = [ROOT / "deploy" / "make-secrets.sh", secrets]
    addresses = [f"127.0.0.1:{postgres.port}", f"127.0.0.1:{ports['redis']}"]
    subprocess.run([*command, *addresses], check=True)
    listen_at(secrets / "redis_conf", ports["redis"])
    password = (secrets / "postgres_password").read_text()
    postgres.execute(f"CREATE ROLE ragapp LOGIN PASSWORD '{password}'")
    postgres.execute("CREATE DATABASE ragapp OWNER ragapp")
    replaced = {
        "/run/secrets": str(secrets),
        "/blobs": str(tmp_path / "blobs"),
        "redis-server": str(binary("redis")),
        "http://api:8000": f"http://127.0.0.1:{ports['api']}",
        "8000": ports["api"],
        "8501": ports["ui"],
        "9464": ports["worker"],
    }
    environment = {"RAGAPP_DATA_DIR": str(tmp_path / "data"), "RAGAPP_MODELS_DIR": str(models_dir)}
    started = Outside(replaced, environment)
    try:
        yield started
    finally:
        started.stop()
        postgres.execute("DROP DATABASE ragapp WITH (FORCE)")
        postgres.execute("DROP ROLE ragapp")


def test_the_services_answer_together_and_end_in_order(outside: Outside) -> None:
    redis = outside.start("redis")
    key = json.loads(outside.run("api", "keys", "create", "admin", "--role", "admin", "--json"))["secret"]
    for name in ("api", "worker", "ui"):
        outside.start(name)
    for name in ("api", "worker", "ui"):
        wait_until_healthy(outside, name)
    with httpx.Client(base_url=outside.replaced["http://api:8000"], timeout=60) as http:
        assert http.post("/v1/search", json={"query": "herons"}).status_code == 401
        http.headers["Authorization"] = f"Bearer {key}"
        ingest_all(http)
        answer = http.post("/v1/ask", json={"question": "When do herons fish?"}).json()
        assert answer["citations"][0]["quote"] == "Herons fish at dusk."
        assert http.get("/v1/cache").json()["store"].startswith("redis:")
    assert redis.poll() is None
    web_page, *others = outside.stop()
    assert web_page in {0, -signal.SIGTERM}  # Streamlit's server passes the signal on when it is done
    assert others == [0, 0, 0]


def ingest_all(http: httpx.Client) -> None:
    accepted = http.post("/v1/collections/default/documents", files={"file": ("herons.txt", HERONS)})
    status = accepted.json()["accepted"][0]["status_url"]
    while (document := http.get(status).json())["status"] != "ready":
        assert document["status"] != "failed", document["error"]
        time.sleep(0.1)


def wait_until_healthy(outside: Outside, name: str) -> None:
    while not outside.is_healthy(name):
        assert all(process.poll() is None for process in outside.running), f"{name} is not running"
        time.sleep(0.2)


def listen_at(conf: Path, port: str) -> None:
    """In a container Redis has its usual port for itself."""
    conf.chmod(0o600)
    conf.write_text(f"{conf.read_text()}port {port}\n")
