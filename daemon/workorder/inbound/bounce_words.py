"""How mail systems put it that a mail did not arrive, by language."""

import re
from typing import Final

# Who only ever is a program, and who may also be a person.
DAEMON_SENDER: Final = re.compile(
    r"\b(?:mailer|mail|m)[-_. ]?daemon\b|\bmail[-_. ]?deliver[y]?[-_. ]?(?:sub)?system\b"
    r"|^\W{0,3}<>\W{0,3}$|<\"?system administrator\"?@",
    re.IGNORECASE,
)
POSTMASTER_SENDER: Final = re.compile(
    r"\bpost-?master\b|\b(?:mail|system|e-?mail)[-_. ]?admin(?:istrator)?\b", re.IGNORECASE
)
DAEMON_PATH: Final = re.compile(r"<?mailer-daemon\b", re.IGNORECASE)

REPLY_OR_FORWARD: Final = re.compile(
    r"\s*(?:re|aw|antw|sv|vs|rv|res|fwd?|wg|tr|enc|i|r|rif)\s?(?:\[\d{1,3}\])?:", re.IGNORECASE
)

REJECTED_SUBJECT: Final = re.compile(
    r"(?:automatically |message |mail )rejected|rejected (?:mail|message)", re.IGNORECASE
)

_FAILURES: Final = (
    r"undeliver(?:able|ed)",
    r"undelivrable",
    r"not[- ]deliver(?:ed|able)",
    r"(?:non|un)[- ]?deliver",
    r"deliver(?:y|ing)\W{1,3}(?:status|fail|problem|error|warning|notification|report|has failed)",
    r"(?:fail|problem|error)\w{0,5} (?:in |of |during |to )?(?:mail |message )?deliver",
    r"returned (?:e-?)?mail",
    r"(?:mail|message|e-?mail)\W{1,3}(?:delivery )?(?:has )?(?:fail|error|problem|bounce|returned)",
    r"(?:could|can|was) ?not be (?:delivered|sent)",
    r"could not send",
    r"returning (?:message )?to sender",
    r"bounce notification",
    r"failure notice",
    r"rejected mail",
    r"mail system error",
    r"has not (?:yet )?been delivered",
    r"delayed \d{1,3} (?:hour|day|minute)",
    r"(?:message|mail) .{0,60}delayed",
    r"processing error",
    r"user unknown",
    r"unzustellbar",
    r"nicht zugestellt",
    r"zustell(?:ung|fehler)",
    r"fehlgeschlagen",
    r"non[- ]?remis",
    r"échec de la remise",
    r"échec de (?:la )?livraison",
    r"non délivr",
    r"no se (?:puede|pudo|ha podido) entregar",
    r"no entregado",
    r"error de entrega",
    r"mancato recapito",
    r"non recapitabile",
    r"mancata consegna",
    r"não entregue",
    r"falha na entrega",
    r"niet (?:bezorg|afgelever)",
    r"onbestelbaar",
    r"kunde inte levereras",
    r"kan ikke leveres",
    r"nie można dostarczyć",
    r"nie dostarczon",
    r"nedoručiteln",
    r"kézbesíthetetlen",
    r"не доставлен",
    r"недоставлен",
    r"невозможно доставить",
    r"teslim edilemedi",
    r"配信(?:不能|エラー|できません)",
    r"エラー通知",
    r"送信できません",
    r"メール.{0,10}(?:失敗|配送できません|配信できませんでした|配信で)",
    r"退信",
    r"投递失败",
    r"无法(?:投递|送达)",
    r"無法(?:投遞|傳遞)",
    r"배달되지",
    r"전송 실패",
)
# What programs write whole, and people only behind a "Fwd:".
FIXED_SUBJECT: Final = re.compile(
    r"(?:undeliverable(?: mail| message)?:|undelivered mail returned|returned mail:"
    r"|mail delivery (?:failed:|subsystem|warning)|delivery (?:status )?notification\b"
    r"|delivery failure:|non-delivery report|unzustellbar:|non remis\s?:|no se puede entregar:)",
    re.IGNORECASE,
)
FAILURE_SUBJECT: Final = re.compile("|".join(_FAILURES), re.IGNORECASE)

FAILURE_TEXT: Final = re.compile(
    FAILURE_SUBJECT.pattern + r"|(?<![\d.])(?:5\d\d|4\d\d)[ -][45]\.\d{1,3}\.\d{1,3}(?![\d.])"
    r"|<<< [45]\d\d|>>> [45]\d\d|\b(?:remote host said|host said|smtp error)\b"
    r"|did not reach the following recipient|had (?:permanent|transient) (?:fatal|non-fatal) errors"
    r"|address(?:es)? (?:could not be found|failed|had delivery)|transcript of (?:the )?session"
    r"|mail ?box (?:is )?(?:full|unavailable|not found)"
    r"|(?:unknown|no such) (?:user|recipient|local)",
    re.IGNORECASE,
)
DELAYED: Final = re.compile(
    r"\(delay(?:ed)?\)|delayed \d{1,3} (?:hour|day|minute)|delivery (?:has been |is |was )?delayed"
    r"|has been delayed|not yet been delivered|not been delivered yet|will be retried"
    r"|will (?:continue|keep) (?:to try|trying)|attempts? will continue|still being retried"
    r"|will (?:try again|retry)|continue to (?:be )?(?:try|tried|attempt)"
    r"|this is (?:only |just )?a warning|you do not need to (?:take any action|resend)"
    r"|no action is required on your part|could not send (?:mail |message )?for (?:the )?past"
    r"|advisory-only e-?mail|has been postponed",
    re.IGNORECASE,
)
FINAL: Final = re.compile(
    r"permanent (?:fatal )?(?:error|failure)|no (?:further|more) .{0,20}attempts|giv(?:ing|en) up"
    r"|not (?:going to )?(?:try|retry|be retried|be tried) again|message expired",
    re.IGNORECASE,
)
# Above such a line stand the mail system's words, below it those of the mail that came back.
RETURNED_BELOW: Final = re.compile(
    r"^[\s>|*#=_-]{0,80}(?:"
    r"(?:below (?:this|the next) line|this) is (?:a|the) copy of (?:the|your) (?:message|mail)"
    r"|below this line is"
    r"|(?:the )?(?:original|unsent|returned|undelivered|old) (?:message|mail|e-mail)"
    r"(?: header(?:s)?| text| body)?(?: follows?| is attached| below| attached| begins)?"
    r"(?: \(.{0,60}\))?\W{0,80}$"
    r"|(?:a copy of|here is|included is) (?:a copy of |the |your )?"
    r"(?:original|returned|message|mail)"
    r"|start of returned message|returned mail follows|message text follows|message headers? follow"
    r"|(?:the )?headers? (?:and|of the) .{0,60}(?:follow|message)"
    r"|(?:begin|start) of .{0,20}(?:message|mail)|forwarded message"
    r"|(?:return-path|received|message-id|mime-version|delivered-to|dkim-signature)\s?: ?\S"
    r")",
    re.IGNORECASE,
)
_ADDRESS: Final = r"([A-Za-z0-9.!#$%&'*+/=?^_`{}~-]{1,64}@[A-Za-z0-9._-]{3,190})"
# The surest form first. What a line begins with, what is named as the recipient, and so on.
RECIPIENT_FORMS: Final = (
    re.compile(rf"^[\s>*\u2022-]{{0,10}}(?:\d{{1,3}}[.)] )?<{_ADDRESS}>(?:\s*:|\s*$|\.\.\.|, |\()"),
    re.compile(
        rf"(?:RCPT TO|Error-for|Failed recipient|Intended recipient)\s?:\s{{0,4}}<?{_ADDRESS}",
        re.IGNORECASE,
    ),
    re.compile(
        rf"^[\s>*\u2022-]{{0,20}}<?{_ADDRESS}>?(?:\W{{0,3}}$|\s{{0,2}}:|\.\.\.|\s{{1,4}}[-(])"
    ),
    re.compile(
        r"(?:recipients?|address(?:es|ed to)?|delivered to|deliver(?:y)? to|user|mailbox|to|for"
        r"|account|a message to|destinat\w{2,8}|получател\w{1,3})\W{1,8}(?:smtp:|mailto:)?"
        rf"{_ADDRESS}",
        re.IGNORECASE,
    ),
    re.compile(rf"<{_ADDRESS}>"),
    re.compile(_ADDRESS),
)
NO_RECIPIENT: Final = re.compile(r"^(?:mailer-daemon|postmaster|no-?reply)@", re.IGNORECASE)
"""Whom a bounce names as its own sender or for questions."""
DIAGNOSTIC: Final = re.compile(r"(?<![\d.])(?:[45]\d\d[ -]\S|[45]\.\d{1,3}\.\d{1,3}(?![\d.]))")
