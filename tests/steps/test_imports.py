"""CSV files of people and things, as spreadsheets write them."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from workorder.errors import RequestError
from workorder.steps.imports import import_contacts, import_customers, import_equipment
from workorder.store.engine import create_schema, open_engine
from workorder.store.files import Files
from workorder.store.unit import Store


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    engine = open_engine(f"sqlite:///{tmp_path}/workorder.db", create=True)
    create_schema(engine)
    store = Store(engine, Files(tmp_path / "files"))
    yield store
    store.close()


@pytest.fixture
def acme(store: Store) -> Store:
    with store.write() as unit:
        unit.people.add_customer("Acme Ltd")
    return store


def rows(folder: Path, content: str | bytes) -> Path:
    path = folder / "rows.csv"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def names(store: Store) -> list[str]:
    with store.read() as unit:
        return [customer.name for customer in unit.people.customers()]


def refusal(store: Store, folder: Path, content: str | bytes) -> str:
    with pytest.raises(RequestError) as caught:
        import_customers(store, rows(folder, content))
    assert names(store) == []
    return str(caught.value)


def test_columns_may_come_in_any_order_and_case_and_be_left_out(
    store: Store, tmp_path: Path
) -> None:
    content = "Language, NAME \nes, Acme Ltd \n,Beta\n"
    assert import_customers(store, rows(tmp_path, content)) == 2
    with store.read() as unit:
        acme, beta = unit.people.customers()
    assert (acme.name, acme.language, acme.domains) == ("Acme Ltd", "es", ())
    assert (beta.name, beta.language) == ("Beta", None)


def test_a_spreadsheets_byte_order_mark_line_ends_and_quotes_are_understood(
    store: Store, tmp_path: Path
) -> None:
    content = '\ufeffname,domains\r\n"Müller, ""Söhne""",a.example b.example\r\n'
    import_customers(store, rows(tmp_path, content))
    with store.read() as unit:
        (customer,) = unit.people.customers()
    assert customer.name == 'Müller, "Söhne"'
    assert customer.domains == ("a.example", "b.example")


@pytest.mark.parametrize("mark", [";", "\t"])
def test_a_spreadsheet_that_separates_by_other_marks_is_understood(
    store: Store, tmp_path: Path, mark: str
) -> None:
    content = f"name{mark}language\nAcme, Ltd{mark}es\n"
    assert import_customers(store, rows(tmp_path, content)) == 1
    assert names(store) == ["Acme, Ltd"]


@pytest.mark.parametrize("separator", [" ", ",", ";", ", "])
def test_a_customers_domains_may_be_separated_as_people_do(
    store: Store, tmp_path: Path, separator: str
) -> None:
    import_customers(store, rows(tmp_path, f'name,domains\nA,"a.example{separator}b.example"\n'))
    with store.read() as unit:
        assert unit.people.customers()[0].domains == ("a.example", "b.example")


def test_blank_lines_are_no_rows(store: Store, tmp_path: Path) -> None:
    assert import_customers(store, rows(tmp_path, "name,language\nAcme\n\n,\n \nBeta\n\n")) == 2
    assert names(store) == ["Acme", "Beta"]


def test_a_bad_row_is_named_by_the_line_it_begins_on(store: Store, tmp_path: Path) -> None:
    content = 'name,language\n"Two\nlines",\n"Two\nlines",\nBeta,\nbeta,\n'
    why = refusal(store, tmp_path, content)
    assert "rows.csv:4: " in why
    assert "rows.csv:7: " in why
    assert why.count("rows.csv:") == 2


def test_rows_of_one_file_are_checked_against_each_other(store: Store, tmp_path: Path) -> None:
    why = refusal(store, tmp_path, "name,domains\nA,x.example\nB,x.example\na,\n")
    assert "rows.csv:3: the domain x.example belongs to A already" in why
    assert "rows.csv:4: " in why


def test_unknown_and_missing_columns_are_named_with_the_nearest(
    store: Store, tmp_path: Path
) -> None:
    why = refusal(store, tmp_path, "nmae,domains\nA,\n")
    assert why == (
        'rows.csv:1: column "name" is missing; unknown column "nmae" (did you mean "name"?)'
    )


def test_a_column_that_comes_twice_is_refused(store: Store, tmp_path: Path) -> None:
    assert 'column "name" comes twice' in refusal(store, tmp_path, "name,Name\nA,B\n")


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"name\nM\xfcller\n", "rows.csv is not UTF-8: save it as CSV UTF-8"),
        ("name\nA,B\n", "rows.csv:2: more cells than columns"),
        ('name\n"A\n', "rows.csv is no CSV file"),
        ("name\nA\x00\n", "rows.csv:2: a control character"),
        ("name\n=1+1\n", "rows.csv:2: '=1+1' is a formula: write the value itself"),
        ("", 'rows.csv:1: column "name" is missing'),
    ],
)
def test_what_is_no_table_is_refused(
    store: Store, tmp_path: Path, content: str | bytes, why: str
) -> None:
    assert why in refusal(store, tmp_path, content)


def test_a_file_that_is_not_there_is_named(store: Store, tmp_path: Path) -> None:
    with pytest.raises(RequestError, match=r"cannot read .*rows\.csv: No such file"):
        import_customers(store, tmp_path / "rows.csv")


def test_contacts_take_yes_and_no_in_several_words(acme: Store, tmp_path: Path) -> None:
    words = {"yes": True, "X": True, "1": True, "no": False, "": False, "False": False}
    lines = [f"p{i}@acme.example,acme ltd,{word}" for i, word in enumerate(words)]
    import_contacts(acme, rows(tmp_path, "\n".join(["email,customer,primary", *lines])))
    with acme.read() as unit:
        assert [contact.primary for contact in unit.people.contacts()] == [*words.values()]


def test_a_contact_with_another_word_or_an_unknown_customer_is_named(
    acme: Store, tmp_path: Path
) -> None:
    content = "email,customer,primary\na@x.example,Acme Ltd,perhaps\nb@x.example,Nobody,\n"
    with pytest.raises(RequestError) as caught:
        import_contacts(acme, rows(tmp_path, content))
    assert "rows.csv:2: primary is 'perhaps': write yes or no" in str(caught.value)
    assert "rows.csv:3: no customer 'Nobody'" in str(caught.value)


def test_equipment_brings_all_its_fields(acme: Store, tmp_path: Path) -> None:
    content = "tag,customer,name,serial,location\nPRN-2,Acme Ltd,Printer,S1,Cellar\n"
    assert import_equipment(acme, rows(tmp_path, content)) == 1
    with acme.read() as unit:
        (piece,) = unit.people.equipment()
    assert (piece.tag, piece.name, piece.serial, piece.location) == (
        *("PRN-2", "Printer", "S1", "Cellar"),
    )
