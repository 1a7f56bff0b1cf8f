"""notices.toml: a table for each thing that is told, with those it is told to."""

import re
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
    "reply": "write [reply-by-customer] or [reply-by-technician]: they go to different people",
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
    if pdf and announced in INTERNAL:
        table.wrong("pdf", "has no effect: the PDF is for the customer's side")
    return replace(line, template=template or line.template, pdf=line.pdf if pdf is None else pdf)


def _roles(table: Table, announced: Announcement) -> tuple[Role, ...]:
    if table.values["to"] == []:
        return ()
    roles: list[Role] = []
    for word in table.texts("to"):
        if word not in list(Role):
            table.wrong("to", none_of(word, Role))
        elif announced in INTERNAL and Role(word) in CUSTOMER_SIDE:
            table.wrong("to", f"{quoted(word)}: it is worded for technicians alone")
        else:
            roles.append(Role(word))
    return tuple(dict.fromkeys(roles))
