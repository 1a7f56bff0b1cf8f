# Letters of other scripts are meant: they are words of the languages that use them.
"""The words of mail clients, by language: what they print above a quoted or forwarded mail.

Tables only; words are compared after `quote_lines.fold`, on both sides.
Languages stand in the comments by their ISO 639 code.
"""

from enum import Enum, auto


class Role(Enum):
    """What a line of a quoted header block tells."""

    FROM = auto()
    SENT = auto()
    DATE = auto()
    TO = auto()
    SUBJECT = auto()
    OTHER = auto()


_LABELS: dict[Role, tuple[str, ...]] = {
    Role.FROM: (
        *("from", "von", "de", "da", "van", "från", "fra", "lähettäjä", "od", "expéditeur"),
        *("от", "от кого", "отправитель", "від", "від кого", "kimden", "gönderen", "από"),
        *("feladó", "de la", "expeditor", "remitente", "mittente", "remetente", "afzender"),
        *("avsändare", "afsender", "avsender", "odesílatel", "odosielateľ", "nadawca", "saatja"),
        *("no", "nuo", "šalje", "pošiljatelj", "pošiljatelj", "подател", "od koga", "absender"),
        *("差出人", "送信者", "发件人", "發件人", "寄件者", "寄件人", "보낸 사람", "보낸사람"),
        *("מאת", "من", "từ", "người gửi", "dari", "จาก", "nga", "frá", "ó", "oddo"),
    ),
    Role.SENT: (
        *("sent", "gesendet", "envoyé", "envoye", "envoyé le", "enviado", "enviado el"),
        *("enviado em", "enviada", "enviada em", "enviada a", "inviato", "verzonden", "skickat"),
        *("sendt", "lähetetty", "wysłano", "wysłane", "odesláno", "odoslané", "отправлено"),
        *("надіслано", "відправлено", "gönderildi", "gönderilme tarihi", "gönderme tarihi"),
        *("στάλθηκε", "elküldve", "küldve", "trimis", "送信日時", "送信済み", "发送时间"),
        *("發送時間", "寄件日期", "傳送時間", "已傳送", "发送日期", "보낸 날짜", "보냄", "נשלח"),
        *("تم الإرسال", "أرسلت", "تاريخ الإرسال", "đã gửi", "dikirim", "ส่งเมื่อ", "poslano"),
        *("изпратено", "poslato", "saadetud", "išsiųsta", "nosūtīts", "sent at", "date sent"),
    ),
    Role.DATE: (
        *("date", "datum", "data", "fecha", "dato", "päivämäärä", "päiväys", "дата"),
        *("tarih", "ημερομηνία", "dátum", "dată", "日付", "日時", "日期", "时间", "時間", "날짜"),
        *("תאריך", "التاريخ", "ngày", "tanggal", "วันที่", "kuupäev", "date/time", "datum/tid"),
    ),
    Role.TO: (
        *("to", "an", "à", "a", "para", "aan", "till", "til", "vastaanottaja", "do", "komu"),
        *("кому", "до", "kime", "alıcı", "προς", "címzett", "către", "catre", "宛先", "收件人"),
        *(
            "收件者",
            "받는 사람",
            "받는사람",
            "אל",
            "إلى",
            "đến",
            "tới",
            "kepada",
            "ถึง",
            "empfänger",
        ),
        *("destinataire", "destinatario", "destinatário", "za", "prima", "primatelj", "saaja"),
        *("kam", "kam:", "mottagare", "modtager", "mottaker", "ontvanger", "pro", "для", "до кого"),
    ),
    Role.SUBJECT: (
        *("subject", "betreff", "objet", "asunto", "oggetto", "assunto", "onderwerp", "ämne"),
        *("emne", "aihe", "temat", "předmět", "predmet", "тема", "konu", "θέμα", "tárgy"),
        *(
            "subiect",
            "件名",
            "主题",
            "主題",
            "主旨",
            "제목",
            "נושא",
            "الموضوع",
            "chủ đề",
            "tiêu đề",
        ),
        *("subjek", "perihal", "เรื่อง", "относно", "naslov", "zadeva", "teema", "tema", "sujet"),
    ),
    Role.OTHER: (
        *("cc", "kopie", "copie", "copie à", "copia", "cópia", "kopia", "kopi", "kopio", "dw"),
        *(
            "копия",
            "копія",
            "bilgi",
            "κοιν",
            "másolatot kap",
            "抄送",
            "副本",
            "참조",
            "עותק",
            "نسخة",
        ),
        *("bcc", "cci", "cco", "ccn", "reply-to", "reply to", "antwort an", "répondre à"),
        *("responder a", "rispondi a", "responder para", "antwoord aan", "svara till", "svar til"),
        *("odpowiedz do", "importance", "wichtigkeit", "priority", "priorität", "attachments"),
        *("anlagen", "anhänge", "pièces jointes", "datos adjuntos", "allegati", "anexos"),
        *("bijlagen", "bilagor", "sent by", "organization", "sensitivity"),
    ),
}

LABELS: dict[str, Role] = {word: role for role, words in _LABELS.items() for word in words}

# no client prints these above a quoted mail: who pastes them shows a mail's source
SOURCE_LABELS: tuple[str, ...] = (
    *("message-id", "mime-version", "content-type", "content-transfer-encoding", "received"),
    *("return-path", "user-agent", "x-mailer", "dkim-signature", "delivered-to", "references"),
    *("in-reply-to", "authentication-results", "received-spf", "x-spam-status", "list-id"),
)

# "-----Original Message-----": what stands between the dashes above a quoted mail
ORIGINAL: frozenset[str] = frozenset(
    (
        *("original message", "original mail", "original email", "original e-mail"),  # en
        *("ursprüngliche nachricht", "ursprüngliche mail", "ursprüngliche e-mail"),  # de
        *("original-nachricht", "originalnachricht", "originalmail", "original-mail"),
        *("message d'origine", "message d’origine", "message original", "message initial"),  # fr
        *("mail original", "courriel d'origine", "e-mail d'origine"),
        *("mensaje original", "correo original", "mensaje de origen"),  # es
        *("messaggio originale", "messaggio di origine"),  # it
        *("mensagem original", "mensagem de origem"),  # pt
        *("oorspronkelijk bericht", "origineel bericht", "oorspronkelijke bericht"),  # nl
        *("ursprungligt meddelande", "originalmeddelande", "ursprungligt mail"),  # sv
        *("oprindelig meddelelse", "original meddelelse", "oprindelig besked"),  # da
        *("opprinnelig melding", "opprinnelig meldning", "original melding"),  # no
        *("alkuperäinen viesti", "alkuperäinen sähköposti"),  # fi
        *("oryginalna wiadomość", "wiadomość oryginalna", "oryginalny e-mail"),  # pl
        *("wiadomość pierwotna",),
        *("původní zpráva", "původní e-mail", "pôvodná správa", "originální zpráva"),  # cs, sk
        *("исходное сообщение", "исходное письмо", "оригинальное сообщение"),  # ru
        *("первоначальное сообщение", "original сообщение"),
        *("оригінальне повідомлення", "початкове повідомлення", "вихідне повідомлення"),  # uk
        *("orijinal ileti", "orijinal mesaj", "özgün ileti", "özgün mesaj", "asıl ileti"),  # tr
        *("αρχικό μήνυμα", "αυθεντικό μήνυμα"),  # el
        *("eredeti üzenet", "eredeti levél"),  # hu
        *("mesaj original", "mesajul original", "mesajul inițial"),  # ro
        *("оригинално съобщение", "izvorna poruka", "originalna poruka", "izvirno sporočilo"),
        *("元のメッセージ", "元のメール", "オリジナルメッセージ"),  # ja
        *("原始邮件", "原邮件", "邮件原件", "原始信息", "原始郵件", "原始訊息", "原郵件"),  # zh
        *("원본 메시지", "원본 메일", "원래 메시지", "원본메일"),  # ko
        *("הודעה מקורית", "ההודעה המקורית", "الرسالة الأصلية", "رسالة أصلية"),  # he, ar
        *("tin nhắn gốc", "thư gốc", "pesan asli", "ข้อความต้นฉบับ", "ข้อความเดิม"),  # vi, id, th
        *("algne kiri", "algne sõnum", "originalus laiškas", "sākotnējais ziņojums"),  # et, lt, lv
        *("reply message", "quoted message", "replied message", "vorherige nachricht"),
    )
)

# what stands between the dashes, or before the colon, above a forwarded mail
FORWARD: frozenset[str] = frozenset(
    (
        *("forwarded message", "begin forwarded message", "forwarded mail"),  # en
        *("forwarded email", "forwarded e-mail", "start of forwarded message", "fwd message"),
        *("begin forwarded mail", "forward message", "forwarded by"),
        *("weitergeleitete nachricht", "weitergeleitete mail", "weitergeleitete e-mail"),  # de
        *("anfang der weitergeleiteten nachricht", "anfang der weitergeleiteten e-mail"),
        *("message transféré", "message réexpédié", "début du message transféré"),  # fr
        *("début du message réexpédié", "courriel transféré", "mail transféré"),
        *("mensaje reenviado", "inicio del mensaje reenviado", "correo reenviado"),  # es
        *("comienzo del mensaje reenviado", "empieza el mensaje reenviado"),
        *("messaggio inoltrato", "inizio messaggio inoltrato", "messaggio rinviato"),  # it
        *("mensagem encaminhada", "mensagem reencaminhada"),  # pt
        *("início da mensagem encaminhada", "início da mensagem reencaminhada"),
        *("doorgestuurd bericht", "begin doorgestuurd bericht"),  # nl
        *("doorgezonden bericht", "begin van doorgestuurd bericht"),
        *("vidarebefordrat meddelande", "vidarebefordrat brev"),  # sv
        *("vidarebefordrat mejl", "börjar vidarebefordrat meddelande"),
        *("videresendt meddelelse", "videresendt besked", "videresendt mail"),  # da
        *("start på videresendt besked", "start på videresendt meddelelse"),
        *("videresendt melding", "videresendt e-post", "start på videresendt melding"),  # no
        *("videresendt epost", "begynnelse på videresendt melding"),
        *("välitetty viesti", "edelleenlähetetty viesti", "välitetty viesti alkaa"),  # fi
        *("przekazana wiadomość", "wiadomość przekazana", "treść przekazanej wiadomości"),  # pl
        *("początek przekazywanej wiadomości", "przekazywana wiadomość"),
        *("přeposlaná zpráva", "preposlaná správa", "předaná zpráva"),  # cs, sk
        *("začátek přeposílané zprávy", "začiatok preposlanej správy"),
        *("пересылаемое сообщение", "пересланное сообщение", "перенаправленное сообщение"),  # ru
        *("начало переадресованного сообщения", "пересылаемое письмо", "пересланное письмо"),
        *("начало пересылаемого сообщения", "перенаправленное письмо"),
        *("переслане повідомлення", "перенаправлене повідомлення"),  # uk
        *("початок листа, що пересилається", "переслане повідомлення починається"),
        *("iletilen ileti", "yönlendirilen ileti", "iletilmiş ileti", "iletilen mesaj"),  # tr
        *("yönlendirilen mesaj", "iletilen e-posta", "başlangıç iletilen ileti"),
        *("προωθημένο μήνυμα", "αρχή προωθημένου μηνύματος"),  # el
        *("továbbított üzenet", "továbbított levél", "továbbított üzenet kezdete"),  # hu
        *("mesaj redirecționat", "mesaj redirecţionat", "mesaj transmis"),  # ro
        *("început mesaj redirecționat",),
        *("препратено съобщение", "proslijeđena poruka", "posredovano sporočilo"),  # bg, hr, sl
        *("прослеђена порука", "edasi saadetud sõnum", "persiųstas laiškas"),
        *("転送されたメッセージ", "転送メッセージ", "転送されたメール"),  # ja
        *("转发的邮件", "转发邮件", "已转发邮件", "转发的信息", "下面是被转发的邮件"),  # zh
        *("轉寄的郵件", "轉寄郵件", "已轉寄的郵件", "以下是轉寄的信件", "以下是轉寄的郵件"),
        *("전달된 메시지", "전달된 메일", "전달된 이메일"),  # ko
        *("הודעה שהועברה", "תחילת ההודעה שהועברה"),  # he
        *("رسالة محولة", "رسالة معاد توجيهها", "بداية الرسالة المحولة"),  # ar
        *("tin nhắn được chuyển tiếp", "thư đã chuyển tiếp", "pesan terusan"),  # vi, id
        *("ข้อความที่ส่งต่อ",),  # th
    )
)

# the "wrote" of an attribution line; a name stands before or after it
WROTE_WORDS: tuple[str, ...] = (
    *("wrote", "writes", "has written"),  # en
    *("schrieb", "schreibt", "hat geschrieben", "geschrieben"),  # de
    *("a écrit", "a ecrit", "écrit", "avez écrit"),  # fr
    *("escribió", "escribio", "escribe", "ha escrito", "escribiste"),  # es
    *("ha scritto", "scrive", "scrisse", "hai scritto"),  # it
    *("escreveu", "escreve"),  # pt
    *("schreef", "geschreven", "schrijft"),  # nl
    *("skrev", "skriver", "har skrevet"),  # sv, da, no
    *("kirjoitti", "kirjoittaa"),  # fi
    *("napisał", "napisał(a)", "napisała", "pisze", "napisano", "nadesłał"),  # pl
    *("napsal", "napsal(a)", "napsala", "píše", "napísal", "napísal(a)", "napísala"),  # cs, sk
    *("написал", "написал(а)", "написала", "пишет", "писал", "писал(а)"),  # ru
    *("написав", "написав(ла)", "написала", "пише", "написа", "написано"),  # uk, bg, sr
    *("yazdı", "yazmış", "tarihinde şunu yazdı"),  # tr
    *("έγραψε", "έγραψες"),  # el
    *("írta", "ezt írta", "írt"),  # hu
    *("a scris", "scrie"),  # ro
    *("je napisao", "je napisao/la", "je napisala", "piše", "napisao", "je napisal", "je pisal"),
    *("kirjutas", "parašė", "rašė", "rakstīja"),  # et, lt, lv
    *("כתב", "כתבה", "כתב/ה", "كتب", "كتبت"),  # he, ar
    *("đã viết", "viết", "menulis", "skrifaði", "va escriure"),  # vi, id, is, ca
)

# scripts that put no spaces between words: found anywhere
WROTE_UNSPACED: tuple[str, ...] = (
    *("写道", "寫道", "写到", "來信", "のメール", "のメッセージ", "さんは書きました", "wrote"),
    *("は書きました", "님이 작성", "님이 다음을 작성", "작성", "님의 글", "เขียน", "เขียนว่า"),
)

# a person writes these in prose about somebody; no client puts them into an attribution
PRONOUNS: frozenset[str] = frozenset(
    (
        *("i", "we", "he", "she", "they", "it", "who", "which", "and", "because", "then"),
        *("ich", "wir", "er", "dann", "weil", "welche", "welcher"),
        *("je", "nous", "elle", "ils", "puis", "qui"),
        *("nosotros", "ella", "ellos", "luego", "quien", "noi", "lei", "loro", "poi"),
        *("nós", "eles", "depois", "wij", "zij", "toen", "vi", "han", "hun"),
    )
)
FIRST_PERSON: frozenset[str] = frozenset(("i", "we", "ich", "wir", "je", "nous", "yo", "nós"))
DETERMINERS: frozenset[str] = frozenset(
    (
        *("the", "our", "my", "your", "his", "her", "their", "its", "this", "that", "an"),
        *("der", "die", "das", "unser", "unsere", "mein", "meine", "ihr", "ihre", "ein", "eine"),
        *("le", "la", "les", "notre", "nos", "mon", "votre", "cette"),
        *("el", "los", "las", "nuestro", "nuestra", "una", "nostro", "nostra", "gli", "lo"),
        *("nosso", "nossa", "het", "onze", "mijn", "een"),
    )
)

# "see my answers below": the new words stand inside the quoted mail, so that must stay
POINTERS: tuple[str, ...] = (
    *("see below", "answers below", "comments below", "replies below", "responses below"),
    *("answered below", "see my answers", "see my comments", "comments inline", "answers inline"),
    *("replies inline", "responses inline", "reply inline", "see inline", "answered inline"),
    *("comments in red", "answers in red", "in red below", "in blue below", "in green below"),
    *("see the mail below", "see the email below", "see email below", "see mail below"),
    *("see forwarded", "siehe unten", "s. unten", "s.u.", "antworten unten", "unten in rot"),
    *("antworten im text", "antworten in rot", "siehe untenstehend", "siehe nachstehend"),
    *("voir ci-dessous", "réponses ci-dessous", "ci-dessous en rouge", "voir plus bas"),
    *("ver abajo", "ver más abajo", "respuestas abajo", "respondo abajo", "en rojo abajo"),
    *("vedi sotto", "risposte sotto", "risposte in rosso", "veja abaixo", "ver abaixo"),
    *("respostas abaixo", "zie onder", "zie hieronder", "antwoorden hieronder", "se nedan"),
    *("se nedenfor", "se nedenstående", "ks. alla", "patrz poniżej", "zob. poniżej", "viz níže"),
    *("см. ниже", "смотрите ниже", "ответы ниже", "див. нижче", "aşağıya bakın", "lásd alább"),
)

# other desks ask for the answer above a line; what stands below is theirs
REPLY_ABOVE: tuple[str, ...] = (
    *("reply above this line", "type your reply above", "write your reply above"),
    *("please reply above", "reply above the line", "antworten sie oberhalb", "oberhalb dieser"),
    *("répondez au-dessus de cette ligne", "répondre au-dessus de cette ligne"),
    *("responda por encima de esta línea", "responda encima de esta línea"),
    *("rispondi sopra questa riga", "responda acima desta linha", "antwoord boven deze regel"),
    *("svara ovanför denna rad", "svar over denne linje", "svar over denne linjen"),
)

# how a subject begins when the mail was forwarded and not answered
FORWARD_PREFIXES: tuple[str, ...] = (
    *("fw", "fwd", "wg", "tr", "rv", "i", "enc", "doorst", "vb", "videresendt", "vl", "pd", "tov"),
    *("ilt", "yönlendirme", "πρθ", "пересл", "fs", "fvs", "转发", "轉寄", "転送", "전달", "הועבר"),
)
