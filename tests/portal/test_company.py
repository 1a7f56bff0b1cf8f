"""What a contact sees of their company, and whom a primary contact adds."""

import pytest

from portal.house import JANE, MORGAN, PAT, House
from workorder.portal.pictures import burn_down


def test_equipment_is_listed_with_its_history(house: House) -> None:
    printer, server = house.equipment("Acme Ltd")
    house.opens(JANE, "Printer does not print", equipment=("PRN-2",))
    house.opens(JANE, "Server is slow", equipment=("SRV-01",))
    jane = house.visitor(JANE)
    listed = jane.sees("/equipment").text
    assert "Front desk printer" in listed
    assert "LAP-9" not in listed
    history = jane.sees(f"/equipment/{printer.id}").text
    assert "Printer does not print" in history
    assert "Server is slow" not in history
    assert "Server is slow" in jane.sees(f"/equipment/{server.id}").text


def test_a_new_work_order_can_begin_at_a_piece_of_equipment(house: House) -> None:
    printer = house.equipment("Acme Ltd")[0]
    form = house.visitor(JANE).sees(f"/orders/new?equipment={printer.id}")
    assert f'value="{printer.id}" checked' in form.html


def test_equipment_of_another_company_is_put_on_no_work_order(house: House) -> None:
    laptop = house.equipment("Other Inc")[0]
    sent = house.visitor(JANE).sends(
        "/orders/new",
        {"once": "x", "title": "Mine", "priority": "normal", "equipment": str(laptop.id)},
    )
    assert sent.status == 422
    assert house.notices() == []


def test_a_primary_contact_adds_people_who_may_then_log_in(house: House) -> None:
    pat = house.visitor(PAT)
    sent = pat.sends("/people", {"email": "Lou@Acme.example", "name": "Lou Fox"})
    assert sent.status == 303
    assert "Lou Fox" in pat.follows(sent.goes_to).text
    assert house.visitor("lou@acme.example").sees("/orders").status == 200
    assert house.visitor(JANE).sends("/people", {"email": "x@acme.example"}).status == 404


@pytest.mark.parametrize(
    ("email", "problem"),
    [
        ("", "Please fill this in."),
        ("no address", "This is no e-mail address."),
        (MORGAN, "This address cannot be added here."),
        (JANE, "This address cannot be added here."),
        ("maria@northwind.example", "This address cannot be added here."),
        ("new@other.example", "This address cannot be added here."),
    ],
)
def test_a_person_who_cannot_be_added_is_refused_beside_the_field(
    house: House, email: str, problem: str
) -> None:
    sent = house.visitor(PAT).sends("/people", {"email": email, "name": "Somebody"})
    assert sent.status == 422
    assert problem in sent.text
    assert 'value="Somebody"' in sent.html


def test_the_bank_is_shown_with_what_was_bought_and_used(house: House) -> None:
    house.buys("Acme Ltd", 10)
    number = house.opens(JANE)
    house.writes(number, "#worked 1h30m\n#finished\nDone.")
    page = house.visitor(PAT).sees("/hours")
    assert "8 h 30 min" in page.text
    assert "November 2026" in page.text
    assert "<svg" in page.html


def test_the_picture_steps_where_the_balance_does(house: House) -> None:
    start, end = house.clock.now, house.later(days=100)
    middle = start + (end - start) / 2
    picture = burn_down(600, [(middle, -300)], start=start, end=end)
    assert picture.line == "M0.0 12.0H360.0V100.0H720.0V100.0"
    assert (picture.highest, picture.lowest, picture.zero) == (600, 0, 188.0)


def test_a_picture_of_nothing_is_a_line_on_the_ground(house: House) -> None:
    start = house.clock.now
    picture = burn_down(0, [], start=start, end=start)
    assert (picture.highest, picture.lowest) == (0, 0)
    assert picture.line == "M0.0 12.0H0.0V12.0"
