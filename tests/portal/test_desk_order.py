"""What a technician does to a work order at the desk, and how its history tells it."""

import re

import pytest

from portal.house import JANE, KIM, MARIA, PAT, TOM, House, Page
from workorder.core.message import Attachment
from workorder.core.model import BilledBy, Priority, Status
from workorder.core.notice import NoticeKind
from workorder.steps.writing import Words


def send(  # noqa: PLR0913 - a form's values and files, and who sends it
    house: House,
    number: int,
    action: str,
    values: dict[str, object] | None = None,
    *,
    technician: str = MARIA,
    files: tuple[tuple[str, bytes], ...] = (),
) -> Page:
    """Fill one of the forms of a work order's page, and send it."""
    visitor = house.visitor(technician)
    page = visitor.sees(f"/desk/orders/{number}")
    form = re.search(rf'id="{action}-form".*?</form>', page.html, re.DOTALL)
    once = re.search(r'name="once" value="([^"]*)"', form[0]) if form else None
    given = {"once": once[1] if once else "", **(values or {})}
    return visitor.sends(f"/desk/orders/{number}/{action}", given, files=files)


def shown(house: House, number: int, technician: str = MARIA) -> str:
    """What stands on the page of a work order."""
    return house.visitor(technician).sees(f"/desk/orders/{number}").text


ACTIONS: list[tuple[str, dict[str, object], str]] = [
    ("assign", {"technician": "me"}, "Maria Santos <maria@northwind.example> looks after it now."),
    ("assign", {"technician": TOM}, "Tom Berg <tom@northwind.example> looks after it now."),
    ("priority", {"priority": "urgent"}, "The priority is Urgent; it was Normal."),
    ("label", {"add": "vpn, dns"}, "Labels: +vpn, +dns."),
    ("title", {"title": "Paper jam"}, "The title is “Paper jam”."),
    ("equipment", {"equipment": "1"}, "PRN-2 is on the work order."),
    ("equipment", {"add": "srv-01"}, "SRV-01 is on the work order."),
    ("contact", {"email": KIM}, "the contact is Kim Day <kim@acme.example>."),
    ("followup", {"on": "2026-12-01"}, "There will be a reminder on Tuesday, December 1, 2026."),
    ("cc", {"add": "v@parts.example"}, "v@parts.example gets the notices now and can answer."),
    ("worked", {"worked": "1h30m", "note": "cables"}, "Worked: 1 h 30 min. cables"),
    ("billed", {"billed": "1h"}, "Billed: 1 h, by assessment. Worked: 0 min."),
    ("start", {}, "The timer runs since"),
    ("start", {"at": "6:30", "note": "pm report"}, "2026, 6:30\xa0AM. pm report"),
    (
        "status",
        {"status": "waiting-parts", "text": "It is ordered."},
        "The status is Waiting Parts; it was In Progress.",
    ),
]


@pytest.mark.parametrize(("action", "values", "line"), ACTIONS)
def test_what_a_button_does_stands_in_the_history_in_the_words_of_its_tag(
    house: House, action: str, values: dict[str, object], line: str
) -> None:
    number = house.opens(JANE)
    sent = send(house, number, action, values)
    assert (sent.status, sent.goes_to) == (303, f"/desk/orders/{number}")
    page = house.visitor(MARIA).sees(f"/desk/orders/{number}")
    assert " ".join(line.split()) in page.text
    assert "Maria Santos" in page.text
    assert house.woken == 1


def test_every_status_can_be_chosen_and_a_closed_one_opened_again(house: House) -> None:
    number = house.opens(JANE)
    for status in ("waiting-vendor", "waiting-customer", "in-progress", "cancelled"):
        assert send(house, number, "status", {"status": status, "text": "So."}).status == 303
        assert house.order(number).status == status
    assert send(house, number, "status", {"status": "reopen"}).status == 303
    assert house.order(number).status is Status.IN_PROGRESS


def test_a_reply_goes_to_the_customer_and_tags_in_it_are_words(house: House) -> None:
    number = house.opens(JANE)
    text = "#finished is what I would like to write."
    sent = send(house, number, "reply", {"text": text}, files=(("plan.txt", b"a plan"),))
    assert sent.status == 303
    assert house.order(number).status is Status.IN_PROGRESS
    assert house.told(NoticeKind.REPLY) == {JANE, PAT}
    page = house.visitor(MARIA).sees(f"/desk/orders/{number}")
    assert text in page.text
    assert "plan.txt" in page.text
    assert text in house.visitor(JANE).sees(f"/orders/{number}").text


def test_the_box_for_tags_reads_them_as_in_a_mail(house: House) -> None:
    number = house.opens(JANE)
    sent = send(house, number, "tags", {"text": "#priority high\n#internal\nLook at the fuser."})
    assert sent.status == 303
    assert house.order(number).priority is Priority.HIGH
    assert "Look at the fuser." in shown(house, number)
    assert "fuser" not in house.visitor(JANE).sees(f"/orders/{number}").text


def test_the_next_page_says_what_was_done_in_the_words_of_the_transcript(house: House) -> None:
    number = house.opens(JANE)
    maria = house.visitor(MARIA)
    sent = maria.sends(
        f"/desk/orders/{number}/tags", {"text": "#priority high\n#label vpn", "once": "a"}
    )
    page = maria.follows(sent.goes_to)
    assert "The priority is High; it was Normal." in page.html.split("</main>")[0]
    assert page.html.count('class="say done"') == 2


@pytest.mark.parametrize(
    ("action", "values", "reason"),
    [
        ("tags", {"text": "#wating parts\nIt is ordered."}, "Did you mean #waiting parts?"),
        ("worked", {"worked": "a while", "note": "kept"}, "This is no duration."),
        ("billed", {"billed": "lots"}, "“lots” is no duration."),
        ("billed", {"billed": ""}, "Please fill this in."),
        ("followup", {"on": "2020-01-01"}, "is not in the future."),
        ("contact", {"email": "nobody at all"}, "is no e-mail address."),
        ("contact", {"customer": "Acmee"}, "There is no customer “Acmee”."),
        ("cc", {"add": "no address"}, "“no address” is no e-mail address."),
        ("merge", {"other": "WO-4711"}, "There is no work order WO-4711."),
        ("link", {"other": "something"}, "“something” is no number of a work order."),
        ("equipment", {"add": "XYZ-1"}, "has no equipment “XYZ-1”."),
        ("label", {"add": "two words"}, "“two words” cannot be a label."),
        ("start", {"at": "nine", "note": "kept"}, "This is no time of day."),
        ("start", {"at": "9:00 sharp"}, "This is no time of day."),
        ("stop", {}, "No timer of yours runs"),
        ("undo", {}, "There is nothing of yours"),
        ("reply", {"text": "  "}, "There is nothing to do"),
        ("note", {"text": ""}, "There is nothing to do"),
        ("cc", {}, "There is nothing to do"),
        ("status", {"status": ""}, "Please fill this in."),
        (
            "status",
            {"status": "finished", "text": "All is well.", "billed": "x"},
            "“x” is no duration.",
        ),
    ],
)
def test_what_is_wrong_is_said_beside_the_form_and_what_was_typed_is_kept(
    house: House, action: str, values: dict[str, object], reason: str
) -> None:
    number = house.opens(JANE)
    before = house.kinds(number)
    sent = send(house, number, action, values)
    assert sent.status == 422
    form = re.search(rf'id="{action}-form".*?</form>', sent.html, re.DOTALL)
    within = form[0] if form else sent.html
    assert reason in Page(sent.response).text
    for typed in values.values():
        assert str(typed).split("\n")[0].strip() in within
    assert house.kinds(number) == before
    assert house.woken == 0


def test_a_form_that_was_wrong_can_be_sent_again_once_it_is_right(house: House) -> None:
    number = house.opens(JANE)
    maria = house.visitor(MARIA)
    wrong = maria.sends(f"/desk/orders/{number}/worked", {"worked": "?", "once": "first"})
    form = re.search(r'id="worked-form".*?</form>', wrong.html, re.DOTALL)
    assert form
    once = re.search(r'name="once" value="([^"]*)"', form[0])
    assert once
    right = maria.sends(f"/desk/orders/{number}/worked", {"worked": "30m", "once": once[1]})
    assert right.status == 303
    assert house.order(number).worked_minutes == 30


def test_a_form_that_is_sent_twice_is_done_once(house: House) -> None:
    number = house.opens(JANE)
    maria = house.visitor(MARIA)
    for _ in range(2):
        sent = maria.sends(f"/desk/orders/{number}/worked", {"worked": "30m", "once": "same"})
        assert sent.status == 303
    assert house.order(number).worked_minutes == 30
    for _ in range(2):
        maria.sends(f"/desk/orders/{number}/reply", {"text": "Hello.", "once": "another"})
    assert house.kinds(number).count("reply") == 1


def test_a_timer_is_started_and_stopped_with_one_click_each(house: House) -> None:
    number = house.opens(JANE)
    send(house, number, "start")
    page = house.visitor(MARIA).sees(f"/desk/orders/{number}")
    assert "Stop my timer" in page.text
    assert f'data-since="{house.clock.now.isoformat()}"' in page.html
    assert "Start my timer" in shown(house, number, TOM)
    house.later(minutes=95)
    assert "1 h 35 min" in shown(house, number)
    send(house, number, "stop")
    assert house.order(number).worked_minutes == 95
    text = shown(house, number)
    assert "The timer is stopped: 1 h 35 min, from" in text
    assert "Start my timer" in text


def test_a_timer_can_end_at_another_time_or_count_for_nothing(house: House) -> None:
    number = house.opens(JANE)
    send(house, number, "start")
    house.later(hours=3)
    send(house, number, "stop", {"at": "8:00", "note": "downloads"})
    assert house.order(number).worked_minutes == 60
    assert "downloads" in shown(house, number)
    send(house, number, "start")
    house.later(hours=3)
    send(house, number, "stop", {"drop": "yes"})
    assert house.order(number).worked_minutes == 60
    assert "what it measured does not count" in shown(house, number)


def test_finishing_with_billed_hours_draws_on_the_bank(house: House) -> None:
    house.buys("Acme Ltd", 10)
    number = house.opens(JANE)
    values: dict[str, object] = {
        "status": "finished",
        "text": "A new roller.",
        "worked": "2h",
        "billed": "1h",
    }
    assert send(house, number, "status", values).status == 303
    order = house.order(number)
    assert (order.status, order.worked_minutes, order.billed_minutes) == (Status.FINISHED, 120, 60)
    assert order.billed_by == BilledBy.TECHNICIAN
    assert house.told(NoticeKind.FINISHED) >= {JANE, PAT}
    assert "Bank 9 h" in shown(house, number)


def test_the_suggestion_of_the_rule_stands_beside_what_is_to_be_billed(house: House) -> None:
    number = house.opens(JANE)
    house.writes(number, "#worked 50m")
    page = house.visitor(MARIA).sees(f"/desk/orders/{number}")
    assert 'id="status-billed" name="billed" type="text" value=""' in page.html
    assert 'placeholder="1 h"' in page.html
    assert "By the rule: 1 h." in page.text
    send(house, number, "status", {"status": "finished"})
    assert house.order(number).billed_minutes == 60
    assert "by the rule “default”" in shown(house, number)


def test_notes_look_different_and_no_customer_reads_them_or_their_files(house: House) -> None:
    number = house.opens(JANE)
    sent = send(
        house, number, "note", {"text": "The margin is 40 %."}, files=(("cost.txt", b"40 %"),)
    )
    assert sent.status == 303
    page = house.visitor(MARIA).sees(f"/desk/orders/{number}")
    note = re.search(r'<li class="said-by inside".*?</li>', page.html, re.DOTALL)
    assert note
    assert "The margin is 40 %." in note[0]
    path = re.search(r'href="([^"]*/files/[^"]*)"', note[0])
    assert path
    file = house.visitor(TOM).sees(path[1])
    assert (file.status, file.response.get_data()) == (200, b"40 %")
    jane = house.visitor(JANE)
    assert jane.sees(path[1]).status == 404
    assert jane.sees(path[1].removeprefix("/desk")).status == 404
    assert "margin" not in jane.sees(f"/orders/{number}").text


def test_labels_equipment_and_participants_are_taken_off_by_ticking(house: House) -> None:
    number = house.opens(JANE, equipment=("PRN-2",))
    house.writes(number, "#label vpn, dns\n#cc v@parts.example")
    send(house, number, "label", {"remove": "vpn"})
    send(house, number, "cc", {"remove": "v@parts.example"})
    send(house, number, "equipment", {"equipment": "2"})
    order = house.order(number)
    assert order.labels == ("dns",)
    assert order.participants == (JANE,)
    assert order.equipment == ("SRV-01",)


def test_a_follow_up_can_be_taken_off(house: House) -> None:
    number = house.opens(JANE)
    house.writes(number, "#followup 3d")
    send(house, number, "followup", {"on": "2026-12-01", "off": "yes"})
    assert house.order(number).follow_up_on is None
    assert "No reminder is set." in shown(house, number)


def test_nobody_is_a_technician_to_assign_to(house: House) -> None:
    number = house.opens(JANE)
    house.writes(number, "#assign me")
    send(house, number, "assign", {"technician": "nobody"})
    assert house.order(number).technician is None


def test_what_was_done_last_is_taken_back(house: House) -> None:
    number = house.opens(JANE)
    send(house, number, "priority", {"priority": "high"})
    house.later(minutes=1)
    assert send(house, number, "undo").status == 303
    assert house.order(number).priority is Priority.NORMAL
    assert "Took back what was done last." in shown(house, number)


def test_linked_work_orders_name_each_other(house: House) -> None:
    first, second = house.opens(JANE), house.opens(JANE, "Another one")
    send(house, first, "link", {"other": f"WO-{second}"})
    for one, other in ((first, second), (second, first)):
        page = house.visitor(MARIA).sees(f"/desk/orders/{one}")
        assert f"Linked with WO-{other}." in page.text
        assert f'href="/desk/orders/{other}"' in page.html


def test_a_merged_work_order_leads_to_the_one_that_goes_on(house: House) -> None:
    first, second = house.opens(JANE), house.opens(JANE, "The same again")
    sent = send(house, second, "merge", {"other": f"WO-{first}"})
    assert sent.goes_to == f"/desk/orders/{first}"
    maria = house.visitor(MARIA)
    assert maria.sees(f"/desk/orders/{second}").goes_to == f"/desk/orders/{first}"
    page = maria.sees(f"/desk/orders/{first}").text
    assert f"WO-{second} was merged into this one." in page


def test_the_customer_is_changed_by_name(house: House) -> None:
    with house.store.write() as unit:
        unit.people.add_contact("neil@new.example", customer_id=1, name="Neil Low")
    number = house.opens("neil@new.example")
    house.writes(number, "#for neil@new.example")
    sent = send(house, number, "contact", {"email": "sam@other.example"})
    assert sent.status == 303
    order = house.order(number)
    assert (order.customer, order.contact.email) == ("Other Inc", "sam@other.example")


def test_the_facts_lead_on(house: House) -> None:
    number = house.opens(JANE, equipment=("PRN-2",))
    house.buys("Acme Ltd", 5)
    house.writes(number, "#assign tom\n#followup 2026-12-01\n#label vpn")
    page = house.visitor(MARIA).sees(f"/desk/orders/{number}")
    assert 'href="/desk/customers/1"' in page.html
    assert f'href="mailto:{JANE}?subject=' in page.html
    for fact in ("Tom Berg", "PRN-2", "Tuesday, December 1, 2026", "vpn", "Bank 5 h"):
        assert fact in page.text
    assert f'href="/orders/{number}.pdf"' in page.html


def test_a_long_history_is_shown_from_its_end_and_long_words_by_their_beginning(
    house: House,
) -> None:
    number = house.opens(JANE)
    long_words = "These are many words. " * 2000
    for count in range(50):
        house.writes(number, f"Reply {count}.\n\n{long_words}")
    maria = house.visitor(MARIA)
    page = maria.sees(f"/desk/orders/{number}")
    assert "11 earlier ones" in page.text
    assert "Reply 49." in page.text
    assert "Reply 5." not in page.text
    assert len(page.html) < 120_000
    everything = maria.sees(f"/desk/orders/{number}?all=yes")
    assert "Reply 5." in everything.text
    whole = re.search(r'href="([^"]*whole=[^"#]*)', page.html)
    assert whole
    assert len(maria.sees(whole[1].replace("&amp;", "&")).text) > len(page.text)


def test_a_mail_that_came_with_files_shows_them_where_they_came(house: House) -> None:
    number = house.opens(JANE)
    file = Attachment(name="log.txt", type="text/plain", content=b"a log")
    house.technician_writes()(number, MARIA, Words(text="See the log.", attachments=(file,)))
    page = house.visitor(MARIA).sees(f"/desk/orders/{number}")
    assert page.text.index("See the log.") < page.text.index("log.txt")


def test_one_form_of_a_page_has_no_field_of_another(house: House) -> None:
    number = house.opens(JANE, equipment=("PRN-2",))
    house.writes(number, "#label vpn\n#cc v@parts.example\n#start\n#followup 3d")
    page = house.visitor(MARIA).sees(f"/desk/orders/{number}")
    ids = re.findall(r' id="([^"]*)"', page.html)
    assert len(ids) == len(set(ids))
    for field in re.findall(r'<(?:input|textarea|select)[^>]* id="([^"]*)"', page.html):
        assert f'for="{field}"' in page.html


def test_the_page_is_there_in_spanish_too(house: House) -> None:
    number = house.opens(JANE)
    house.writes(number, "#start\n#internal\nUna nota.")
    maria = house.visitor(MARIA)
    maria.sends("/language", {"language": "es", "next": "/desk"})
    page = maria.sees(f"/desk/orders/{number}").text
    assert "Parar mi cronómetro" in page
    assert "El cronómetro corre desde" in page


def test_there_is_no_page_of_what_is_not_there(house: House) -> None:
    number = house.opens(JANE)
    maria = house.visitor(MARIA)
    assert maria.sees("/desk/orders/4711").status == 404
    assert maria.sees(f"/desk/orders/{number}/files/abc").status == 404
    assert maria.sends(f"/desk/orders/{number}/explode", {}).status == 404
    assert maria.sends("/desk/orders/4711/reply", {"text": "x"}).status == 404
