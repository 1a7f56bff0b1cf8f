"""notices.toml: a table for each thing that is told, with those it is told to."""

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from workorder.config_file import quoted
from workorder.core.plan import (
    CUSTOMER_SIDE,
    INTERNAL,
    SHIPPED,
    Announcement,
    NoticePlan,
    PlanLine,
    Role,
)
from workorder.rulefiles.tables import Page, Table, none_of

_KEYS: Final = ("to", "template", "pdf")
_FOLDER: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")
_FIXED: Final = {
    "transcript": "it goes to the technician who wrote, always, and to nobody else",
    "unproven": "it goes to the technician's own address, always, and to nobody else",
    "trouble": "it goes to the site's admin_address, always",
    "timer-long": "it goes to the technician whose timer it is, always, and to nobody else",
    "digest": "it goes to the technician whose day it is, always, and to nobody else",
    "reply": "write [reply-by-customer] or [reply-by-technician]: they go to different people",
}
# These are about a customer and of no work order: there is nobody else to tell.
_OF_NO_ORDER: Final[Mapping[Announcement, tuple[Role, ...]]] = {
    Announcement.BANK_LOW: (Role.PRIMARY_CONTACTS, Role.ADMIN),
    Announcement.BALANCE: (Role.PRIMARY_CONTACTS, Role.WRITER),
    Announcement.STATEMENT: (Role.PRIMARY_CONTACTS,),
}
_ONLY_IN: Final[Mapping[Role, tuple[Announcement, ...]]] = {
    Role.WRITER: (Announcement.FOLLOW_UP, Announcement.BALANCE),
    Role.ADMIN: (Announcement.BANK_LOW,),
}
_NO_PDF: Final[Mapping[Announcement, str]] = {
    **dict.fromkeys(INTERNAL, "the PDF is for the customer's side"),
    **dict.fromkeys(
        (Announcement.BANK_LOW, Announcement.BALANCE), "it is of no work order, and has no PDF"
    ),
}


def read_notices(page: Page) -> NoticePlan:
    """The shipped plan with what notices.toml says; what is wrong is noted on `page`."""
    plan = dict(SHIPPED)
    for name in page.top.values:
        if name in _FIXED:
            page.top.wrong_here(f"[{name}] cannot be set here: {_FIXED[name]}", name)
        elif name not in list(Announcement):
            page.top.unknown(name, Announcement, "notice")
        else:
            table = page.top.table(name)
            if table is not None:
                plan[Announcement(name)] = _line(table, Announcement(name))
    return plan


def _line(table: Table, announced: Announcement) -> PlanLine:
    table.only(_KEYS)
    line = SHIPPED[announced]
    if table.has("to"):
        line = replace(line, to=_roles(table, announced))
    template = table.text("template")
    if template and not _FOLDER.fullmatch(template):
        table.wrong("template", f"{quoted(template)} is no name of a folder in templates/mail/")
    pdf = table.flag("pdf")
    if pdf and announced in _NO_PDF:
        table.wrong("pdf", f"has no effect: {_NO_PDF[announced]}")
    return replace(line, template=template or line.template, pdf=line.pdf if pdf is None else pdf)


def _roles(table: Table, announced: Announcement) -> tuple[Role, ...]:
    if table.values["to"] == []:
        return ()
    roles: list[Role] = []
    for word in table.texts("to"):
        if word not in list(Role):
            table.wrong("to", none_of(word, Role))
        elif reason := _misplaced(Role(word), announced):
            table.wrong("to", f"{quoted(word)}: {reason}")
        else:
            roles.append(Role(word))
    return tuple(dict.fromkeys(roles))


def _misplaced(role: Role, announced: Announcement) -> str | None:
    """Why this notice cannot go there, or None."""
    if announced in INTERNAL and role in CUSTOMER_SIDE:
        return "it is worded for technicians alone"
    known = _OF_NO_ORDER.get(announced)
    if known is not None and role not in known:
        return f"it is of no work order, and goes to {' and '.join(known)} only"
    places = _ONLY_IN.get(role, (announced,))
    if announced not in places:
        return f"makes sense only in {' and '.join(f'[{place}]' for place in places)}"
    return None
