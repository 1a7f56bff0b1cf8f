"""Amazon SES tells of bounces by JSON, mailed by Amazon SNS to who subscribed to its topic.

The `mail` object keeps the Message-ID that the sender wrote, which SES replaces on the mail itself.
"""

import json
from collections.abc import Iterator
from typing import Any, Final

from workorder.core.message import (
    DeliveryAction,
    DeliveryReport,
    FailedRecipient,
    normal_address,
)
from workorder.inbound.bounce_status import shown, status_in
from workorder.inbound.headers import message_ids

_MAX_TEXT: Final = 65_536
_MAX_RECIPIENTS: Final = 200
_LISTS: Final = {
    "bounce": ("bouncedRecipients", DeliveryAction.FAILED),
    "deliverydelay": ("delayedRecipients", DeliveryAction.DELAYED),
}


def read_ses_notification(sns_message_id: str, text: str) -> DeliveryReport | None:
    """Return what an SES notification reports; None for any other mail.

    Args:
        sns_message_id: The header x-amz-sns-message-id, '' where there is none.
        text: The text of the mail.
    """
    if not sns_message_id or not text.lstrip().startswith("{"):
        return None
    # Old mail servers break a long line with an exclamation mark.
    event = _read_object(text[:_MAX_TEXT].replace("!\n ", ""))
    if isinstance(event.get("Message"), str):
        event = _read_object(event["Message"])
    kind = str(event.get("notificationType") or event.get("eventType")).lower()
    if kind not in _LISTS:
        return None
    recipients_key, action = _LISTS[kind]
    details = _object(event, "bounce") or _object(event, "deliveryDelay")
    items = details.get(recipients_key)
    found = (_recipient(item, action) for item in items) if isinstance(items, list) else ()
    recipients = tuple(recipient for recipient in found if recipient is not None)
    return DeliveryReport(
        recipients=recipients[:_MAX_RECIPIENTS],
        original_ids=tuple(dict.fromkeys(_ids(_object(event, "mail")))),
    )


def _read_object(text: str) -> dict[str, Any]:
    """Return the JSON object that a text begins with; what is none is empty."""
    try:
        value, _ = json.JSONDecoder(strict=False).raw_decode(text.lstrip())
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def _object(parent: dict[str, Any], name: str) -> dict[str, Any]:
    value = parent.get(name)
    return value if isinstance(value, dict) else {}


def _recipient(item: object, action: DeliveryAction) -> FailedRecipient | None:
    if not isinstance(item, dict):
        return None
    email = normal_address(str(item.get("emailAddress")).rpartition("<")[2].removesuffix(">"))
    if email is None:
        return None
    diagnostic = shown(str(item.get("diagnosticCode") or "").removeprefix("smtp;"))
    status = status_in(str(item.get("status"))) or status_in(diagnostic)
    return FailedRecipient(email=email, action=action, status=status, diagnostic=diagnostic)


def _ids(mail: dict[str, Any]) -> Iterator[str]:
    yield from message_ids(str(_object(mail, "commonHeaders").get("messageId") or ""))
    headers = mail.get("headers")
    for header in headers if isinstance(headers, list) else ():
        if isinstance(header, dict) and str(header.get("name")).lower() == "message-id":
            yield from message_ids(str(header.get("value")))
