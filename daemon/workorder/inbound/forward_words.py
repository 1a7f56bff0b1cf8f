# Letters of other scripts are meant: they are words of the languages that use them.
"""The words of clients about mails that are passed on, besides those of `quote_words`.

Tables only, in the form that `quote_lines.fold` gives them.
"""

from typing import Final

from workorder.inbound.quote_lines import fold
from workorder.inbound.quote_words import FORWARD, FORWARD_PREFIXES, LABELS, Role

_MORE_FORWARD: Final = (
    *("message transmis", "edelleenlähetetty viesti", "iletilmiş mesaj"),  # Yahoo fr, fi, tr
    *("započni proslijeđenu poruku", "începe mesajul redirecționat"),  # Apple hr, ro
    *("ileti başlangıcı", "välitetty viesti / fwd.msg"),  # Apple tr, Thunderbird fi
    *("preposlaná správa --- forwarded message", "forwarded message (fwd)"),  # Thunderbird sk
)
FORWARD_WORDS: Final = frozenset(map(fold, (*FORWARD, *_MORE_FORWARD)))

# "----- Forwarded message from Jane Roe <jane@acme.example> -----": mutt and its kin
FORWARD_BEGINS: Final = tuple(
    map(
        fold,
        (
            *("forwarded message from ", "weitergeleitete nachricht von ", "message transféré de "),
            *("mensaje reenviado de ", "messaggio inoltrato da ", "doorgestuurd bericht van "),
        ),
    )
)
# "----- End forwarded message -----"
FORWARD_ENDS: Final = tuple(
    map(
        fold,
        (
            *("end forwarded message", "end of forwarded message", "end forwarded mail"),
            *("ende der weitergeleiteten nachricht", "ende weitergeleitete nachricht"),
            *("fin du message transféré", "fin del mensaje reenviado", "fine messaggio inoltrato"),
            *("einde doorgestuurd bericht", "fim da mensagem encaminhada"),
        ),
    )
)

_MORE_LABELS: Final[dict[Role, tuple[str, ...]]] = {
    Role.FROM: ("expeditorul",),
    Role.SENT: ("gönderilen", "отправлен", "надіслане"),
    Role.DATE: ("päiväys",),
    Role.TO: ("destinatarul", "pour", "adresat", "pre", "recipient"),
    Role.SUBJECT: ("subiectul",),
    Role.OTHER: (
        *("kopie (cc)", "másolat", "kópia", "odgovori na", "odpověď na", "válaszcím", "vastaus"),
        *("odpowiedź-do", "răspuns către", "yanıt adresi", "odpovedať-pre", "organisation"),
        *("кому відповісти", "ответ-кому", "resent-from", "resent-to", "resent-date", "sender"),
    ),
}
HEADER_LABELS: Final[dict[str, Role]] = {
    **{fold(word): role for role, words in _MORE_LABELS.items() for word in words},
    **{fold(word): role for word, role in LABELS.items()},
}

SUBJECT_FORWARDS: Final = frozenset(
    map(fold, (*FORWARD_PREFIXES, "trs", "redir.", "videresend", "weitergeleitet", "továb"))
)
SUBJECT_ANSWERS: Final = frozenset(
    map(
        fold,
        (
            *("re", "aw", "antw", "antwort", "sv", "vs", "rv", "res", "rif", "r", "odp", "ynt"),
            *("ref", "bls", "atb", "er", "vá", "vast", "cevap", "на", "ответ", "отв"),
            *("відп", "απ", "σχετ", "תשובה", "השב", "رد", "回复", "回覆", "答复", "답장", "返信"),
        ),
    )
)
# Danes and Norwegians forward with what Finns answer with; the word for the sender tells them
# apart.
SUBJECT_BY_SENDER: Final = frozenset({("vs", "fra")})
