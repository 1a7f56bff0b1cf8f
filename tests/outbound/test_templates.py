from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from markupsafe import Markup

from workorder.core.model import OpenedBy, Status
from workorder.core.notice import Audience, Letter, NoticeKind
from workorder.errors import RenderError
from workorder.outbound.filters import duration, excerpt, linkify, nl2br, paragraphs, quoted
from workorder.outbound.phrases import Catalogue
from workorder.outbound.samples import SAMPLE_ORDER, sample_letter, sample_letters
from workorder.outbound.templates import Templates

SHIPPED = Path(__file__).parents[2] / "templates"
PARTS = ("subject.txt", "body.txt", "body.html")
TEMPLATE_INJECTIONS = (
    "{{7*7}}",
    "{{ 7*'7' }}",
    "{{ config }}",
    "{{ self.__init__.__globals__ }}",
    "{{ ''.__class__.__mro__[1].__subclasses__() }}",
    "{{ cycler.__init__.__globals__.os.popen('id').read() }}",
    "{{ lipsum.__globals__ }}",
    "{% for x in range(9) %}x{% endfor %}",
    "{% include '/etc/passwd' %}",
    "{% import 'mail/parts.html' as p %}",
    "{# a comment #}",
    "{%- raw -%}{{ 1 }}{%- endraw -%}",
    "${7*7}",
    "#{7*7}",
    "<%= 7*7 %>",
    "{{ t('opened.why') }}",
    "{number}",
    "{site.support_address}",
    "%(number)s %s %n",
    "{{ (1).__class__.__base__ }}",
)


@pytest.fixture(scope="module")
def shipped() -> Templates:
    return Templates(SHIPPED, None)


def overriding(tmp_path: Path, shipped: Path = SHIPPED, **files: str) -> Templates:
    """Templates with overrides: `mail__own_html` is the file mail/own.html."""
    for name, text in files.items():
        stem, _, suffix = name.replace("__", "/").rpartition("_")
        path = tmp_path / f"{stem}.{suffix}"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return Templates(shipped, tmp_path)


def opened(audience: Audience = Audience.CUSTOMER, language: str = "en") -> Letter:
    return replace(sample_letter(NoticeKind.OPENED, language), audience=audience)


def with_service(text: str) -> Letter:
    letter = opened()
    return replace(letter, order=replace(SAMPLE_ORDER, service=text))


def test_every_shipped_template_renders_in_every_language(shipped: Templates) -> None:
    assert shipped.problems() == []
    assert shipped.languages() == ("en", "es")


def test_every_kind_of_notice_has_its_three_templates_and_a_sample(shipped: Templates) -> None:
    for kind in NoticeKind:
        assert {f"mail/{kind}/{part}" for part in PARTS} <= set(shipped.names())
        assert sample_letter(kind, "en").kind is kind


@pytest.mark.parametrize("language", ["en", "es"])
def test_all_words_of_a_notice_are_in_its_language(shipped: Templates, language: str) -> None:
    other = Catalogue([SHIPPED]).phrases("es" if language == "en" else "en").texts
    own = Catalogue([SHIPPED]).phrases(language).texts
    assert own.keys() == other.keys()
    for letter in sample_letters(language):
        text = shipped.render(f"mail/{letter.kind}/body.txt", letter)
        foreign = [
            sentence
            for key, sentence in other.items()
            if sentence in text
            and len(sentence) > 12
            and sentence != own[key]
            and "{" not in sentence
        ]
        assert foreign == []


@pytest.mark.parametrize("part", ["body.txt", "body.html"])
def test_the_opening_says_in_english_why_the_work_order_was_opened(
    shipped: Templates, part: str
) -> None:
    text = shipped.render(f"mail/opened/{part}", opened(), pdf_attached=True)
    for fact in ("Work order", "WO-1042", "Contact name", "Jane Roe", "Contact e-mail"):
        assert fact in text
    assert "jane@acme.example" in text
    assert "Service requested" in text
    assert "prints only blank pages" in text
    assert "just reply to this e-mail" in text


@pytest.mark.parametrize("part", ["body.txt", "body.html"])
def test_the_opening_says_in_spanish_why_the_work_order_was_opened(
    shipped: Templates, part: str
) -> None:
    text = shipped.render(f"mail/opened/{part}", opened(language="es"), pdf_attached=True)
    for fact in ("Orden de trabajo", "Nombre del contacto", "Jane Roe", "Correo del contacto"):
        assert fact in text
    assert "Servicio solicitado" in text
    assert "basta con contestar a este correo" in text


@pytest.mark.parametrize("part", PARTS)
def test_requester_and_primary_contact_read_the_same_words(shipped: Templates, part: str) -> None:
    requester = opened()
    primary = replace(
        requester, recipient=replace(requester.recipient, name="Bo", email="b@c.example")
    )
    name = f"mail/opened/{part}"
    assert shipped.render(name, requester) == shipped.render(name, primary)


def test_the_first_line_of_the_text_says_what_happened(shipped: Templates) -> None:
    firsts = {
        letter.kind: shipped.render(f"mail/{letter.kind}/body.txt", letter).splitlines()[0]
        for letter in map(sample_letter, NoticeKind, ["en"] * len(NoticeKind))
    }
    assert firsts == {
        NoticeKind.OPENED: "Jane Roe wrote to us, and we have opened work order WO-1042.",
        NoticeKind.REPLY: "Maria Lopez wrote about work order WO-1042.",
        NoticeKind.IN_PROGRESS: "Work order WO-1042 is in progress. "
        "We are working on it, and you will hear from us whenever something changes.",
        NoticeKind.WAITING_PARTS: "Work order WO-1042 is waiting for parts. "
        "The work goes on as soon as they are here, and you will hear from us then.",
        NoticeKind.WAITING_VENDOR: "Work order WO-1042 is waiting for a vendor. "
        "The work goes on as soon as they have done their part, and you will hear from us then.",
        NoticeKind.WAITING_CUSTOMER: "Work order WO-1042 is waiting for your answer. "
        "The work stops until the answer is here.",
        NoticeKind.FINISHED: "Work order WO-1042 is finished. The work is done. If something is "
        "not solved, just reply to this e-mail, and we will look at it again.",
        NoticeKind.CANCELLED: "Work order WO-1042 was cancelled. It is closed, and nothing more "
        "will be done. If it is still needed, just reply to this e-mail, and we will take it up "
        "again.",
        NoticeKind.REMINDER: "We still need your answer about work order WO-1042.",
        NoticeKind.OPEN_LONG: "Work order WO-1042 has been open for 9 days.",
        NoticeKind.FOLLOW_UP: "As planned for Thursday, December 3, 2026, we are coming back to "
        "work order WO-1042.",
        NoticeKind.APPROVAL: "You asked for work, and Acme Ltd has no hours left in its bank.",
        NoticeKind.BANK_LOW: "Acme Ltd has 6 h 30 min left in its bank of hours.",
        NoticeKind.BALANCE: "Acme Ltd has 6 h 30 min left in its bank of hours.",
        NoticeKind.STATEMENT: "This is the statement of hours of Acme Ltd for November 2026.",
        NoticeKind.TIMER_LONG: "Your timer on work order WO-1042 has been running since "
        "Dec 2, 2026, 11:48\xa0AM.",
        NoticeKind.DIGEST: "Your work orders on Thursday, December 3, 2026.",
        NoticeKind.LOGIN: "Log in to the portal of Northwind IT Services",
        NoticeKind.NOTE: "Tom Berg wrote an internal note about work order WO-1042.",
        NoticeKind.TRANSCRIPT: "Done: your e-mail about work order WO-1042.",
        NoticeKind.UNPROVEN: "Your e-mail about work order WO-1042 was kept as an internal note: "
        "nothing was done, and nothing was sent to the customer.",
        NoticeKind.MAIL_FAILED: "A notice about work order WO-1042 could not be delivered to "
        "jane@acme.example.",
        NoticeKind.TROUBLE: "The work order system of Northwind IT Services needs your attention.",
    }


def test_the_subject_is_the_same_through_a_work_orders_life(shipped: Templates) -> None:
    subjects = {
        shipped.render(f"mail/{letter.kind}/subject.txt", letter)
        for language in ("en", "es")
        for letter in sample_letters(language)
        if letter.kind is not NoticeKind.TROUBLE
        and letter.order
        and "no subj" not in letter.order.title
    }
    assert subjects == {"[WO-1042] Printer does not print"}


@pytest.mark.parametrize("part", ["body.txt", "body.html"])
def test_a_notice_whose_pdf_failed_says_so_and_lists_the_equipment_itself(
    shipped: Templates, part: str
) -> None:
    failed = shipped.render(f"mail/opened/{part}", opened(), pdf_failed=True)
    attached = shipped.render(f"mail/opened/{part}", opened(), pdf_attached=True)
    assert "could not be made" in failed
    assert "PRN-2" in failed
    assert "could not be made" not in attached
    assert "The attached file" in attached
    assert "PRN-2" not in attached


@pytest.mark.parametrize("part", ["body.txt", "body.html"])
def test_an_unsorted_order_tells_technicians_that_no_customer_is_known(
    shipped: Templates, part: str
) -> None:
    letter = opened(Audience.TECHNICIAN)
    letter = replace(letter, order=replace(SAMPLE_ORDER, customer="", contact_name=""))
    assert "no customer is known" in shipped.render(f"mail/opened/{part}", letter)


@pytest.mark.parametrize("part", ["body.txt", "body.html"])
def test_an_opening_names_the_finished_order_that_it_follows(shipped: Templates, part: str) -> None:
    letter = opened()
    follows = replace(letter, event=replace(letter.event, follows="WO-1001"))
    assert "WO-1001" in shipped.render(f"mail/opened/{part}", follows)
    assert "follows" not in shipped.render(f"mail/opened/{part}", letter)


@pytest.mark.parametrize("audience", [Audience.CUSTOMER, Audience.TECHNICIAN])
def test_a_reply_that_reopened_says_so(shipped: Templates, audience: Audience) -> None:
    letter = replace(sample_letter(NoticeKind.REPLY, "en"), audience=audience)
    again = replace(letter, event=replace(letter.event, reopened=True))
    assert "is open again" in shipped.render("mail/reply/body.txt", again)
    assert "open again" not in shipped.render("mail/reply/body.txt", letter)


@pytest.mark.parametrize("door", OpenedBy)
def test_an_opening_says_by_which_door_it_came(shipped: Templates, door: OpenedBy) -> None:
    letter = replace(opened(), order=replace(SAMPLE_ORDER, opened_by=door))
    words = {
        OpenedBy.MAIL: "wrote to us",
        OpenedBy.PORTAL: "customer portal",
        OpenedBy.TECHNICIAN: "for Jane Roe",
        OpenedBy.ALERT: "monitoring",
    }
    assert words[door] in shipped.render("mail/opened/body.txt", letter).splitlines()[0]


def test_files_that_came_along_are_named(shipped: Templates) -> None:
    assert "photo.jpg" in shipped.render("mail/opened/body.html", opened())


def test_a_link_to_the_portal_stands_only_where_there_is_one(shipped: Templates) -> None:
    letter = opened()
    url = "https://portal.northwind.example/orders/1042"
    without = replace(letter, site=replace(letter.site, portal_url=""))
    for part in ("body.txt", "body.html"):
        assert url in shipped.render(f"mail/opened/{part}", letter)
        assert "/orders/" not in shipped.render(f"mail/opened/{part}", without)


@pytest.mark.parametrize("kind", NoticeKind)
def test_no_mail_loads_anything_from_elsewhere(shipped: Templates, kind: NoticeKind) -> None:
    html = shipped.render(f"mail/{kind}/body.html", sample_letter(kind, "en"))
    for tag in ("<img", "<script", "<link", "<iframe", "url(", "@import", " src=", "background="):
        assert tag not in html


@pytest.mark.parametrize("injection", TEMPLATE_INJECTIONS)
def test_template_code_in_peoples_words_stays_words(shipped: Templates, injection: str) -> None:
    letter = opened()
    order = replace(SAMPLE_ORDER, title=injection, contact_name=injection, service=injection)
    letter = replace(letter, order=order, event=replace(letter.event, files=(injection,)))
    assert shipped.render("mail/opened/subject.txt", letter) == f"[WO-1042] {injection}"
    assert shipped.render("mail/opened/body.txt", letter).count(injection) == 4
    shown = str(Markup.escape(injection))
    assert shipped.render("mail/opened/body.html", letter).count(shown) >= 5


def test_markup_in_peoples_words_is_escaped_everywhere(shipped: Templates) -> None:
    evil = "\"'><script>alert(1)</script>"
    for letter in sample_letters("en"):
        order = letter.order and replace(
            letter.order,
            title=evil,
            customer=evil,
            contact_name=evil,
            technician=evil,
            service=evil,
        )
        event = replace(
            letter.event, actor=evil, text=evil, files=(evil,), reason=evil, recipient=evil
        )
        hostile = replace(letter, order=order, event=replace(event, follows=evil))
        html = shipped.render(f"mail/{letter.kind}/body.html", hostile)
        assert "<script" not in html
        assert evil not in html


def test_an_override_takes_the_place_of_one_file_alone(tmp_path: Path, few: Path) -> None:
    templates = overriding(tmp_path, few, mail__opened__body_txt="Hello {{ order.contact_name }}!")
    assert templates.render("mail/opened/body.txt", opened()) == "Hello Jane Roe!"
    assert "Service requested" in templates.render("mail/opened/body.html", opened())
    assert templates.source("mail/opened/body.txt") == tmp_path / "mail/opened/body.txt"
    assert templates.source("mail/opened/body.html") == few / "mail/opened/body.html"
    assert templates.problems() == []


def test_an_overridden_layout_serves_the_shipped_notices(tmp_path: Path) -> None:
    templates = overriding(tmp_path, mail__layout_txt="== {% block first %}{% endblock %} ==")
    assert templates.render("mail/reply/body.txt", sample_letter(NoticeKind.REPLY, "en")) == (
        "== Maria Lopez wrote about work order WO-1042. =="
    )


def test_phrases_are_overridden_key_by_key(tmp_path: Path) -> None:
    templates = overriding(tmp_path, language__en_toml='[label]\nservice = "Your request"\n')
    text = templates.render("mail/opened/body.txt", opened())
    assert "Your request" in text
    assert "Contact name" in text
    spanish = templates.render("mail/opened/body.txt", opened(language="es"))
    assert "Servicio solicitado" in spanish


def test_a_new_language_falls_back_to_english_for_what_it_lacks(tmp_path: Path) -> None:
    templates = overriding(tmp_path, language__de_toml='[label]\nservice = "Gewünscht"\n')
    text = templates.render("mail/opened/body.txt", opened(language="de-AT"))
    assert "Gewünscht" in text
    assert "Contact name" in text
    assert templates.phrases("de-AT").language == "de"


def test_an_unknown_language_is_english(shipped: Templates) -> None:
    assert shipped.render("mail/opened/body.txt", opened(language="xx")) == shipped.render(
        "mail/opened/body.txt", opened()
    )


def test_a_misspelt_variable_is_an_error_with_file_and_line(tmp_path: Path, few: Path) -> None:
    templates = overriding(tmp_path, few, mail__opened__body_txt="one\n{{ order.titel }}\n")
    with pytest.raises(RenderError, match=r"mail/opened/body\.txt:2: .*titel"):
        templates.render("mail/opened/body.txt", opened())
    assert [p for p in templates.problems() if "body.txt:2:" in p and "titel" in p]


def test_an_error_in_an_included_file_names_that_file(tmp_path: Path) -> None:
    templates = overriding(tmp_path, mail__layout_html="\n\n{{ nothing }}")
    with pytest.raises(RenderError, match=r"mail/layout\.html:3: 'nothing' is undefined"):
        templates.render("mail/reply/body.html", sample_letter(NoticeKind.REPLY, "en"))


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("{% if %}", "Expected an expression"),
        ("{{ order.title", "unexpected end"),
        ("{% include 'mail/nowhere.html' %}", 'no template "mail/nowhere.html"'),
        ("{% include '../../pyproject.toml' %}", "no template"),
        ("{% include '/etc/passwd' %}", "no template"),
        ("{{ t('no.such') }}", 'no phrase "no.such"'),
        ("{{ t('opened.follows') }}", "has no value for {number}"),
        ("{{ order.number + 'x' }}", "TypeError"),
        ("{{ 1 // 0 }}", "ZeroDivisionError"),
        ("{{ order.__class__ }}", "unsafe"),
        ("{{ order.title.__class__.__mro__ }}", "unsafe"),
        ("{{ t.__call__.__globals__ }}", "unsafe"),
        ("{{ event.files.__add__ }}", "unsafe"),
        ("{{ 10 ** 10 ** 8 }}", r"operator \*\* is not for templates"),
        ("{{ range(10 ** 9) }}", r"operator \*\*"),
        ("{{ range(999999999) | list }}", "Range too big"),
    ],
)
def test_a_wrong_template_is_a_render_error_that_names_the_place(
    tmp_path: Path, source: str, reason: str
) -> None:
    templates = overriding(tmp_path, mail__opened__body_html="\n" + source)
    with pytest.raises(RenderError, match=rf"mail/opened/body\.html:2: .*{reason}"):
        templates.render("mail/opened/body.html", opened())


def test_an_html_template_cannot_take_in_unescaped_text(tmp_path: Path) -> None:
    templates = overriding(
        tmp_path, mail__opened__body_html="{% include 'mail/opened/subject.txt' %}"
    )
    with pytest.raises(RenderError, match="would not be escaped"):
        templates.render("mail/opened/body.html", opened())


def test_problems_name_overrides_that_override_nothing(tmp_path: Path, few: Path) -> None:
    templates = overriding(tmp_path, few, mail__openend__body_html="x", mail__own_html="used")
    (tmp_path / "mail/trouble").mkdir()
    (tmp_path / "mail/trouble/body.html").write_text("{% include 'mail/own.html' %}")
    path = tmp_path / "mail/openend/body.html"
    assert templates.problems() == [
        f'{path}:1: overrides nothing (did you mean "mail/opened/body.html"?)'
    ]


OWN_NOTICE = {
    "mail__special__subject_txt": "[{{ order.label }}] {{ order.title }}",
    "mail__special__body_txt": "{{ event.text }} {{ order.status | status }}",
    "mail__special__body_html": "<p>{{ event.text | nl2br }}</p>",
}


def test_a_folder_with_subject_and_both_bodies_can_word_a_notice(tmp_path: Path, few: Path) -> None:
    templates = overriding(tmp_path, few, **OWN_NOTICE)
    assert templates.has("special")
    assert templates.has("opened")
    assert templates.problems() == []
    for none in ("speciall", "", ".", "..", "mail/special", "../mail/special"):
        assert not templates.has(none)


def test_a_folder_that_lacks_a_part_is_no_notice_and_overrides_nothing(
    tmp_path: Path, few: Path
) -> None:
    two = {name: text for name, text in OWN_NOTICE.items() if "html" not in name}
    templates = overriding(tmp_path, few, **two)
    assert not templates.has("special")
    assert [problem.partition(" ")[0] for problem in templates.problems()] == [
        f"{tmp_path}/mail/special/{part}:1:" for part in ("body.txt", "subject.txt")
    ]


def test_a_folder_of_a_sites_own_is_checked_with_what_any_event_may_bring(
    tmp_path: Path, few: Path
) -> None:
    templates = overriding(
        tmp_path,
        few,
        **OWN_NOTICE
        | {
            "mail__special__subject_txt": "{{ order.title }}",
            "mail__special__body_txt": "\n{{ transcript.applied }}",
        },
    )
    problems = templates.problems()
    assert [problem for problem in problems if "special/body.txt:2:" in problem]
    assert [problem for problem in problems if "special/subject.txt:1: without" in problem]


def test_a_notice_of_a_sites_own_may_have_a_table_of_phrases_by_its_name(
    tmp_path: Path, few: Path
) -> None:
    own = '{% extends "mail/status.FORM" %}{% set about = "special" %}'
    words = "\n".join(f'{key} = "{key} of {{number}}"' for key in ("first", "next"))
    templates = overriding(
        tmp_path,
        few,
        mail__special__subject_txt="[{{ order.label }}] {{ order.title }}",
        mail__special__body_txt=own.replace("FORM", "txt"),
        mail__special__body_html=own.replace("FORM", "html"),
        language__en_toml=f'[special]\n{words}\nmeans = "x"\nplain = "y"\n[opened]\nspecial = "z"',
    )
    (problem,) = templates.problems()
    assert 'unknown phrase "opened.special"' in problem
    assert "first of WO-1042" in templates.render("mail/special/body.txt", opened())


def test_a_notice_of_a_sites_own_may_build_on_the_shipped_ones(tmp_path: Path, few: Path) -> None:
    own = '{% extends "mail/status.html" %}{% set about = "waiting-parts" %}'
    templates = overriding(tmp_path, few, **OWN_NOTICE | {"mail__special__body_html": own})
    assert templates.problems() == []
    assert "is waiting for parts" in templates.render("mail/special/body.html", opened())


def test_problems_name_wrong_phrases_with_line_and_nearest_key(tmp_path: Path, few: Path) -> None:
    source = '[opened]\n# a comment\nwhyy = "x"\nfollows = "See {numbr}"\n'
    templates = overriding(tmp_path, few, language__en_toml=source)
    path = tmp_path / "language/en.toml"
    problems = templates.problems()
    assert f'{path}:3: unknown phrase "opened.whyy" (did you mean "opened.why"?)' in problems
    assert f'{path}:4: phrase "opened.follows" has no place {{numbr}}' in problems


def test_a_site_may_have_phrases_of_its_own_in_its_own_templates(tmp_path: Path, few: Path) -> None:
    templates = overriding(
        tmp_path,
        few,
        language__en_toml='[own]\ngreeting = "Howdy"\n',
        mail__opened__body_txt='{{ t("own.greeting") }}',
    )
    assert templates.problems() == []
    assert templates.render("mail/opened/body.txt", opened(language="es")) == "Howdy"


def test_a_broken_catalogue_is_one_problem_with_its_line(tmp_path: Path, few: Path) -> None:
    templates = overriding(tmp_path, few, language__en_toml="[opened]\nwhy = oops\n")
    (problem,) = templates.problems()
    assert str(tmp_path / "language/en.toml") in problem
    assert "line 2" in problem
    with pytest.raises(RenderError, match="line 2"):
        templates.render("mail/opened/body.txt", opened())


def test_a_phrase_that_is_no_text_is_a_problem_with_its_line(tmp_path: Path, few: Path) -> None:
    templates = overriding(tmp_path, few, language__en_toml="[opened]\nwhy = 3\n")
    assert templates.problems() == [
        f'{tmp_path}/language/en.toml:2: phrase "opened.why" is no text in quotation marks'
    ]


def test_problems_name_a_subject_that_would_lose_the_answers(tmp_path: Path, few: Path) -> None:
    templates = overriding(tmp_path, few, mail__reply__subject_txt="{{ order.title }}")
    assert templates.problems() == [
        f"{tmp_path}/mail/reply/subject.txt:1: without [{{{{ order.label }}}}] answers are lost"
    ]


def test_an_unknown_name_is_refused_with_the_nearest_one(shipped: Templates) -> None:
    with pytest.raises(RenderError, match=r'did you mean "mail/opened/body\.txt"'):
        shipped.source("mail/opened/bdy.txt")


def test_times_are_in_the_sites_zone_with_its_name_by_locale(tmp_path: Path) -> None:
    source = "{{ event.at | datetime }}|{{ event.at | date }}|{{ order.status | status }}"
    templates = overriding(tmp_path, mail__opened__body_txt=source)
    letter = opened()
    midnight = datetime(2026, 7, 1, 2, 30, tzinfo=UTC)
    letter = replace(letter, event=replace(letter.event, at=midnight))
    letter = replace(letter, order=replace(SAMPLE_ORDER, status=Status.WAITING_VENDOR))
    assert templates.render("mail/opened/body.txt", letter) == (
        "June 30, 2026, 10:30\xa0PM (Eastern Daylight Time)|June 30, 2026|Waiting on Vendor"
    )
    madrid = replace(letter, language="es", site=replace(letter.site, timezone="Europe/Madrid"))
    assert templates.render("mail/opened/body.txt", madrid) == (
        "1 de julio de 2026, 4:30 (hora de verano de Europa central)|1 de julio de 2026"
        "|En espera del proveedor"
    )


def test_a_day_is_the_sites_and_written_as_long_as_is_asked(tmp_path: Path) -> None:
    source = "{{ event.at | day }}|{{ event.day | weekday }}|{{ event.day | month }}"
    source += "|{{ event.at | month_short }}|{{ 90 | signed }}|{{ -90 | signed }}|{{ 0 | signed }}"
    templates = overriding(tmp_path, mail__opened__body_txt=source)
    letter = opened()
    late = datetime(2026, 7, 1, 2, 30, tzinfo=UTC)
    letter = replace(letter, event=replace(letter.event, at=late, day=date(2026, 12, 1)))
    assert templates.render("mail/opened/body.txt", letter) == (
        "Jun 30, 2026|Tuesday, December 1, 2026|December 2026|Jun 2026"
        "|+1 h 30 min|\u22121 h 30 min|0 min"
    )
    spanish = templates.render("mail/opened/body.txt", replace(letter, language="es"))
    assert "martes, 1 de diciembre de 2026|diciembre de 2026|jun 2026" in spanish


def test_durations_are_hours_and_minutes(tmp_path: Path) -> None:
    source = "{{ 510 | duration }}|{{ 60 | duration }}|{{ 5 | duration }}|{{ 0 | duration }}"
    templates = overriding(tmp_path, mail__opened__body_txt=source + "|{{ -90 | duration }}")
    text = templates.render("mail/opened/body.txt", opened())
    assert text == "8 h 30 min|1 h|5 min|0 min|-1 h 30 min"


def test_a_timedelta_is_a_duration_too(shipped: Templates) -> None:
    assert duration(shipped.phrases("en"), timedelta(hours=8, minutes=30)) == "8 h 30 min"


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("see https://a.example/x?y=1&z=2.", '<a href="https://a.example/x?y=1&amp;z=2">'),
        (
            "(http://a.example/b_(c))",
            '<a href="http://a.example/b_(c)">http://a.example/b_(c)</a>)',
        ),
        ("mail jane@acme.example!", '<a href="mailto:jane@acme.example">jane@acme.example</a>!'),
        (
            "mailto:jane@acme.example",
            '<a href="mailto:jane@acme.example">mailto:jane@acme.example</a>',
        ),
    ],
)
def test_web_and_mail_addresses_become_links(text: str, html: str) -> None:
    assert html in linkify(text)


@pytest.mark.parametrize(
    "text",
    [
        "javascript:alert(1)",
        "data:text/html,x",
        "file:///etc/passwd",
        "ftp://a.example",
        "vbscript:x",
    ],
)
def test_no_other_scheme_becomes_a_link(text: str) -> None:
    assert "<a" not in linkify(text)


def test_a_link_cannot_break_out_of_its_attribute() -> None:
    html = linkify('http://a.example/"onmouseover="x')
    assert html == '<a href="http://a.example/">http://a.example/</a>&#34;onmouseover=&#34;x'


def test_a_link_shows_just_where_it_leads_without_turning_the_reading_direction() -> None:
    html = linkify("https://good.example/\u202egnp.exe")
    assert html.startswith('<a href="https://good.example/">https://good.example/</a>')


def test_paragraphs_find_their_own_direction_and_keep_line_ends() -> None:
    html = paragraphs("one\n  two & three\n\n\n\u05de\u05d3\u05e4\u05e1\u05ea", "margin:0;")
    assert html == (
        '<p dir="auto" style="margin:0;">one<br>\n&nbsp; two &amp; three</p>\n'
        '<p dir="auto" style="margin:0;">\u05de\u05d3\u05e4\u05e1\u05ea</p>'
    )


def test_long_paragraphs_are_broken_where_asked_without_losing_a_letter() -> None:
    text = ("word " * 1000).strip()
    html = paragraphs(text, tag="div", longest=200)
    pieces = html.replace('<div dir="auto">', "").split("</div>")
    assert max(map(len, pieces)) <= 201
    assert " ".join("".join(pieces).split()) == text


def test_nl2br_of_hostile_text_is_escaped() -> None:
    assert nl2br("<b>\n&") == Markup("&lt;b&gt;<br>\n&amp;")


def test_a_long_text_is_cut_at_a_word_and_says_so(shipped: Templates) -> None:
    cut = excerpt("word " * 20_000)
    assert cut.cut
    assert 19_000 < len(cut.text) <= 20_000
    assert cut.text.endswith("word")
    letter = with_service("word " * 20_000)
    for part in ("body.txt", "body.html"):
        text = shipped.render(f"mail/opened/{part}", letter)
        assert len(text) < 45_000
        assert "only its beginning is shown here" in text


def test_a_short_text_is_not_cut(shipped: Templates) -> None:
    assert "only its beginning" not in shipped.render("mail/opened/body.txt", opened())


def test_no_text_is_said_to_be_none(shipped: Templates) -> None:
    for part in ("body.txt", "body.html"):
        assert "(no text)" in shipped.render(f"mail/opened/{part}", with_service(" \n "))


def test_quoting_leaves_no_blanks_at_line_ends() -> None:
    assert quoted("a\n\nb") == "> a\n>\n> b"


@pytest.mark.parametrize(
    "text",
    ["\U0001f5a8\ufe0f emoji", "zażółć", "\u05de\u05d3", "x" * 5000, "a\tb", "\u200bthin"],
)
def test_odd_texts_come_through_whole(shipped: Templates, text: str) -> None:
    assert text in shipped.render("mail/opened/body.txt", with_service(text))
    assert "</html>" in shipped.render("mail/opened/body.html", with_service(text))
