from datetime import UTC, datetime, timedelta
from pathlib import Path

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, inspect, text
from sqlalchemy.engine.interfaces import ReflectedIndex

from workorder.store import migrations
from workorder.store.columns import Moment
from workorder.store.engine import SchemaState, create_schema, schema_state, upgrade
from workorder.store.files import Files
from workorder.store.schema import REVISIONS, metadata
from workorder.store.unit import Store

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


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


def _at_revision(engine: Engine, revision: str) -> None:
    """An empty database as the program of that revision left it."""
    config = Config()
    config.set_main_option("script_location", "workorder.store:migrations")
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)


def _an_old_order(number: int, status: str, moments: dict[str, object]) -> dict[str, object]:
    return {
        "number": number,
        "title": "Old",
        "status": status,
        "requester_name": "",
        "requester_email": "jane@acme.example",
        "priority": "normal",
        "labels": "[]",
        "equipment_ids": "[]",
        "participants": "[]",
        "opened_by": "mail",
        "thread_id": f"<{number}@acme.example>",
        "service": "",
        "worked_minutes": 0,
        "billed_minutes": 0,
        "alert_key": "",
        **moments,
    }


def test_work_orders_of_an_older_program_wait_since_they_did(
    empty_engine: Engine, tmp_path: Path
) -> None:
    _at_revision(empty_engine, "0002")
    opened, asked = NOON - timedelta(days=9), NOON - timedelta(days=4)

    def bind(moment: datetime) -> object:
        return Moment().process_bind_param(moment, empty_engine.dialect)

    with empty_engine.begin() as connection:
        for number, status in ((1, "waiting-customer"), (2, "in-progress"), (3, "finished")):
            row = _an_old_order(number, status, {"opened_at": bind(opened)})
            names = ", ".join(row)
            places = ", ".join(f":{name}" for name in row)
            connection.execute(text(f"INSERT INTO orders ({names}) VALUES ({places})"), row)  # noqa: S608 - names of columns
        event = {
            "number": 1,
            "at": bind(asked),
            "kind": "status",
            "actor": "maria@northwind.example",
            "public": True,
            "text": "When?",
            "data": '{"status":"waiting-customer","was":"in-progress"}',
        }
        columns, values = ", ".join(event), ", ".join(f":{name}" for name in event)
        connection.execute(text(f"INSERT INTO events ({columns}) VALUES ({values})"), event)  # noqa: S608 - as above
    upgrade(empty_engine)
    store = Store(empty_engine, Files(tmp_path / "files"))
    with store.read() as unit:
        waiting, working, done = (unit.orders.get(number) for number in (1, 2, 3))
        assert waiting is not None
        assert working is not None
        assert done is not None
        assert (waiting.clocks.silent_since, waiting.clocks.open_since) == (asked, opened)
        assert (working.clocks.silent_since, working.clocks.open_since) == (None, opened)
        assert done.clocks.open_since is None
        assert waiting.hours.timers == ()
        assert unit.clock.silent(NOON, NOON, most=4, limit=9) == (1,)
