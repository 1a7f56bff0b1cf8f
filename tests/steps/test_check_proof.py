"""What can be said of the configured ways without asking a server."""

from pathlib import Path

import pytest

from builders import NOON
from config_texts import SMALLEST, loaded
from workorder.config import Config
from workorder.core.findings import Level
from workorder.steps.check_proof import check_proof
from workorder.steps.proof_evidence import LAST_MAILS
from workorder.steps.site_store import opened_store
from workorder.store.engine import create_schema, open_engine
from workorder.store.files import Files
from workorder.store.inbound import Arrival

MX = "mx.northwind.example"
PASS = f"Authentication-Results: {MX};\r\n dmarc=pass header.from=northwind.example\r\n"
NO_TECHNICIAN = (Level.WARN, "there is no technician yet (workorder technician add EMAIL)")


def site(folder: Path, *ways: str, authserv_id: str = "", made: bool = True) -> Config:
    """A configuration, and its database with a technician."""
    named = f'authserv_id = "{authserv_id}"\n' if authserv_id else ""
    words = ", ".join(f'"{way}"' for way in ways)
    config = loaded(folder, f"{SMALLEST}[trust]\n{named}commands = [{words}]\n")
    if made:
        (folder / "var").mkdir()
        engine = open_engine(config.storage.database, create=True)
        create_schema(engine)
        engine.dispose()
        with opened_store(config) as store, store.write() as unit:
            unit.people.add_technician("maria@northwind.example")
    return config


def record(config: Config, *heads: str, sender: str = "jane@acme.example") -> None:
    """Mails came in with these headers, the last one now."""
    with opened_store(config) as store, store.write() as unit:
        for uid, head in enumerate(heads, start=1):
            raw = f"{head}From: {sender}\r\nSubject: {uid}\r\n\r\n{PASS}\r\n".encode()
            sha256 = store.files.put_raw(raw)
            arrival = Arrival(
                uidvalidity=1, uid=uid, sha256=sha256, size=len(raw), internaldate=NOON
            )
            unit.inbound.record("support", [arrival], NOON)


def found(config: Config) -> list[tuple[Level, str]]:
    return [(level, text) for level, text in check_proof(config, NOON, 0)]


def of(config: Config, start: str) -> tuple[Level, str]:
    (one,) = [(level, text) for level, text in found(config) if text.startswith(start)]
    return one


def test_dmarc_without_a_name_to_trust_fails_and_reply_needs_nothing(tmp_path: Path) -> None:
    config = site(tmp_path, "dmarc", "dmarc+reply", "reply")
    why = "[trust] authserv_id is missing: no DMARC result counts"
    assert found(config) == [
        (Level.FAIL, f"dmarc: {why}"),
        (Level.FAIL, f"dmarc+reply: {why}"),
        (Level.OK, "reply: needs nothing of the mail server"),
    ]


def test_from_is_warned_of_by_the_configuration_and_not_here_again(tmp_path: Path) -> None:
    config = site(tmp_path, "from", authserv_id=MX)
    assert any('"from"' in warning for warning in config.warnings)
    assert found(config) == []


def test_no_way_at_all_is_a_warning(tmp_path: Path) -> None:
    assert found(site(tmp_path)) == [
        (Level.WARN, "no way is configured: no technician's mail runs a command")
    ]


def test_a_site_without_technicians_is_told(tmp_path: Path) -> None:
    config = site(tmp_path, "reply")
    with opened_store(config) as store, store.write() as unit:
        unit.people.remove_technician(1, NOON)
    assert NO_TECHNICIAN in found(config)


def test_without_a_database_the_configuration_is_judged_all_the_same(tmp_path: Path) -> None:
    config = site(tmp_path, "reply", "dmarc", made=False)
    (record_told, reply, dmarc) = found(config)
    assert record_told[0] is Level.WARN
    assert "what recorded mail shows is not known: database:" in record_told[1]
    assert (reply[0], dmarc[0]) == (Level.OK, Level.FAIL)


def test_what_recorded_mail_bears_is_counted_from_its_headers_alone(tmp_path: Path) -> None:
    config = site(tmp_path, "dmarc", authserv_id=MX)
    record(config, *[PASS] * 5, "", PASS)
    level, text = of(config, "dmarc: ")
    assert level is Level.OK
    assert "6 of the last 7 mails bear" in text
    assert "mail 6 bears none" in text


def test_our_own_mail_and_what_cannot_be_read_are_no_evidence(tmp_path: Path) -> None:
    config = site(tmp_path, "dmarc", authserv_id=MX)
    record(config, *[PASS] * 5)
    record(config, *[""] * 20, sender="Northwind <Support@northwind.example>")
    gone = Files(tmp_path / "elsewhere").put_raw(b"A: b\r\n\r\n")
    broken = Files(config.storage.files).put_raw(b"\0")
    with opened_store(config) as store, store.write() as unit:
        for uid, sha256 in enumerate((gone, broken), start=100):
            arrival = Arrival(uidvalidity=1, uid=uid, sha256=sha256, size=9, internaldate=NOON)
            unit.inbound.record("support", [arrival], NOON)
    level, text = of(config, "dmarc: ")
    assert level is Level.OK
    assert "5 of the last 5 mails bear" in text


def test_only_the_last_mails_are_looked_at(tmp_path: Path) -> None:
    config = site(tmp_path, "dmarc", authserv_id=MX)
    record(config, *[""] * 30, *[PASS] * LAST_MAILS)
    assert f"{LAST_MAILS} of the last {LAST_MAILS} mails bear" in of(config, "dmarc: ")[1]


def test_a_wrong_name_is_told_with_the_one_that_came(tmp_path: Path) -> None:
    config = site(tmp_path, "dmarc", authserv_id="mx1.northwind.example")
    record(config, *[PASS] * 5)
    level, text = of(config, "dmarc: ")
    assert level is Level.WARN
    assert text.endswith(f"bear {MX} (5): is authserv_id right?")


def test_a_header_way_is_judged_by_recorded_mail(tmp_path: Path) -> None:
    config = site(tmp_path, "header:X-Internal=Yes")
    record(config, "x-internal: Yes\r\n", *[""] * 5)
    level, text = of(config, "header x-internal: ")
    assert level is Level.OK
    assert "of the last 6 mails 1 bear the header, 1 of them once" in text


@pytest.mark.parametrize("name", ["Subject", "FROM", "return-path", "Delivered-To", "Received"])
def test_a_header_that_all_mail_bears_proves_nobody_and_is_never_forged(
    tmp_path: Path, name: str
) -> None:
    config = site(tmp_path, f"header:{name}=x")
    assert found(config) == [
        (
            Level.FAIL,
            f"header {name.lower()}: mail from anybody bears this header: it proves nobody",
        )
    ]


def test_a_probe_that_was_not_asked_for_is_told_only_where_one_would_help(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    told = of(site(tmp_path / "a", "dmarc", authserv_id=MX), "probe: ")
    assert told == (
        Level.OK,
        "probe: none was sent, so whether a forged header passes is not known",
    )
    for number, ways in enumerate((["reply"], ["from", "reply"], ["header:To=x"])):
        folder = tmp_path / str(number)
        folder.mkdir()
        config = site(folder, *ways, authserv_id=MX)
        assert not any(text.startswith("probe: ") for _, text in found(config))


def test_a_way_that_cannot_be_read_fails_and_the_others_are_judged(tmp_path: Path) -> None:
    config = site(tmp_path, "reply")
    trust = config.trust.model_copy(update={"commands": ("header:=Yes", "reply")})
    broken = config.model_copy(update={"trust": trust})
    (wrong, reply) = found(broken)
    assert wrong[0] is Level.FAIL
    assert "header:NAME=VALUE" in wrong[1]
    assert reply[0] is Level.OK
