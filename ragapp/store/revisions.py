"""Which schema a database has, found without loading Alembic: nearly every start finds the newest one."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Engine, inspect, text

MIGRATIONS = Path(__file__).parent / "migrations"


def known_revisions() -> frozenset[str]:
    """Every revision that this ragapp has a migration for, by the files: `0008_tasks_and_artifacts.py`."""
    return frozenset(path.name.partition("_")[0] for path in (MIGRATIONS / "versions").glob("[0-9]*_*.py"))


def has_newest_schema(engine: Engine) -> bool:
    """Whether there is nothing to migrate."""
    with engine.begin() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return False
        found = connection.execute(text("SELECT version_num FROM alembic_version")).scalars().all()
    return found == [max(known_revisions())]
