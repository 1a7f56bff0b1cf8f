"""The words and headers by which automatic mail tells on itself, in the languages it comes in."""

# ruff: noqa: RUF001 - dotless i and the Cyrillic letters are those of the languages

import re
from typing import Final

# Set by programs, with a colon, before the subject of the mail that is answered.
_REPLY_WORDS: Final = (
    *("automatic reply", "auto reply", "auto-reply", "autoreply", "automatic response"),
    *("auto response", "auto-response", "autoresponse", "automated reply"),
    *(
        "automatische antwort",
        "automatische reaktion",
        "réponse automatique",
        "reponse automatique",
    ),
    *("respuesta automática", "respuesta automatica", "risposta automatica", "resposta automática"),
    *("resposta automatica", "automatisch antwoord", "automatische reactie", "automatiskt svar"),
    *("autosvar", "automatisk svar", "automaattinen vastaus", "automaatvastus", "sjálfvirkt svar"),
    *("odpowiedź automatyczna", "automatyczna odpowiedź", "automatická odpověď"),
    *("automatická odpoveď", "automatikus válasz", "răspuns automat", "automatski odgovor"),
    *("samodejni odgovor", "автоматический ответ", "автоответ", "автоматична відповідь"),
    *("автоматичен отговор", "αυτόματη απάντηση", "otomatik yanıt", "תשובה אוטומטית"),
    *(
        "رد تلقائي",
        "स्वचालित उत्तर",
        "自動応答",
        "自動返信",
        "自动答复",
        "自动回复",
        "自動回覆",
        "자동 회신",
    ),
    *("자동 응답", "ตอบกลับอัตโนมัติ", "trả lời tự động", "balasan otomatis"),
)
# Chosen by the person who is away, or by older programs; also what a request may be about.
_AWAY_WORDS: Final = (
    *("out of office", "out of the office", "out-of-office", "ooo", "away from the office"),
    *("away from my mail", "on vacation", "on holiday", "on annual leave", "on leave"),
    *("vacation", "holiday notice", "i am away", "i'm away", "abwesenheitsnotiz", "abwesenheit"),
    *("abwesenheitsmeldung", "abwesenheitsbenachrichtigung", "ich bin abwesend", "abwesend"),
    *("nicht im büro", "nicht im haus", "im urlaub", "urlaub", "absence du bureau"),
    *("absent du bureau", "absente du bureau", "message d'absence", "notification d'absence"),
    *("absence", "absent", "en congé", "en congés", "fuera de la oficina", "fuera de oficina"),
    *("ausente", "de vacaciones", "ausencia", "fuori sede", "fuori ufficio", "assente", "in ferie"),
    *("assenza", "fora do escritório", "ausência", "de férias", "afwezig", "afwezigheid"),
    *("afwezigheidsbericht", "niet aanwezig", "met vakantie", "frånvaro", "frånvarande", "fravær"),
    *("fraværende", "ikke til stede", "poissa", "poissaolo", "lomalla", "nieobecność", "nieobecna"),
    *("nieobecny", "poza biurem", "mimo kancelář", "nepřítomnost", "mimo kancelárie"),
    *("neprítomnosť", "irodán kívül", "szabadságon", "în concediu", "van ureda", "отсутствие"),
    *("нет на месте", "в отпуске", "відпустка", "у відпустці", "εκτός γραφείου", "απουσία"),
    *("ofis dışında", "ofis dışındayım", "מחוץ למשרד", "خارج المكتب", "不在", "休暇", "外出"),
    *("不在办公室", "外出中", "부재중", "휴가"),
)
_AWAY_TEXT_WORDS: Final = (
    *("out of office", "out of the office", "away from the office", "away from my desk"),
    *("on vacation", "on holiday", "on annual leave", "on leave", "parental leave"),
    *("maternity leave", "limited access to", "i will be away", "i am away", "i'm away"),
    *("currently away", "i will be traveling", "i will be travelling", "returning to the office"),
    *("abwesenheitsnotiz", "nicht im büro", "nicht im haus", "nicht erreichbar", "im urlaub"),
    *("bin abwesend", "absent du bureau", "absente du bureau", "actuellement absent"),
    *("en congé", "en congés", "en vacances", "fuera de la oficina", "de vacaciones"),
    *("estaré ausente", "estoy ausente", "fuori ufficio", "fuori sede", "in ferie", "sono assente"),
    *("fora do escritório", "de férias", "estarei ausente", "niet aanwezig", "ben afwezig"),
    *("met vakantie", "op vakantie", "inte på kontoret", "på semester", "på ferie", "lomalla"),
    *("poza biurem", "na urlopie", "jestem nieobecn", "mimo kancelář", "na dovolené"),
    *("szabadságon", "în concediu", "в отпуске", "нет на рабочем месте", "у відпустці"),
    *(
        "εκτός γραφείου",
        "σε άδεια",
        "yıllık izin",
        "ofis dışında",
        "不在にし",
        "休暇を",
        "外出して",
    ),
    *("不在办公室", "正在休假", "부재중", "휴가 중"),
)


def _one_of(words: tuple[str, ...]) -> str:
    # Longest first: "absence du bureau" before "absence".
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))


REPLY_SUBJECT: Final = re.compile(
    rf"\s*(?:{_one_of(_REPLY_WORDS)})\s{{0,2}}[:\uff1a]", re.IGNORECASE
)
# Where words are written without spaces, anything may follow.
_WORD_END: Final = r"(?![^\W\u3040-\u30ff\u4e00-\u9fff\uac00-\ud7af])"
AWAY_SUBJECT: Final = re.compile(rf"\W{{0,5}}(?:{_one_of(_AWAY_WORDS)}){_WORD_END}", re.IGNORECASE)
AWAY_TEXT: Final = re.compile(rf"(?<!\w)(?:{_one_of(_AWAY_TEXT_WORDS)})", re.IGNORECASE)

# What ticket systems call a case, next to its number; and a bare [#123]. Our own [WO-1042] is none.
TICKET_SUBJECT: Final = re.compile(
    r"(?<!\w)(?:ticket|case|request|incident|inquiry|enquiry|vorgang|anfrage|störung|caso|"
    r"solicitud|incidencia|demande|dossier|incidente|richiesta|chamado|zgłoszenie|заявка|обращение)"
    r"(?:[\s_-]{0,2}(?:id|nr|no|number|nummer|n°|№|ref|reference))?[\s.:#\[(-]{0,4}"
    r"(?:[A-Z]{1,8}-?)?\d{2,}|\[\s?(?:#|[A-Z]{1,10}#)\s?\d+\s?\]|(?<!\w)(?:INC|RITM|CS|SR)\d{5,}",
    re.IGNORECASE,
)
TICKET_TEXT: Final = re.compile(
    r"##-.{0,80}(?:type|reply|write|antwort|répon|respuesta).{0,80}-##"
    r"|(?:ticket|case) (?:id|number|no\.?)\s?(?:is)?[:#]?\s{0,2}\[?#?\w{0,8}-?\d{2,}",
    re.IGNORECASE,
)
TICKET_HEADERS: Final = (
    *(
        "x-workorder",
        "x-rt-ticket",
        "x-rt-loop-prevention",
        "x-otrs-",
        "x-znuny-",
        "x-zammad-",
        "x-jira-",
    ),
    *("x-freshdesk", "x-zendesk", "x-osticket", "x-redmine-", "x-glpi", "x-ticket", "x-roundup-"),
    *("x-freescout-", "x-helpscout-", "x-servicenow", "x-hubspot-ticket", "x-kayako", "x-itop-"),
)

RESPONDER_HEADERS: Final = (
    *("x-autoreply", "x-auto-reply", "x-autorespond", "x-autoresponder", "x-auto-responder"),
    *("x-autoreply-from", "x-auto-reply-from", "x-mail-autoreply", "x-autoresponse"),
)
MACHINE_HEADERS: Final = (
    "x-autogenerated",
    "x-auto-generated",
    "x-fc-machinegenerated",
    "x-machine-generated",
)
DAEMONS: Final = frozenset(
    {"mailer-daemon", "mailerdaemon", "mailer_daemon", "mail-daemon", "maildaemon", "mdaemon"}
)
LIST_HEADERS: Final = (
    *("list-id", "list-post", "list-unsubscribe", "list-help", "list-subscribe", "list-owner"),
    *("list-archive", "mailing-list", "x-mailing-list"),
)
