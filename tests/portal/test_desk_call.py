"""A telephone call: from who calls to a work order, with a browser that runs no scripts."""

import re

import pytest

from portal.house import JANE, KIM, MARIA, House
from workorder.core.model import OpenedBy, Priority
from workorder.core.notice import NoticeKind


def test_a_call_is_taken_in_two_steps_without_a_script(house: House) -> None:
    maria = house.visitor(MARIA)
    form = maria.sees("/desk/call")
    once = form.field("once")
    found = maria.sends(
        "/desk/call",
        {"once": once, "do": "find", "caller": "roe acme", "title": "It smokes", "text": "Since 9"},
    )
    assert found.status == 200
    assert "Jane Roe" in found.text
    assert f'value="{JANE}" checked' in found.html
    assert 'value="It smokes"' in found.html
    assert "Since 9" in found.text
    assert "PRN-2" in found.text
    opened = maria.sends(
        "/desk/call",
        {
            "once": found.field("once"),
            "do": "open",
            "caller": "roe acme",
            "contact": JANE,
            "title": "It smokes",
            "text": "Since 9",
            "equipment": "PRN-2",
            "priority": "urgent",
            "takes": "yes",
            "timer": "yes",
        },
        files=[("smoke.jpg", b"a photo")],
    )
    assert (opened.status, opened.goes_to) == (303, "/desk/orders/1001")
    order = house.order(1001)
    assert (order.title, order.contact.email, order.opened_by) == (
        "It smokes",
        JANE,
        OpenedBy.TECHNICIAN,
    )
    assert (order.technician, order.priority, order.equipment) == (
        MARIA,
        Priority.URGENT,
        ("PRN-2",),
    )
    assert order.detail is not None
    assert [file.name for file in order.detail.files] == ["smoke.jpg"]
    page = maria.follows(opened.goes_to).text
    assert "WO-1001 is open." in page
    assert "Opened for Jane Roe." in page
    assert "Stop my timer" in page
    assert JANE in house.told(NoticeKind.OPENED)
    assert house.woken == 1


def test_several_who_may_be_meant_are_there_to_choose_from(house: House) -> None:
    maria = house.visitor(MARIA)
    page = maria.sends("/desk/call", {"do": "find", "caller": "acme", "title": ""})
    assert page.html.count('type="radio" name="contact"') == 3
    assert "checked" not in page.html.split('name="priority"')[0]
    sent = maria.sends(
        "/desk/call", {"do": "open", "caller": "acme", "title": "x", "priority": "normal"}
    )
    assert sent.status == 422
    assert "Please say who calls, and choose them." in sent.text


def test_a_call_that_is_not_whole_keeps_what_was_typed(house: House) -> None:
    sent = house.visitor(MARIA).sends(
        "/desk/call",
        {
            "do": "open",
            "contact": KIM,
            "title": " ",
            "text": "Nothing works",
            "priority": "high",
            "equipment": "SRV-01",
            "timer": "yes",
        },
    )
    assert sent.status == 422
    assert "Please say in one line what is needed." in sent.text
    assert "Nothing works" in sent.text
    for ticked in (KIM, "high", "SRV-01"):
        assert f'value="{ticked}" checked' in sent.html
    assert house.notices() == []


def test_the_same_call_is_one_work_order_however_often_it_is_sent(house: House) -> None:
    maria = house.visitor(MARIA)
    values: dict[str, object] = {
        "do": "open",
        "once": "o",
        "contact": JANE,
        "title": "x",
        "priority": "normal",
        "timer": "yes",
    }
    for _ in range(2):
        assert maria.sends("/desk/call", values).goes_to == "/desk/orders/1001"
    assert house.kinds(1001) == ["opened", "time"]
    assert maria.sees("/desk/orders/1002").status == 404


def test_nobody_who_is_known_can_be_added_at_their_company(house: House) -> None:
    maria = house.visitor(MARIA)
    page = maria.sends("/desk/call", {"do": "find", "caller": "new@acme.example"})
    assert "Nobody is known by that." in page.text
    link = re.search(r'href="(/desk/customers/1\?email=[^"#]*)', page.html)
    assert link
    customer = maria.sees(link[1])
    assert 'value="new@acme.example"' in customer.html
    added = maria.sends(
        "/desk/customers/1/contacts", {"email": "new@acme.example", "name": "Nia New"}
    )
    assert added.status == 303
    assert "Nia New" in maria.sends("/desk/call", {"do": "find", "caller": "nia"}).text


def test_equipment_of_another_company_opens_nothing(house: House) -> None:
    sent = house.visitor(MARIA).sends(
        "/desk/call",
        {"do": "open", "contact": JANE, "title": "x", "priority": "normal", "equipment": "LAP-9"},
    )
    assert sent.status == 422
    assert "has no equipment LAP-9" in sent.text


def test_what_is_open_at_the_company_already_is_shown(house: House) -> None:
    number = house.opens(KIM, "Screen is dark")
    page = house.visitor(MARIA).sees(f"/desk/call?contact={JANE}")
    assert f"WO-{number} Screen is dark" in page.text


@pytest.mark.parametrize(
    ("query", "count"), [("jane", 1), ("ACME", 3), ("roe jane", 1), ("zzz", 0), ("", 0)]
)
def test_a_script_finds_callers_in_a_part_of_a_page(house: House, query: str, count: int) -> None:
    part = house.visitor(MARIA).sees(f"/desk/contacts?q={query}")
    assert part.html.count('name="contact"') == count
    assert "<html" not in part.html
    pieces = house.visitor(MARIA).sees(f"/desk/contacts/equipment?contact={JANE}")
    assert pieces.html.count('name="equipment"') == 2
    assert "<html" not in pieces.html
