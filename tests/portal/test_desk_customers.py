"""Customers at the desk."""

from portal.house import JANE, MARIA, PAT, House


def test_customers_are_listed_by_name_with_what_is_open(house: House) -> None:
    house.opens(JANE)
    page = house.visitor(MARIA).sees("/desk/customers").text
    assert page.index("Acme Ltd 1 open") < page.index("Other Inc")


def test_customers_are_found_by_a_part_of_the_name_or_of_a_domain(house: House) -> None:
    maria = house.visitor(MARIA)
    for words in ("acm", "ACME", "acme.ex"):
        page = maria.sees(f"/desk/customers?q={words}").text
        assert "Acme Ltd" in page
        assert "Other Inc" not in page
    assert "No customer is called that." in maria.sees("/desk/customers?q=zzz").text


def test_the_list_goes_on_where_it_ended(house: House) -> None:
    with house.store.write() as unit:
        for number in range(60):
            unit.people.add_customer(f"Company {number:02}")
    maria = house.visitor(MARIA)
    page = maria.sees("/desk/customers")
    assert "Company 48" in page.text
    assert "Company 49" not in page.text
    assert "More customers" in page.text
    assert "Company 49" in maria.sees("/desk/customers?after=Company+48").text


def test_a_customer_is_shown_with_people_things_bank_and_work(house: House) -> None:
    house.buys("Acme Ltd", 8)
    done = house.opens(JANE, "Old one")
    house.writes(done, "#billed 1h\n#finished")
    house.opens(JANE, "Screen is dark")
    page = house.visitor(MARIA).sees("/desk/customers/1").text
    for shown in (
        *("acme.example", "Jane Roe", "Pat Lee Primary contact", PAT, "PRN-2 Front desk printer"),
        *("Screen is dark", "Old one", "Bank 7 h", "7 h of 8 h left"),
    ):
        assert shown in page
    other = house.visitor(MARIA).sees("/desk/customers/2").text
    assert "no prepaid hours" in other
    assert "Nothing is open." in other


def test_a_contact_is_added_or_it_is_said_why_not(house: House) -> None:
    maria = house.visitor(MARIA)
    sent = maria.sends(
        "/desk/customers/1/contacts",
        {"email": "Nia@Acme.example", "name": "Nia New", "primary": "yes"},
    )
    assert sent.status == 303
    assert "nia@acme.example is a contact now." in maria.follows(sent.goes_to).text
    with house.store.read() as unit:
        contact = unit.people.contact_by_email("nia@acme.example")
    assert contact is not None
    assert (contact.name, contact.primary, contact.proven) == ("Nia New", True, True)
    for email, why in ((JANE, "is a contact's address already"), ("nonsense", "no e-mail address")):
        wrong = maria.sends("/desk/customers/1/contacts", {"email": email, "name": "Kept Name"})
        assert wrong.status == 422
        assert why in wrong.text
        assert 'value="Kept Name"' in wrong.html


def test_a_piece_of_equipment_is_added_or_it_is_said_why_not(house: House) -> None:
    maria = house.visitor(MARIA)
    values: dict[str, object] = {
        "tag": "NAS-3",
        "label": "Backup",
        "serial": "S1",
        "location": "Cellar",
    }
    assert maria.sends("/desk/customers/1/equipment", values).status == 303
    assert [piece.tag for piece in house.equipment("Acme Ltd")] == ["PRN-2", "SRV-01", "NAS-3"]
    wrong = maria.sends("/desk/customers/1/equipment", {**values, "tag": "prn-2"})
    assert wrong.status == 422
    assert "the customer has an equipment PRN-2 already" in wrong.text
    assert 'value="Cellar"' in wrong.html
    assert maria.sends("/desk/customers/1/equipment", {"tag": ""}).status == 422


def test_there_is_no_page_of_a_customer_that_is_not_there(house: House) -> None:
    maria = house.visitor(MARIA)
    assert maria.sees("/desk/customers/77").status == 404
    assert maria.sends("/desk/customers/77/contacts", {"email": "a@b.example"}).status == 404
    assert maria.sends("/desk/customers/77/equipment", {"tag": "X"}).status == 404
