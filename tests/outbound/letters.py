"""Letters and their mails, to be varied by what a test is about."""

from dataclasses import replace
from pathlib import Path
from typing import Any

from workorder.core.message import Address
from workorder.core.notice import Envelope, EquipmentCard, Letter, NoticeKind
from workorder.outbound.press import PressJob, Sheet
from workorder.outbound.samples import SAMPLE_ORDER, SAMPLE_SITE, sample_letter

SHIPPED = Path(__file__).parents[2] / "templates"
ENDLESS = "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}"

HOSTILE = (
    '<img src="/etc/passwd"><img src="http://127.0.0.1:9/x.png">',
    '<link rel="stylesheet" href="file:///etc/passwd"><style>@import "/etc/passwd";</style>',
    '<pdf:nextpage/><pdf:insertpdf src="/etc/passwd"/><pdf:font src="/etc/passwd" name="x"/>',
    "<font color=\"[[[getattr(pow,Word('__globals__'))['os'].system('id')]]]\">exploit</font>",
    "{{ 7*7 }} {% for x in range(9) %}x{% endfor %} ${7*7} <%= 7*7 %>",
    "</style></head></body></html><script>alert(1)</script>",
    "<!--[if gte mso 9]><![endif]--> <![CDATA[ x ]]> &lt;b&gt; &amp;amp; &#0; &#xD800;",
    "<div>" * 5000,
    "x" * 20_000,
    "W" * 300 + " " + "\u00a0" * 3000 + "end",
    "\n" * 5000 + "end",
    "a\tb" * 2000,
    "\x00\x01\x07\x1b[31m\ud800\udfff\ufffe\uffff" * 20 + "end",
    "\u202e\u2066\u202a reversed \u2069\u202c \u200b\u200d\ufeff end",
    "\u0301" * 500 + "e\u0301",
    "\U0001f468\u200d\U0001f469\u200d\U0001f467\U0001f3fd\ufe0f" * 300,
    "\U00020000\U000e0001\U0010ffff end",
    "Z\u0351\u036b\u0343\u036a" * 200,
)


def letter(*, language: str = "en", **changes: Any) -> Letter:  # any field of an order
    """An opening notice whose order differs from the sample by `changes`."""
    order = replace(SAMPLE_ORDER, **changes)
    return replace(sample_letter(NoticeKind.OPENED, language), order=order)


def things(count: int) -> tuple[EquipmentCard, ...]:
    return tuple(
        EquipmentCard(tag=f"PC-{n:03}", name=f"Computer {n}", serial=f"S{n:05}", location="Hall")
        for n in range(1, count + 1)
    )


def sheet(shown: Letter, *, to: str = "jane@acme.example", with_pdf: bool = True) -> Sheet:
    envelope = Envelope(
        sender=Address(name=SAMPLE_SITE.name, email=SAMPLE_SITE.support_address),
        recipient=Address(name="", email=to),
        message_id=f"<{to.encode().hex()}@northwind.example>",
        in_reply_to=None,
        references=(),
        date=SAMPLE_ORDER.opened_at,
        auto_submitted=None,
    )
    return Sheet(letter=shown, envelope=envelope, with_pdf=with_pdf)


def job(*sheets: Sheet) -> PressJob:
    return PressJob(sheets=sheets or (sheet(letter()),))


def overriding(folder: Path, name: str, text: str) -> Path:
    """A site's own templates folder in which `name` says `text`."""
    file = folder / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
    return folder
