"""What the admin is told by mail: something needs a person."""

from workorder.core.decision import Policy
from workorder.core.message import Address
from workorder.core.notice import Audience, AutoSubmitted, NoticeKind, NoticeRequest
from workorder.steps.facts import new_message_id
from workorder.store.outbox import NewNotice


def trouble(detail: str, *, admin: str, policy: Policy, key: str) -> NewNotice:
    """A notice to the admin; the same `key` is told once."""
    message_id = new_message_id("trouble", policy.domain)
    request = NoticeRequest(
        kind=NoticeKind.TROUBLE,
        recipient=Address(name="", email=admin),
        audience=Audience.ADMIN,
        language=policy.language,
        with_pdf=False,
        auto_submitted=AutoSubmitted.GENERATED,
        in_reply_to=None,
        references=(),
        template=NoticeKind.TROUBLE.value,
        detail=detail,
    )
    return NewNotice(
        number=None,
        event_id=None,
        mail_id=None,
        request=request,
        message_id=message_id,
        key=f"trouble:{key}",
    )
