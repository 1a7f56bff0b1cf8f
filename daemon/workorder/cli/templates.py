"""`workorder templates`: what notices look like, and copies of the shipped templates to edit."""

from collections.abc import Iterable
from dataclasses import replace
from difflib import get_close_matches
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import click

from workorder import rulefiles, shipped
from workorder.bootstrap import card_of
from workorder.cli.output import json_option, print_json, print_line, print_table, say, write_file
from workorder.cli.site import load_config
from workorder.config import Config
from workorder.core.message import Address
from workorder.core.notice import Audience, Envelope, Letter, NoticeKind
from workorder.core.plan import Announcement, NoticePlan, PlanLine
from workorder.errors import NotFoundError, RequestError
from workorder.outbound.pdf import STATEMENT_PAGE, render_pdf
from workorder.outbound.press import PressJob, Sheet, press
from workorder.outbound.samples import sample_letters
from workorder.outbound.tagcard import PAGE as TAG_CARD
from workorder.outbound.templates import Templates

_SHOWN_HEADERS = ("From", "To", "Subject")
_MESSAGE_ID = "<preview@workorder.invalid>"


@click.group()
def templates() -> None:
    """Preview notices, copy templates."""


@templates.command("list")
@json_option
def list_(as_json: bool) -> None:
    """List every template, and which of them this site overrides."""
    config = load_config()
    mine = config.paths.templates
    names = _templates(config).names()
    if as_json:
        print_json([{"name": name, "overridden": (mine / name).is_file()} for name in names])
        return
    rows = [(name, "yours" if (mine / name).is_file() else "shipped") for name in names]
    print_table(("NAME", "FILE"), rows)


@templates.command()
@click.argument("name")
@click.option("--language", metavar="L", help="Of the notice [the site's].")
@click.option(
    "--for",
    "audience",
    type=click.Choice([audience.value for audience in Audience]),
    help="Whose wording, where a notice has several.",
)
@click.option("--pdf", type=click.Path(path_type=Path, dir_okay=False), help="Write the PDF.")
@click.option("--html", type=click.Path(path_type=Path, dir_okay=False), help="Write the HTML.")
def preview(
    name: str, language: str | None, audience: str | None, pdf: Path | None, html: Path | None
) -> None:
    """Show a notice (opened, reply ...) or one template with sample data, as this site has it."""
    config = load_config()
    own = _templates(config)
    plan = rulefiles.load(config.paths.rules).notices
    letter = _letter(own, config, _kind(own, name, plan), language, audience)
    line = _line(letter, plan)
    with_pdf = line is not None and line.pdf and letter.audience is Audience.CUSTOMER
    if "/" not in name:
        planned = line.template if line is not None else letter.template
        letter = replace(letter, template=planned if name in set(NoticeKind) else name)
        mail = _mail(letter, config, own, with_pdf=with_pdf)
        _print_mail(mail)
        if html is not None:
            write_file(html, _content(mail, "html").encode())
    else:
        click.echo(own.render(name, letter, pdf_attached=with_pdf))
    if pdf is not None:
        write_file(pdf, render_pdf(letter, own))


@templates.command()
@click.argument("name")
def copy(name: str) -> None:
    """Copy a shipped template, or the three of a notice, into this site's folder to edit."""
    config = load_config()
    theirs = Templates(shipped.templates_folder(), None)
    names = _named(theirs, name)
    files = {config.paths.templates / one: theirs.source(one) for one in names}
    there = [str(file) for file in files if file.exists()]
    if there:
        raise RequestError(f"{', '.join(there)}: there already, and not overwritten")
    for file, source in files.items():
        _make_folder(file.parent)
        write_file(file, source.read_bytes())


def _templates(config: Config) -> Templates:
    return Templates(shipped.templates_folder(), config.paths.templates)


def _kind(own: Templates, name: str, plan: NoticePlan) -> NoticeKind:
    """The notice that a name is of: its own, or that of one of its templates, or of the PDF."""
    _named(own, name)
    top, _, rest = name.partition("/")
    folder = rest.partition("/")[0] if top == "mail" else name
    if folder in set(NoticeKind):
        return NoticeKind(folder)
    if own.has(folder):
        users = (announced for announced, line in plan.items() if line.template == folder)
        return _told_as(next(users, Announcement.OPENED))
    if name == TAG_CARD:
        raise RequestError(f"{name} is no notice's: see it with workorder tags --pdf FILE")
    if top == "pdf" and name.endswith(".html"):
        return NoticeKind.STATEMENT if name == STATEMENT_PAGE else NoticeKind.OPENED
    raise RequestError(f"{name} is a part of others: preview one of {', '.join(NoticeKind)}")


def _named(of: Templates, name: str) -> list[str]:
    """The templates that a name means: its own, or the three of a notice.

    Raises:
        NotFoundError: it means none; the nearest name that does is told.
    """
    known = of.names()
    if of.has(name):
        return [one for one in known if one.startswith(f"mail/{name}/")]
    if name in known:
        return [name]
    raise NotFoundError(f"no notice or template {name}{_nearest(name, [*NoticeKind, *known])}")


def _letter(
    own: Templates, config: Config, kind: NoticeKind, language: str | None, audience: str | None
) -> Letter:
    """The first sample of a notice, with this site's own name on it."""
    chosen = chosen_language(own, config, language)
    samples = [letter for letter in sample_letters(chosen) if letter.kind is kind]
    fitting = [one for one in samples if audience is None or one.audience == audience]
    if not fitting:
        others = ", ".join(dict.fromkeys(one.audience for one in samples))
        raise RequestError(f"the notice {kind} is not for the {audience}: it is for the {others}")
    return replace(fitting[0], site=card_of(config))


def chosen_language(own: Templates, config: Config, language: str | None) -> str:
    """The language that was asked for, else the site's.

    Raises:
        NotFoundError: there are no words in it.
    """
    chosen = language or config.site.language
    if chosen not in own.languages():
        near = _nearest(chosen, own.languages())
        raise NotFoundError(f"no language {chosen}: there are {', '.join(own.languages())}{near}")
    return chosen


def _mail(letter: Letter, config: Config, own: Templates, *, with_pdf: bool) -> EmailMessage:
    """The notice as it would be sent, read as a receiver does."""
    site = config.site
    envelope = Envelope(
        sender=Address(name=site.name, email=site.support_address),
        recipient=letter.recipient,
        message_id=_MESSAGE_ID,
        in_reply_to=None,
        references=(),
        date=letter.event.at,
        auto_submitted=None,
    )
    sheet = Sheet(letter=letter, envelope=envelope, with_pdf=with_pdf)
    result = press(PressJob(sheets=(sheet,)), own)
    if result.pdf_problem:
        say(f"the PDF cannot be made: {result.pdf_problem}")
    return message_from_bytes(result.mails[0], policy=policy.default)


def _told_as(announced: Announcement) -> NoticeKind:
    replies = (Announcement.REPLY_BY_CUSTOMER, Announcement.REPLY_BY_TECHNICIAN)
    return NoticeKind.REPLY if announced in replies else NoticeKind(announced.value)


def _line(letter: Letter, plan: NoticePlan) -> PlanLine | None:
    """What this site's notices.toml says of a letter; None for what it has no say in."""
    to_customer = letter.audience is Audience.CUSTOMER
    other = Announcement.REPLY_BY_CUSTOMER if to_customer else Announcement.REPLY_BY_TECHNICIAN
    fitting = (told for told in plan if told is not other and _told_as(told) is letter.kind)
    announced = next(fitting, None)
    return None if announced is None else plan[announced]


def _print_mail(mail: EmailMessage) -> None:
    for header in _SHOWN_HEADERS:
        print_line(f"{header}: {mail[header]}")
    for line in ("", *_content(mail, "plain").splitlines()):
        print_line(line)


def _content(mail: EmailMessage, subtype: str) -> str:
    part = mail.get_body((subtype,))
    assert part is not None  # every notice has both
    return str(part.get_content())


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as fault:
        raise RequestError(f"cannot make {folder}: {fault.strerror}") from fault


def _nearest(name: str, known: Iterable[str]) -> str:
    near = get_close_matches(name, [*known], n=1)
    return f" (did you mean {near[0]}?)" if near else ""
