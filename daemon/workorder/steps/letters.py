"""What a person writes by another door than the mail, as a mail would state it."""

import hashlib
import json
from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from workorder.core.classify import Classification, MailKind
from workorder.core.correlate import Candidate
from workorder.core.decision import Facts, Policy
from workorder.core.message import Address, Attachment, InboundMail
from workorder.core.ruled import NO_RULES
from workorder.core.rules import RuleSet
from workorder.core.sender import Sender
from workorder.core.trust import DmarcResult, DmarcVerdict, Proof
from workorder.store.files import Files
from workorder.store.orders import FileRow

NO_DMARC = DmarcVerdict(result=DmarcResult.NONE, reason="it is no mail")


def letter_of(
    author: Address,
    text: str,
    *,
    at: datetime,
    subject: str = "",
    attachments: Sequence[Attachment] = (),
) -> InboundMail:
    """The words of a form or of the command line as the mail that they could have been."""
    return InboundMail(
        message_id=None,
        in_reply_to=(),
        references=(),
        subject=subject,
        authors=(author,),
        from_header_count=1,
        to=(),
        cc=(),
        reply_to=(),
        date=at,
        headers=(),
        text=text,
        new_text=text,
        attachments=tuple(attachments),
        report=None,
        size=len(text),
    )


def facts_of(  # noqa: PLR0913 - what a mail would say of itself, each by its name
    mail: InboundMail,
    sender: Sender,
    proof: Proof | None,
    *,
    at: datetime,
    thread_id: str,
    candidates: tuple[Candidate, ...],
    policy: Policy,
    rule_set: RuleSet,
) -> Facts:
    """The letter with what every one of them has: a person wrote it, now, once."""
    return Facts(
        mail=mail,
        classification=Classification(kind=MailKind.PERSON, reasons=()),
        sender=sender,
        proof=proof,
        candidates=candidates,
        failed_notice=None,
        twin=None,
        message_id_reused=False,
        equipment=(),
        at=at,
        thread_id=thread_id,
        ruled=NO_RULES,
        site_zone=ZoneInfo(policy.timezone),
        calendar=rule_set.calendar,
        billing=rule_set.billing,
        released=True,
    )


def post_key(who: str, what: str, once: str, *content: object) -> str:
    """By what a form is known that is sent twice: who sent it, what to, and all that was in it.

    '' where it has no word of its own: then each time counts.
    """
    if not once:
        return ""
    told = json.dumps([who, what, once, *map(str, content)])
    return hashlib.sha256(told.encode("utf-8", "surrogatepass")).hexdigest()


def keep(files: Files, attachments: Sequence[Attachment]) -> tuple[FileRow, ...]:
    """Put what was sent along on disk, under the hash of its bytes.

    Raises:
        StorageError: the disk refuses.
    """
    hashes = files.put_blobs([attachment.content for attachment in attachments])
    return tuple(
        FileRow(name=attachment.name, type=attachment.type, size=attachment.size, sha256=sha256)
        for attachment, sha256 in zip(attachments, hashes, strict=True)
    )
