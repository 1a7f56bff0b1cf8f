"""Nothing of anybody else's, on any route that there is (T33): the routes are asked which they are.

A route with a new kind of object in it fails here until it is said what of that kind is foreign.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from werkzeug.routing import Rule

from portal.house import JANE, KIM, MORGAN, PAT, SAM, House
from workorder.store.screens import KEY_LENGTH

NOBODYS = ("open.", "login.")
# What stands in an address and is nobody's.
NO_OBJECT = {"month": "2026-11", "action": "reply"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Foreign:
    """Objects that are not the viewer's, by the name that a route has for their kind."""

    numbers: tuple[int, ...]
    keys: tuple[str, ...]
    pieces: tuple[int, ...]
    customers: tuple[int, ...]

    def of(self, name: str) -> tuple[object, ...]:
        kinds: dict[str, tuple[object, ...]] = {
            "number": self.numbers,
            "key": self.keys,
            "piece_id": self.pieces,
            "customer_id": self.customers,
        }
        return kinds[name]


@pytest.fixture
def numbers(house: House) -> dict[str, int]:
    """A work order of each contact's, with a file."""
    found = {}
    for email in (JANE, KIM, PAT, MORGAN, SAM):
        visitor = house.visitor(email)
        sent = visitor.sends(
            "/orders/new",
            {"once": email, "title": f"Secret of {email}", "priority": "normal"},
            files=[(f"{email}.txt", email.encode())],
        )
        found[email] = int(sent.goes_to.rpartition("/")[2])
    return found


MAY_SEE = {
    JANE: {JANE},
    KIM: {KIM},
    PAT: {JANE, KIM, PAT},
    MORGAN: {MORGAN, SAM},
    SAM: {SAM},
}


def foreign_to(house: House, email: str, numbers: dict[str, int]) -> Foreign:
    whose = [other for other in numbers if other not in MAY_SEE[email]]
    own_company = "Acme Ltd" if email.endswith("@acme.example") else "Other Inc"
    other_company = "Other Inc" if own_company == "Acme Ltd" else "Acme Ltd"
    keys = []
    for other in whose:
        detail = house.order(numbers[other]).detail
        assert detail is not None
        keys += [file.sha256[:KEY_LENGTH] for file in detail.files]
    return Foreign(
        numbers=(*(numbers[other] for other in whose), 999_999_999),
        keys=tuple(keys),
        pieces=(*(piece.id for piece in house.equipment(other_company)), 999_999),
        customers=tuple(house.customer(name).id for name in (own_company, other_company)),
    )


def addresses(house: House, rule: Rule, foreign: Foreign, own_number: int) -> Iterator[str]:
    """The route with foreign objects in it, and with one's own number and a foreign file."""
    arguments = sorted(rule.arguments - set(NO_OBJECT))
    if arguments == ["key", "number"]:
        for key in foreign.keys:
            yield _filled(house, rule, number=own_number, key=key)
        for number, key in zip(foreign.numbers, foreign.keys, strict=False):
            yield _filled(house, rule, number=number, key=key)
        return
    for name in arguments:
        for value in foreign.of(name):
            yield _filled(house, rule, **{name: value})


def _filled(house: House, rule: Rule, **values: object) -> str:
    with house.app.test_request_context():
        words = {name: word for name, word in NO_OBJECT.items() if name in rule.arguments}
        built = rule.build(values | words)
    assert built is not None
    return built[1]


def routes(house: House) -> list[Rule]:
    return [r for r in house.app.url_map.iter_rules() if not r.endpoint.startswith(NOBODYS)]


@pytest.mark.parametrize("email", sorted(MAY_SEE))
def test_what_is_not_theirs_is_not_there_on_any_route(
    house: House, numbers: dict[str, int], email: str
) -> None:
    visitor = house.visitor(email)
    foreign = foreign_to(house, email, numbers)
    with house.store.read() as unit:
        before = {row.id for row in unit.outbox.rows()}
    token = visitor.sees("/how-to").field("csrf_token")
    tried = 0
    for rule in routes(house):
        if not rule.arguments - set(NO_OBJECT) and not rule.rule.startswith("/desk"):
            continue
        paths = [*addresses(house, rule, foreign, numbers[email])] or [rule.rule]
        for path in paths:
            for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
                tried += 1
                if method == "GET":
                    page = visitor.sees(path)
                else:
                    page = visitor.sends(path, {"text": "hm", "once": f"{tried}"}, token=token)
                assert page.status == 404, f"{method} {path}"
                assert "Secret of" not in page.html
    assert tried > 20
    with house.store.read() as unit:
        assert {row.id for row in unit.outbox.rows()} == before


@pytest.mark.parametrize("email", sorted(MAY_SEE))
def test_lists_and_searches_show_what_is_theirs_and_nothing_else(
    house: House, numbers: dict[str, int], email: str
) -> None:
    visitor = house.visitor(email)
    for path in (
        "/orders",
        "/orders?q=Secret",
        "/orders?status=in-progress",
        "/orders?before=9999",
    ):
        html = visitor.sees(path).html
        shown = {other for other in numbers if f"Secret of {other}" in html}
        assert shown == MAY_SEE[email], path
    for other, number in numbers.items():
        found = visitor.sees(f"/orders?q=WO-{number}")
        assert (found.status == 303) == (other in MAY_SEE[email])


def test_the_hours_of_single_jobs_and_statements_are_a_primary_contacts(house: House) -> None:
    house.buys("Acme Ltd", 10)
    number = house.opens(JANE, "Costs an hour")
    house.writes(number, "#worked 1h\n#finished\nDone.")
    jane, pat, morgan = house.visitor(JANE), house.visitor(PAT), house.visitor(MORGAN)
    assert f"WO-{number}" in pat.sees("/hours").text
    assert pat.sees("/hours/2026-11.pdf").status == 200
    assert f"WO-{number}" not in jane.sees("/hours").text
    assert "9 h" in jane.sees("/hours").text
    assert jane.sees("/hours/2026-11.pdf").status == 404
    assert "9 h" not in morgan.sees("/hours").text
    assert "has no prepaid hours" in morgan.sees("/hours").text


@pytest.mark.parametrize("month", ["2026-13", "2027-01", "x", "2026-11-01"])
def test_a_month_that_is_none_or_is_to_come_has_no_statement(house: House, month: str) -> None:
    house.buys("Acme Ltd", 10)
    assert house.visitor(PAT).sees(f"/hours/{month}.pdf").status == 404
