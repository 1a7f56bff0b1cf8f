from datetime import UTC, datetime
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.made import an_opening
from workorder.core.events import EquipmentChanged, Event
from workorder.core.model import Person
from workorder.store.codec import KINDS, EventRow, encode, from_row, to_row

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
MOMENTS = st.datetimes(timezones=st.just(UTC))

st.register_type_strategy(str, TEXT)
st.register_type_strategy(datetime, MOMENTS)

EVENTS = st.one_of([st.builds(kind, at=MOMENTS) for kind in get_args(Event)])


@given(EVENTS)
def test_an_event_comes_back_from_its_row_as_it_was(event: Event) -> None:
    assert from_row(to_row(event)) == event


def test_every_kind_of_event_has_a_row() -> None:
    assert set(KINDS.values()) == set(get_args(Event))
    assert all(kind == event.kind for kind, event in KINDS.items())


def test_a_field_that_an_old_row_does_not_have_takes_its_default() -> None:
    row = to_row(an_opening())
    old = EventRow(
        kind=row.kind,
        at=row.at,
        actor=row.actor,
        public=row.public,
        text=row.text,
        data=row.data.replace('"priority":"normal",', "").replace(',"follows":null', ""),
    )
    assert "priority" not in old.data
    assert "follows" not in old.data
    assert from_row(old) == an_opening()


def test_a_kind_that_nobody_knows_is_refused_by_name() -> None:
    row = EventRow(
        kind="vanished", at=datetime.now(UTC), actor="x", public=True, text="", data="{}"
    )
    with pytest.raises(ValueError, match="unknown kind of event: vanished"):
        from_row(row)


def test_what_has_a_column_is_not_written_twice() -> None:
    event = EquipmentChanged(at=datetime.now(UTC), actor="x", text="PRN-2", equipment_id=3)
    assert to_row(event).data == '{"equipment_id":3,"removed":false}'


def test_a_value_without_a_form_in_json_is_refused() -> None:
    assert encode(Person(name="J", email="j@a.example")) == {"name": "J", "email": "j@a.example"}
    with pytest.raises(TypeError, match="cannot hold a bytes"):
        encode(b"raw")
