"""The technicians' first page: timers, what is due, what waits, and the list."""

import re
from datetime import timedelta

import pytest

from portal.house import JANE, MARIA, PAT, SAM, TOM, House
from workorder.core.events import FollowUpSet
from workorder.core.model import SYSTEM

ROUTES = [
    "/desk",
    "/desk/orders/1001",
    "/desk/orders/1001/files/abc",
    "/desk/call",
    "/desk/contacts?q=jane",
    "/desk/contacts/equipment?contact=jane@acme.example",
    "/desk/customers",
    "/desk/customers/1",
]
FORMS = [
    "/desk/orders/1001/reply",
    "/desk/orders/1001/start",
    "/desk/orders/1001/anything",
    "/desk/call",
    "/desk/customers/1/contacts",
    "/desk/customers/1/equipment",
]


@pytest.mark.parametrize("who", [JANE, PAT])
def test_no_page_of_the_desk_is_there_for_a_customer(house: House, who: str) -> None:
    house.opens(JANE)
    visitor = house.visitor(who)
    assert {visitor.sees(path).status for path in ROUTES} == {404}
    sent = {visitor.sends(path, {"text": "x", "title": "x"}).status for path in FORMS}
    assert sent == {404}
    assert house.kinds(1001) == ["opened"]
    assert "/desk" not in visitor.sees("/orders").html


def test_without_a_login_the_desk_leads_to_it(house: House) -> None:
    house.opens(JANE)
    visitor = house.visitor()
    for path in ROUTES:
        assert visitor.sees(path).goes_to.startswith("/login")


def test_the_first_page_of_a_technician_is_the_desk(house: House) -> None:
    maria = house.visitor(MARIA)
    assert maria.sees("/").goes_to == "/desk"
    assert maria.sees("/orders").goes_to == "/desk"
    page = maria.sees("/desk")
    assert "Nothing is open. Well done." in page.text
    for name in ("Desk", "Phone call", "Customers", "Keys"):
        assert name in page.text


def section(html: str, name: str) -> str:
    found = re.search(rf'aria-labelledby="{name}-title".*?</section>', html, re.DOTALL)
    return found[0] if found else ""


def test_a_timer_is_started_from_the_list_and_stopped_among_ones_own(house: House) -> None:
    number = house.opens(JANE)
    maria = house.visitor(MARIA)
    assert section(maria.sees("/desk").html, "timers") == ""
    sent = maria.sends(f"/desk/orders/{number}/start", {"back": "board"})
    assert sent.goes_to == "/desk"
    timers = section(maria.sees("/desk").html, "timers")
    assert f"WO-{number}" in timers
    assert f'data-since="{house.clock.now.isoformat()}"' in timers
    assert section(house.visitor(TOM).sees("/desk").html, "timers") == ""
    house.later(minutes=30)
    assert "30 min" in section(maria.sees("/desk").html, "timers")
    once = re.search(r'name="once" value="([^"]*)"', timers)
    assert once
    for _ in range(2):
        sent = maria.sends(f"/desk/orders/{number}/stop", {"back": "board", "once": once[1]})
        assert sent.goes_to == "/desk"
    assert house.order(number).worked_minutes == 30
    assert section(maria.sees("/desk").html, "timers") == ""


def test_a_timer_that_cannot_be_started_from_the_list_says_why(house: House) -> None:
    number = house.opens(JANE)
    house.writes(number, "#finished")
    sent = house.visitor(MARIA).sends(f"/desk/orders/{number}/start", {"back": "board"})
    assert sent.status == 422
    assert "The work order is closed (Finished)." in sent.text


def test_what_is_due_today_is_shown_until_somebody_acts(house: House) -> None:
    number, other = house.opens(JANE), house.opens(SAM, "Another one")
    house.writes(number, "#assign me\n#followup tomorrow")
    house.writes(other, "#followup 2w")
    maria = house.visitor(MARIA)
    assert section(maria.sees("/desk").html, "due") == ""
    house.later(days=1)
    maria = house.visitor(MARIA)
    due = section(maria.sees("/desk").html, "due")
    assert f"WO-{number}" in due
    assert f"WO-{other}" not in due
    assert section(maria.sees("/desk?technician=2").html, "due") == ""


def test_what_waits_longest_was_touched_first_and_is_open(house: House) -> None:
    first, second, third = (house.opens(JANE, title) for title in ("One", "Two", "Three"))
    house.writes(third, "#finished")
    house.later(hours=2)
    house.writes(first, "A reply.")
    waits = section(house.visitor(MARIA).sees("/desk").html, "waits")
    assert waits.index(f"WO-{second}") < waits.index(f"WO-{first}")
    assert f"WO-{third}" not in waits
    assert "untouched since" in waits


def test_the_list_is_narrowed_by_status_and_by_technician(house: House) -> None:
    mine, toms, nobodys = (house.opens(JANE, title) for title in ("Mine", "Toms", "Nobodys"))
    house.writes(mine, "#assign me\n#waiting parts")
    house.writes(toms, "#assign tom")
    done = house.opens(JANE, "Done")
    house.writes(done, "#finished")
    maria = house.visitor(MARIA)

    def listed(query: str) -> set[int]:
        part = section(maria.sees(f"/desk?{query}").html, "list")
        return {int(number) for number in re.findall(r"/desk/orders/(\d+)\"", part)}

    assert listed("") == {mine, toms, nobodys}
    assert listed("technician=me") == {mine}
    assert listed("technician=2") == {toms}
    assert listed("technician=nobody") == {nobodys}
    assert listed("status=waiting-parts") == {mine}
    assert listed("status=finished") == {done}
    assert listed("status=all") == {mine, toms, nobodys, done}
    assert listed("status=nonsense") == {mine, toms, nobodys}


def test_what_is_open_is_counted_by_status_and_by_technician(house: House) -> None:
    for title in ("One", "Two", "Three"):
        house.writes(house.opens(JANE, title), "#assign tom\n#waiting vendor")
    house.opens(JANE, "Four")
    house.writes(house.opens(JANE, "Five"), "#finished")
    page = house.visitor(MARIA).sees("/desk").text
    assert "In Progress 1 Waiting Parts 0 Waiting on Vendor 3 Waiting on Customer 0" in page
    assert "Nobody 1 Maria Santos (me) 0 Tom Berg 3" in page


def test_a_number_leads_to_its_work_order_and_words_are_searched(house: House) -> None:
    number = house.opens(JANE)
    other = house.opens(SAM, "Screen is dark")
    house.writes(other, "A new cable helps.")
    house.writes(other, "#finished")
    maria = house.visitor(MARIA)
    for typed in (f"{number}", f"WO-{number}", f"wo%20{number}"):
        assert maria.sees(f"/desk?q={typed}").goes_to == f"/desk/orders/{number}"
    assert "Printer does not print" in maria.sees("/desk?q=PRINTER").text
    assert "Nothing fits." in maria.sees("/desk?q=cable").text
    assert "Screen is dark" in maria.sees("/desk?q=cable+screen&status=all").text
    assert "Printer" in section(maria.sees("/desk?q=acme").html, "list")
    assert "Nothing fits." in maria.sees("/desk?q=4711").text


def test_the_list_is_paged(house: House) -> None:
    numbers = [house.opens(JANE, f"Job {count}") for count in range(33)]
    maria = house.visitor(MARIA)
    page = maria.sees("/desk")
    more = re.search(r'href="(/desk\?before=\d+)"', page.html)
    assert more
    older = maria.sees(more[1])
    assert {int(n) for n in re.findall(r"/desk/orders/(\d+)\"", older.html)} == {*numbers[:3]}
    assert "Waits longest" not in older.text
    assert len(page.html) < 100_000


def test_a_follow_up_that_everybody_was_told_of_stays_due_that_day(house: House) -> None:
    number = house.opens(JANE)
    house.writes(number, "#followup tomorrow")
    house.later(days=1)
    reach(house, number)
    maria = house.visitor(MARIA)
    assert f"WO-{number}" in section(maria.sees("/desk").html, "due")
    house.later(minutes=5)
    house.writes(number, "Looked at it.")
    assert section(maria.sees("/desk").html, "due") == ""


def reach(house: House, number: int) -> None:
    """The clock tells everybody of a follow-up."""
    with house.store.write() as unit:
        order = unit.orders.get(number)
        assert order is not None
        at = house.clock.now + timedelta(minutes=1)
        event = FollowUpSet(at=at, actor=SYSTEM, on=None, was=order.follow_up_on, reached=True)
        unit.orders.append(order, [event], mail_id=None)


def test_the_page_stays_small_where_many_work(house: House) -> None:
    with house.store.write() as unit:
        for count in range(300):
            unit.people.add_technician(f"t{count}@northwind.example", name=f"Technician {count}")
    busy = house.opens(JANE)
    house.writes(busy, "#assign t299@northwind.example")
    page = house.visitor(MARIA).sees("/desk")
    assert "Technician 299 1" in page.text
    assert len(page.html) < 60_000
    order = house.visitor(MARIA).sees(f"/desk/orders/{busy}")
    assert len(order.html) < 60_000
