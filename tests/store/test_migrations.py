from pathlib import Path

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, inspect, text
from sqlalchemy.engine.interfaces import ReflectedIndex

from workorder.store import migrations
from workorder.store.engine import SchemaState, create_schema, schema_state, upgrade
from workorder.store.schema import REVISIONS, metadata


def _differences(engine: Engine) -> list[object]:
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        return [*compare_metadata(context, metadata)]


def _index(index: ReflectedIndex) -> tuple[object, ...]:
    options = index.get("dialect_options", {})
    only_where = options.get("sqlite_where", options.get("postgresql_where"))
    return index["name"], index["column_names"], index["unique"], str(only_where)


def _described(engine: Engine) -> dict[str, object]:
    seen = inspect(engine)
    return {
        name: (
            [(c["name"], str(c["type"]), c["nullable"]) for c in seen.get_columns(name)],
            sorted(map(_index, seen.get_indexes(name)), key=str),
            seen.get_pk_constraint(name),
            sorted(map(str, seen.get_foreign_keys(name))),
            sorted(map(str, seen.get_unique_constraints(name))),
        )
        for name in sorted(seen.get_table_names())
    }


def _drop_everything(engine: Engine) -> None:
    with engine.begin() as connection:
        metadata.drop_all(connection)
        connection.execute(text("DROP TABLE alembic_version"))


def test_the_migrations_lead_to_the_schema_that_the_program_works_with(
    empty_engine: Engine,
) -> None:
    upgrade(empty_engine)
    assert _differences(empty_engine) == []
    assert schema_state(empty_engine) is SchemaState.CURRENT


def test_a_created_schema_is_the_migrated_one_to_the_last_index(empty_engine: Engine) -> None:
    upgrade(empty_engine)
    migrated = _described(empty_engine)
    _drop_everything(empty_engine)
    create_schema(empty_engine)
    assert _described(empty_engine) == migrated


def test_an_upgrade_of_a_current_database_does_nothing(empty_engine: Engine) -> None:
    create_schema(empty_engine)
    upgrade(empty_engine)
    assert _differences(empty_engine) == []


def test_an_empty_database_has_no_schema(empty_engine: Engine) -> None:
    assert schema_state(empty_engine) is SchemaState.MISSING


def test_a_revision_that_nobody_knows_is_of_a_newer_program(empty_engine: Engine) -> None:
    create_schema(empty_engine)
    with empty_engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = 'abcd'"))
    assert schema_state(empty_engine) is SchemaState.AHEAD


def test_the_revisions_are_those_of_the_scripts() -> None:
    scripts = ScriptDirectory(str(Path(migrations.__path__[0])))
    assert [script.revision for script in scripts.walk_revisions()] == [*reversed(REVISIONS)]
