from datetime import datetime
from typing import Any

import pytest

from workorder.core.model import Contact, Customer, Equipment, Notify, Technician
from workorder.errors import NotFoundError, RequestError
from workorder.store.unit import Store, Unit


def _acme(unit: Unit) -> Customer:
    return unit.people.add_customer("Acme Ltd", language="es", domains=["acme.example"])


def test_what_is_added_is_found_again(store: Store) -> None:
    with store.write() as unit:
        acme = _acme(unit)
        jane = unit.people.add_contact(
            "Jane@Acme.Example", name="Jane  Roe", customer_id=acme.id, primary=True, language="es"
        )
        maria = unit.people.add_technician(
            "maria@northwind.example", name="Maria", notify=Notify.MINE, timezone="Europe/Madrid"
        )
        printer = unit.people.add_equipment(
            "PRN-2", customer_id=acme.id, name="Printer", serial="X1", location="Hall"
        )
    assert acme == Customer(id=acme.id, name="Acme Ltd", language="es", domains=("acme.example",))
    assert jane == Contact(
        id=jane.id,
        email="jane@acme.example",
        name="Jane Roe",
        customer_id=acme.id,
        primary=True,
        language="es",
    )
    assert maria == Technician(
        id=maria.id,
        email="maria@northwind.example",
        name="Maria",
        notify=Notify.MINE,
        timezone="Europe/Madrid",
    )
    assert printer == Equipment(
        id=printer.id,
        customer_id=acme.id,
        tag="PRN-2",
        name="Printer",
        serial="X1",
        location="Hall",
    )
    with store.read() as unit:
        people = unit.people
        assert people.customer_by_id(acme.id) == acme
        assert people.customer_by_name(" aCME  ltd") == acme
        assert people.customers() == (acme,)
        assert people.contact_by_id(jane.id) == jane
        assert people.contact_by_email("jane@acme.example") == jane
        assert people.contacts() == people.contacts_of(acme.id) == (jane,)
        assert people.primary_contacts(acme.id) == (jane,)
        assert people.technician_by_id(maria.id) == maria
        assert people.technician_by_email("maria@northwind.example") == maria
        assert people.technicians() == (maria,)
        assert people.equipment_by_id(printer.id) == printer
        assert people.equipment_by_tag(acme.id, "prn-2") == printer
        assert people.equipment() == people.equipment_of(acme.id) == (printer,)


def test_who_is_not_there_is_not_found(store: Store) -> None:
    with store.read() as unit:
        people = unit.people
        assert people.customer_by_id(1) is None
        assert people.customer_by_name("Acme") is None
        assert people.contact_by_id(1) is None
        assert people.contact_by_email("jane@acme.example") is None
        assert people.technician_by_id(1) is None
        assert people.technician_by_email("jane@acme.example") is None
        assert people.equipment_by_id(1) is None
        assert people.equipment_by_tag(1, "x") is None


@pytest.mark.parametrize(
    ("domain", "whose"),
    [
        ("acme.example", "Acme Ltd"),
        ("mail.ACME.example", "Acme Ltd"),
        ("plant.acme.example", "Acme Plant"),
        ("deep.in.plant.acme.example", "Acme Plant"),
        ("notacme.example", None),
        ("example", None),
        ("acme.example.evil.example", None),
    ],
)
def test_a_domain_is_of_who_registered_it_or_the_nearest_one_above(
    sqlite_store: Store, domain: str, whose: str | None
) -> None:
    with sqlite_store.write() as unit:
        _acme(unit)
        unit.people.add_customer("Acme Plant", domains=["@Plant.acme.example."])
        found = unit.people.customer_by_domain(domain)
    assert (found and found.name) == whose


@pytest.mark.parametrize(
    ("kind", "arguments", "reason"),
    [
        ("customer", {"name": "ACME LTD"}, "there is a customer Acme Ltd already"),
        ("customer", {"name": "  "}, "a customer's name is empty"),
        ("customer", {"name": "x" * 201}, "longer than 200 characters"),
        (
            "customer",
            {"name": "B", "domains": ["acme.example"]},
            "the domain acme.example belongs to Acme Ltd already",
        ),
        ("customer", {"name": "B", "domains": ["gmail.com"]}, "gmail.com is a free-mail domain"),
        ("customer", {"name": "B", "domains": ["com"]}, "'com' is no mail domain"),
        ("customer", {"name": "B", "domains": ["b example"]}, "'b example' is no mail domain"),
        (
            "contact",
            {"email": "JANE@acme.example", "customer_id": 1},
            "jane@acme.example is a contact's address already",
        ),
        (
            "contact",
            {"email": "maria@northwind.example", "customer_id": 1},
            "maria@northwind.example is a technician's address already",
        ),
        ("contact", {"email": "jane", "customer_id": 1}, "'jane' is no e-mail address"),
        ("contact", {"email": "j@b.example", "customer_id": 9}, "customer 9: there is none"),
        (
            "technician",
            {"email": "jane@acme.example"},
            "jane@acme.example is a contact's address already",
        ),
        ("equipment", {"tag": "prn-2", "customer_id": 1}, "an equipment PRN-2 already"),
        ("equipment", {"tag": "", "customer_id": 1}, "an equipment's tag is empty"),
        ("equipment", {"tag": "X", "customer_id": 9}, "customer 9: there is none"),
    ],
)
def test_what_cannot_be_added_is_refused_with_the_reason(
    store: Store, kind: str, arguments: dict[str, Any], reason: str
) -> None:
    with store.write() as unit:
        acme = _acme(unit)
        assert acme.id == 1
        unit.people.add_contact("jane@acme.example", customer_id=1)
        unit.people.add_technician("maria@northwind.example")
        unit.people.add_equipment("PRN-2", customer_id=1)
    add = f"add_{kind}"
    with pytest.raises(RequestError, match=reason), store.write() as unit:
        getattr(unit.people, add)(**arguments)
    with store.read() as unit:
        assert len(unit.people.customers()) == 1
        assert len(unit.people.contacts()) == 1


def test_only_the_fields_given_are_set(store: Store) -> None:
    with store.write() as unit:
        people = unit.people
        acme = _acme(unit)
        jane = people.add_contact("jane@acme.example", name="Jane", customer_id=acme.id)
        maria = people.add_technician("maria@northwind.example", name="Maria")
        printer = people.add_equipment("PRN-2", customer_id=acme.id, serial="X1")
    with store.write() as unit:
        people = unit.people
        acme = people.set_customer(acme.id, domains=["acme.example", "acme.test"])
        assert (acme.language, acme.domains) == ("es", ("acme.example", "acme.test"))
        acme = people.set_customer(acme.id, language=None, name="ACME")
        assert (acme.name, acme.language, len(acme.domains)) == ("ACME", None, 2)
        jane = people.set_contact(jane.id, primary=True)
        assert (jane.name, jane.primary) == ("Jane", True)
        jane = people.set_contact(jane.id, email="JR@acme.example", proven=False)
        assert (jane.email, jane.name, jane.proven) == ("jr@acme.example", "Jane", False)
        maria = people.set_technician(maria.id, notify=Notify.NONE)
        assert (maria.name, maria.notify) == ("Maria", Notify.NONE)
        printer = people.set_equipment(printer.id, tag="prn-2", location="Hall")
        assert (printer.tag, printer.serial, printer.location) == ("prn-2", "X1", "Hall")


def test_setting_keeps_to_what_is_unique(store: Store) -> None:
    with store.write() as unit:
        acme = _acme(unit)
        other = unit.people.add_customer("Other")
        jane = unit.people.add_contact("jane@acme.example", customer_id=acme.id)
        unit.people.add_technician("maria@northwind.example")
        unit.people.set_contact(jane.id, email="jane@acme.example")
        with pytest.raises(RequestError, match="is a technician's address already"):
            unit.people.set_contact(jane.id, email="maria@northwind.example")
        with pytest.raises(RequestError, match="belongs to Acme Ltd already"):
            unit.people.set_customer(other.id, domains=["acme.example"])
        with pytest.raises(RequestError, match="there is a customer Acme Ltd already"):
            unit.people.set_customer(other.id, name="acme ltd")


def test_what_is_removed_keeps_its_name_and_gives_its_place_free(
    store: Store, now: datetime
) -> None:
    with store.write() as unit:
        people = unit.people
        acme = _acme(unit)
        jane = people.add_contact("jane@acme.example", name="Jane", customer_id=acme.id)
        printer = people.add_equipment("PRN-2", customer_id=acme.id)
        maria = people.add_technician("maria@northwind.example")
        people.remove_technician(maria.id, now)
        people.remove_customer(acme.id, now)
    with store.write() as unit:
        people = unit.people
        assert people.customers() == ()
        assert people.contacts() == ()
        assert people.equipment() == ()
        assert people.technicians() == ()
        assert people.contact_by_email("jane@acme.example") is None
        assert people.customer_by_domain("acme.example") is None
        assert people.contact_by_id(jane.id) == jane
        assert people.equipment_by_id(printer.id) == printer
        removed = people.customer_by_id(acme.id)
        assert removed is not None
        assert removed.name == "Acme Ltd"
        again = _acme(unit)
        assert again.id != acme.id
        assert people.add_contact("jane@acme.example", customer_id=again.id).id != jane.id
        people.add_equipment("PRN-2", customer_id=again.id)
        people.add_technician("maria@northwind.example")


def test_what_was_removed_cannot_be_set_or_removed_again(store: Store, now: datetime) -> None:
    with store.write() as unit:
        people = unit.people
        acme = _acme(unit)
        jane = people.add_contact("jane@acme.example", customer_id=acme.id)
        people.remove_contact(jane.id, now)
        with pytest.raises(NotFoundError, match=f"contact {jane.id}: there is none"):
            people.remove_contact(jane.id, now)
        with pytest.raises(NotFoundError, match=f"contact {jane.id}: there is none"):
            people.set_contact(jane.id, name="J")
        with pytest.raises(NotFoundError, match="technician 5: there is none"):
            people.set_technician(5, name="M")
        with pytest.raises(NotFoundError, match="equipment 5: there is none"):
            people.remove_equipment(5, now)
