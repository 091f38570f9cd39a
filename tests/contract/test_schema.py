"""On each database, the migrations create exactly the tables that the code uses."""

from __future__ import annotations

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, text

from ragapp.errors import UsageError
from ragapp.store.engine import (
    MIGRATIONS,
    WRITE,
    has_newest_schema,
    known_revisions,
    migrate,
    open_engine,
)
from ragapp.store.schema import metadata


def test_the_tables_are_those_of_the_schema(engine: Engine) -> None:
    with engine.begin() as c:
        assert not compare_metadata(MigrationContext.configure(c), metadata)


def test_opening_again_changes_nothing(engine: Engine, database_url: str) -> None:
    open_engine(database_url)
    with engine.begin() as c:
        assert MigrationContext.configure(c).get_current_revision() == max(known_revisions())


def test_the_names_of_the_migrations_are_the_known_revisions() -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    scripts = ScriptDirectory.from_config(config)
    assert known_revisions() == {script.revision for script in scripts.walk_revisions()}
    assert max(known_revisions()) == scripts.get_current_head()


def test_only_the_newest_schema_needs_no_migration(engine: Engine, database_url: str) -> None:
    assert has_newest_schema(engine)
    with engine.execution_options(**WRITE).begin() as c:
        c.execute(text("UPDATE alembic_version SET version_num = '0001'"))
    assert not has_newest_schema(engine)


def test_a_database_of_a_newer_ragapp_is_refused(engine: Engine, database_url: str) -> None:
    with engine.execution_options(**WRITE).begin() as c:
        c.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(UsageError, match="newer ragapp"):
        migrate(engine)


@pytest.mark.parametrize("url", ["", "nonsense", "mysql://me@example/db", "postgresql://me@example:port/db"])
def test_an_invalid_url_is_refused(url: str) -> None:
    with pytest.raises(UsageError, match="RAGAPP_DATABASE_URL"):
        open_engine(url)
