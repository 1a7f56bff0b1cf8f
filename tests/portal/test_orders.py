"""What a contact does with work orders in the portal."""

from portal.house import JANE, KIM, MARIA, PAT, House
from workorder.core.model import OpenedBy, Priority, Status
from workorder.core.notice import NoticeKind


def test_a_contact_opens_a_work_order_and_everyone_is_told_as_by_mail(house: House) -> None:
    jane = house.visitor(JANE)
    form = jane.sees("/orders/new")
    printer = house.equipment("Acme Ltd")[0]
    sent = jane.sends(
        "/orders/new",
        {
            "once": form.field("once"),
            "title": "Printer does not print",
            "text": "It says paper jam.",
            "priority": "high",
            "equipment": str(printer.id),
        },
        files=[("jam.png", b"\x89PNG a photo")],
    )
    assert (sent.status, sent.goes_to) == (303, "/orders/1001")
    order = house.order(1001)
    assert (order.title, order.opened_by, order.priority) == (
        "Printer does not print",
        OpenedBy.PORTAL,
        Priority.HIGH,
    )
    assert order.equipment == ("PRN-2",)
    assert order.detail is not None
    assert [file.name for file in order.detail.files] == ["jam.png"]
    assert house.told(NoticeKind.OPENED) == {
        JANE,
        PAT,
        "maria@northwind.example",
        "tom@northwind.example",
    }
    assert house.woken == 1
    page = jane.follows(sent.goes_to)
    assert "WO-1001 is open" in page.text
    assert "It says paper jam." in page.text
    assert "jam.png" in page.text


def test_a_form_that_is_sent_twice_opens_one_work_order(house: House) -> None:
    jane = house.visitor(JANE)
    once = jane.sees("/orders/new").field("once")
    values: dict[str, object] = {"once": once, "title": "Twice", "priority": "normal"}
    assert jane.sends("/orders/new", values).goes_to == "/orders/1001"
    assert jane.sends("/orders/new", values).goes_to == "/orders/1001"
    assert jane.sees("/orders/1002").status == 404


def test_a_form_with_a_fault_keeps_what_was_typed_and_says_what_is_wrong(house: House) -> None:
    jane = house.visitor(JANE)
    sent = jane.sends("/orders/new", {"title": " ", "text": "Since Monday", "priority": "urgent"})
    assert sent.status == 422
    assert "Please say in one line what is needed." in sent.text
    assert "Since Monday" in sent.text
    assert 'value="urgent" checked' in sent.html
    assert house.notices() == []


def test_a_reply_goes_to_the_technicians_and_answers_what_was_asked(house: House) -> None:
    number = house.opens(JANE)
    house.writes(number, "#waiting customer\nIs it switched on?")
    jane = house.visitor(JANE)
    page = jane.sees(f"/orders/{number}")
    assert "Is it switched on?" in page.text
    sent = jane.sends(
        f"/orders/{number}",
        {"once": page.field("once"), "text": "Yes, it is."},
        files=[("a.txt", b"x")],
    )
    assert sent.status == 303
    assert house.order(number).status is Status.IN_PROGRESS
    assert MARIA in house.told(NoticeKind.REPLY)
    assert "Yes, it is." in jane.sees(f"/orders/{number}").text


def test_saying_that_it_is_solved_tells_the_technician_and_closes_nothing(house: House) -> None:
    number = house.opens(JANE)
    jane = house.visitor(JANE)
    once = jane.sees(f"/orders/{number}").field("once")
    sent = jane.sends(f"/orders/{number}", {"once": once, "text": "", "solved": "yes"})
    assert sent.status == 303
    assert house.order(number).status is Status.IN_PROGRESS
    assert MARIA in house.told(NoticeKind.REPLY)
    assert "It is solved." in jane.sees(f"/orders/{number}").text


def test_an_empty_reply_is_refused_beside_its_field(house: House) -> None:
    number = house.opens(JANE)
    sent = house.visitor(JANE).sends(f"/orders/{number}", {"text": "  "})
    assert sent.status == 422
    assert "Please write something" in sent.text
    assert house.kinds(number) == ["opened"]


def test_a_reply_long_after_the_end_opens_a_new_work_order(house: House) -> None:
    number = house.opens(JANE)
    house.writes(number, "#finished\nDone.")
    house.later(days=30)
    jane = house.visitor(JANE)
    sent = jane.sends(f"/orders/{number}", {"once": "again", "text": "It happens again."})
    assert sent.goes_to.startswith("/orders/1002")
    assert "opened a new one for your message: WO-1002" in jane.sees("/orders").text
    assert house.order(1002).opened_by is OpenedBy.PORTAL


def test_what_is_said_among_technicians_is_on_no_page_of_a_customer(house: House) -> None:
    number = house.opens(JANE)
    house.writes(number, "#internal\nThe margin is 40 %.")
    house.writes(number, "Will look at it.")
    for who in (JANE, PAT):
        visitor = house.visitor(who)
        for path in (f"/orders/{number}", "/orders"):
            assert "margin is" not in visitor.sees(path).text
        # Nor does a search tell letter by letter what stands there.
        assert "Printer does not print" not in visitor.sees("/orders?q=margin").text
        assert "Printer does not print" in visitor.sees("/orders?q=Will+look").text
    assert "Printer does not print" in house.visitor(MARIA).sees("/desk?q=margin").text
    assert "Will look at it." in house.visitor(JANE).sees(f"/orders/{number}").text


def test_words_that_were_taken_back_are_found_by_no_customer(house: House) -> None:
    number = house.opens(JANE)
    house.writes(number, "This was a mistake.")
    house.writes(number, "#undo")
    jane = house.visitor(JANE)
    assert "mistake" not in jane.sees(f"/orders/{number}").text
    assert "Printer does not print" not in jane.sees("/orders?q=mistake").text


def test_one_that_took_in_an_older_one_shows_the_words_of_both_once(house: House) -> None:
    older, newer = house.opens(JANE, "The old one"), house.opens(JANE, "The new one")
    house.later(minutes=1)
    house.writes(older, f"#merge WO-{newer}")
    shown = house.visitor(JANE).sees(f"/orders/{newer}").text
    assert shown.count("The old one, please help.") == 1
    assert shown.count("The new one, please help.") == 1


def test_the_list_has_the_open_ones_first_and_can_be_searched(house: House) -> None:
    first = house.opens(JANE, "Printer does not print")
    second = house.opens(JANE, "Screen is dark")
    house.writes(second, "#finished\nA new cable.")
    jane = house.visitor(JANE)
    listed = jane.sees("/orders").text
    assert listed.index("Printer does not print") < listed.index("Screen is dark")
    assert "Printer" not in jane.sees("/orders?q=cable").text
    assert "Screen is dark" in jane.sees("/orders?q=cable").text
    assert "Screen" not in jane.sees("/orders?status=in-progress").text
    assert jane.sees(f"/orders?q=WO-{first}").goes_to == f"/orders/{first}"


def test_a_contact_sees_their_own_and_a_primary_contact_the_companys(house: House) -> None:
    number = house.opens(JANE)
    assert house.visitor(PAT).sees(f"/orders/{number}").status == 200
    kim = house.visitor(KIM)
    assert kim.sees(f"/orders/{number}").status == 404
    assert "Printer does not print" not in kim.sees("/orders").text


def test_a_merged_work_order_leads_to_the_one_that_goes_on(house: House) -> None:
    first, second = house.opens(JANE), house.opens(JANE, "The same again")
    house.writes(second, f"#merge WO-{first}")
    assert house.visitor(JANE).sees(f"/orders/{second}").goes_to == f"/orders/{first}"


def test_the_pdf_is_the_customers(house: House) -> None:
    number = house.opens(JANE)
    page = house.visitor(JANE).sees(f"/orders/{number}.pdf")
    assert page.response.mimetype == "application/pdf"
    assert "WO-1001.pdf" in page.response.headers["Content-Disposition"]
    assert house.printed[0].order is not None
    assert house.printed[0].order.number == number
