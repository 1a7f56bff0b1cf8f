from dataclasses import replace
from email import message_from_bytes
from email.message import Message
from pathlib import Path

import pytest

from outbound.letters import SHIPPED, job, letter, overriding, sheet
from workorder.core.notice import Audience, NoticeKind
from workorder.errors import RenderError
from workorder.outbound.press import press
from workorder.outbound.samples import sample_letter
from workorder.outbound.templates import Templates

TEMPLATES = Templates(SHIPPED, None)


def broken_pdf(folder: Path) -> Templates:
    return Templates(SHIPPED, overriding(folder, "pdf/work-order.html", "{{ order.colour }}"))


def attached(mail: bytes) -> bytes | None:
    """The PDF of a mail."""
    for part in message_from_bytes(mail).walk():
        if part.get_content_type() == "application/pdf":
            content = part.get_payload(decode=True)
            assert isinstance(content, bytes)
            return content
    return None


def text(mail: bytes) -> str:
    part: Message = message_from_bytes(mail)
    plain = next(p for p in part.walk() if p.get_content_type() == "text/plain")
    content = plain.get_payload(decode=True)
    assert isinstance(content, bytes)
    return content.decode()


def test_mails_come_in_the_order_of_their_sheets() -> None:
    people = [f"person{n}@acme.example" for n in range(3)]
    result = press(job(*(sheet(letter(), to=to) for to in people)), TEMPLATES)
    assert [message_from_bytes(mail)["To"] for mail in result.mails] == people
    assert result.pdf_problem == ""


def test_one_pdf_is_shared_by_all_who_get_the_same() -> None:
    here = sheet(letter(), to="a@acme.example")
    technician = sheet(replace(letter(), audience=Audience.TECHNICIAN), to="m@northwind.example")
    spanish = sheet(letter(language="es"), to="b@acme.example")
    result = press(job(here, spanish, technician), TEMPLATES)
    first, second, third = (attached(mail) for mail in result.mails)
    assert first == third
    assert first is not None
    assert second is not None
    assert first != second


def test_only_those_who_are_to_have_a_pdf_have_it() -> None:
    result = press(job(sheet(letter()), sheet(letter(), with_pdf=False)), TEMPLATES)
    assert [attached(mail) is None for mail in result.mails] == [False, True]
    assert "could not be made" not in text(result.mails[1])


def test_a_pdf_that_fails_leaves_mails_that_say_so(tmp_path: Path) -> None:
    sheets = (
        sheet(letter()),
        sheet(letter(), to="pat@acme.example"),
        sheet(letter(), with_pdf=False),
    )
    result = press(job(*sheets), broken_pdf(tmp_path))
    assert [attached(mail) for mail in result.mails] == [None] * 3
    assert ["could not be made" in text(mail) for mail in result.mails] == [True, True, False]
    assert "colour" in result.pdf_problem
    assert "\n" not in result.pdf_problem


def test_a_pdf_that_is_not_to_be_tried_is_not_tried() -> None:
    result = press(job(sheet(letter()), sheet(letter())), TEMPLATES, without_pdf="took over 20 s")
    assert result.pdf_problem == "took over 20 s"
    assert [attached(mail) for mail in result.mails] == [None, None]
    assert "could not be made" in text(result.mails[0])


def test_a_mail_that_cannot_be_composed_is_an_error(tmp_path: Path) -> None:
    templates = Templates(
        SHIPPED, overriding(tmp_path, "mail/opened/body.txt", "{{ order.colour }}")
    )
    with pytest.raises(RenderError, match="colour"):
        press(job(), templates)


def test_a_notice_without_a_work_order_goes_without_a_pdf() -> None:
    trouble = sheet(sample_letter(NoticeKind.TROUBLE, "en"), with_pdf=False)
    assert len(press(job(trouble), TEMPLATES).mails) == 1
