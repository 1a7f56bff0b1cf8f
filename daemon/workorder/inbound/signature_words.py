# Letters of other scripts are meant: they are words of the languages that use them.
"""The words of signatures, by language. Compared after `quote_lines.fold`, on both sides."""

# "Sent from my ..." begins with one of these ...
SENT_FIRST: tuple[str, ...] = (
    *("sent from", "sent via", "sent with", "sent by", "sent using", "sent on", "sent through"),
    *("message sent from", "sent securely from", "sent securely with", "posted from", "typed on"),
    *("written on", "composed on", "gesendet von", "gesendet mit", "gesendet über"),
    *("gesendet vom", "gesendet aus", "verschickt mit", "von unterwegs gesendet"),
    *("diese nachricht wurde von", "diese nachricht wurde mit"),
    *("diese e-mail wurde von", "envoyé de", "envoyé depuis", "envoyé à partir", "envoyé avec"),
    *("envoyé par", "envoyé via", "envoyée depuis", "enviado desde", "enviado con"),
    *("enviado por", "enviado de", "enviado do", "enviado a partir", "enviado via", "enviada do"),
    *("enviado pelo", "enviado com", "inviato da", "inviato dal", "inviato con", "inviata da"),
    *("inviato tramite", "inviato via", "verzonden vanaf", "verzonden met", "verzonden vanuit"),
    *("verzonden via", "verstuurd vanaf", "verstuurd met", "verstuurd vanuit", "verstuurd via"),
    *("skickat från", "skickades från", "skickat med", "skickat via", "skickad från"),
    *("sendt fra", "sendt med", "sendt via", "lähetetty", "wysłane z", "wysłano z", "wysłany z"),
    *("odesláno z", "odesláno ze", "odesláno pomocí", "odoslané z", "odoslané zo"),
    *("отправлено с", "отправлено из", "отправлено от", "послано с", "надіслано з"),
    *("відправлено з", "надіслано із", "изпратено от", "послато са", "poslano z", "poslano s"),
    *("poslano sa", "poslano iz", "στάλθηκε από", "εστάλη από", "αποστολή από", "trimis de pe"),
    *("trimis din", "elküldve", "saadetud", "išsiųsta iš", "nosūtīts no", "đã gửi từ"),
    *("gửi từ", "dikirim dari", "terkirim dari", "ส่งจาก", "נשלח מה", "נשלח מ"),
    *("أرسلت من", "أُرسلت من", "تم الإرسال من", "مرسل من", "发自", "發自", "从我的", "從我的"),
    *("来自我的", "來自我的", "傳送自", "传自", "<<sent", "(sent"),
)

# ... or is short and ends with one of these
SENT_LAST: tuple[str, ...] = (
    *("gesendet", "verschickt", "gönderildi", "から送信", "より送信", "에서 보냄"),
    *("에서 보냈습니다", "küldve", "elküldve", "küldött üzenet", "傳送", "发送", "發送", "傳送自"),
)

# what is named in it
DEVICES: tuple[str, ...] = (
    *("iphon", "ipad", "ipod", "android", "blackberry", "samsung", "galaxy", "huawei", "xiaomi"),
    *("redmi", "nokia", "htc", "xperia", "oneplus", "pixel", "motorola", "lumia", "fairphone"),
    *(
        "windows",
        "phone",
        "mobile",
        "mobil",
        "mobilgerät",
        "mobiltelefon",
        "cell",
        "handy",
        "tablet",
        "telefon",
        "telefoon",
    ),
    *("téléphone", "teléfono", "telefone", "telefono", "celular", "móvil", "movil", "portable"),
    *("puhelim", "telefón", "telefonu", "телефон", "смартфон", "мобильн", "мобільн", "κινητό"),
    *("手机", "手機", "携帯", "スマートフォン", "휴대폰", "smartphone", "palm", "treo", "device"),
    *("outlook", "yahoo", "gmail", "aol", "mailbox", "airmail", "spark", "proton", "icloud"),
    *("thunderbird", "k-9", "fairemail", "bluemail", "mymail", "typeapp", "edison", "newton"),
    *("superhuman", "canary", "mailspring", "postbox", "em client", "emclient", "zoho", "gmx"),
    *("web.de", "tutanota", "tuta", "zimbra", "hotmail", "nine", "boxer", "mail app", "mail for"),
    *("mail.ru", "яндекс", "yandex", "почт", "mail für", "courrier pour", "correo para"),
    *("posta per", "email app", "e-mail app", "mail]", "mail<", "mail <", "verizon", "t-mobile"),
    *("at&t", "rogers", "telus", "sprint", "macbook", "mac", "surface", "apple", "vivo", "oppo"),
    *("honor", "realme", "wiko", "free mobile", "orange", "siri", "watch", "移动"),
)

# what may follow the device: "Sent from my cell, please excuse any typos."
EXCUSES: tuple[str, ...] = (
    *("please", "excuse", "pardon", "sorry", "apolog", "forgive", "typo", "brief", "bitte"),
    *("entschuldig", "tippfehler", "veuillez", "excusez", "disculp", "perdon", "desculp", "scus"),
    *("get the", "now free", "free", "kostenlos", "organize your", "so there may", "may contain"),
    *("all typos", "http", "www", "learn more", "mehr", "on the", "over the", "via", "from"),
)

CLOSINGS: tuple[str, ...] = (
    *("best regards", "kind regards", "warm regards", "warmest regards", "regards", "best"),
    *("with best regards", "with kind regards", "kindest regards", "best wishes", "all the best"),
    *("cheers", "thanks", "thank you", "many thanks", "thanks and regards", "thx", "ta"),
    *("thanks in advance", "thank you in advance", "thanks again", "thank you very much"),
    *("thanks and best regards", "thanks and kind regards", "sincerely", "sincerely yours"),
    *("yours sincerely", "yours faithfully", "yours truly", "yours", "respectfully", "cordially"),
    *("rgds", "br", "kr", "brgds", "with thanks", "thank you and best regards", "thanks so much"),
    *("thank you and kind regards", "very best regards", "very best", "take care"),
    *("mit freundlichen grüßen", "mit freundlichem gruß", "freundliche grüße", "beste grüße"),
    *("mit freundlichen grüssen", "freundliche grüsse", "viele grüße", "liebe grüße", "grüße"),
    *("schöne grüße", "herzliche grüße", "gruß", "viele grüsse", "mit besten grüßen", "mfg"),
    *("mit lieben grüßen", "mit herzlichen grüßen", "vg", "lg", "hg", "bg", "besten gruß"),
    *("beste grüsse", "vielen dank", "danke", "besten dank", "hochachtungsvoll", "danke und gruß"),
    *("vielen dank und freundliche grüße", "vielen dank und viele grüße", "mit freundlichen gruß"),
    *("cordialement", "bien cordialement", "très cordialement", "bien à vous", "bien à toi"),
    *("salutations", "meilleures salutations", "sincères salutations", "salutations distinguées"),
    *(
        "merci",
        "merci d'avance",
        "merci beaucoup",
        "cdlt",
        "cdt",
        "bien amicalement",
        "amicalement",
    ),
    *("saludos", "un saludo", "atentamente", "saludos cordiales", "cordialmente", "gracias"),
    *("un cordial saludo", "muchas gracias", "atte", "reciba un cordial saludo", "atte."),
    *("cordiali saluti", "distinti saluti", "saluti", "un saluto", "grazie", "grazie mille"),
    *("un cordiale saluto", "cordialità", "buona giornata", "atenciosamente", "cumprimentos"),
    *("com os melhores cumprimentos", "melhores cumprimentos", "att", "abraço", "abraços"),
    *("obrigado", "obrigada", "abs", "grato", "grata", "met vriendelijke groet", "groet"),
    *("met vriendelijke groeten", "vriendelijke groeten", "vriendelijke groet", "groeten", "mvg"),
    *("hartelijke groet", "bedankt", "alvast bedankt", "med vänliga hälsningar", "mvh", "tack"),
    *("vänliga hälsningar", "med vänlig hälsning", "vänlig hälsning", "hälsningar", "hälsning"),
    *("bästa hälsningar", "med venlig hilsen", "venlig hilsen", "hilsen", "mange tak", "tak"),
    *("de bedste hilsner", "med vennlig hilsen", "vennlig hilsen", "beste hilsen", "vh", "takk"),
    *("ystävällisin terveisin", "terveisin", "terv", "parhain terveisin", "kiitos", "t"),
    *("pozdrawiam", "z poważaniem", "serdecznie pozdrawiam", "pozdrowienia", "dziękuję", "pozdr"),
    *("s pozdravem", "s přátelským pozdravem", "děkuji", "s pozdravom", "ďakujem", "lep pozdrav"),
    *("с уважением", "с наилучшими пожеланиями", "спасибо", "всего доброго", "з повагою"),
    *("дякую", "с поздрави", "поздрави", "s poštovanjem", "srdačan pozdrav", "lp"),
    *("saygılarımla", "iyi çalışmalar", "saygılar", "teşekkürler", "teşekkür ederim"),
    *("üdvözlettel", "tisztelettel", "köszönettel", "üdv", "köszönöm", "cu stimă", "cu respect"),
    *("mulțumesc", "o zi bună", "με εκτίμηση", "ευχαριστώ", "φιλικά", "parimate soovidega"),
    *("lugupidamisega", "pagarbiai", "ar cieņu", "trân trọng", "salam", "hormat kami"),
    *("此致", "敬礼", "祝好", "谢谢", "謝謝", "以上", "敬具", "감사합니다", "בברכה", "تحياتي"),
    *("مع التحية", "مع أطيب التحيات", "תודה", "ขอแสดงความนับถือ"),
)

# a line that holds one of these reports something, however short it is
REPORTING: tuple[str, ...] = (
    *("serial", "s/n", "asset", "tag", "ticket", "order", "error", "fehler", "model", "modell"),
    *("printer", "drucker", "server", "laptop", "monitor", "password", "passwort", "kennwort"),
    *("ps", "p.s", "p.s.", "pps", "nb", "n.b.", "note", "urgent", "dringend", "inventar"),
    *("seriennummer", "erreur", "imprimante", "impresora", "stampante", "ip", "pc", "wo", "room"),
)

# parts of addresses and companies; a signature has some of them
COMPANY_FORMS: tuple[str, ...] = (
    *("ltd", "ltd.", "limited", "inc", "inc.", "llc", "llp", "plc", "corp", "corp.", "gmbh"),
    *("ag", "kg", "ohg", "ug", "e.v.", "s.a.", "sarl", "s.a.r.l.", "sas", "eurl", "s.l."),
    *("s.r.l.", "srl", "spa", "s.p.a.", "b.v.", "bv", "n.v.", "nv", "ab", "a/s", "aps", "asa"),
    *("oy", "oyj", "s.r.o.", "a.s.", "kft", "kft.", "zrt", "ooo", "pty", "gbr", "e.k.", "d.o.o."),
    *("ооо", "зао", "оао", "тов", "a.ş.", "ltda", "ltda.", "株式会社", "有限公司"),
)

CONTACT_LABELS: tuple[str, ...] = (
    *("t", "m", "p", "f", "e", "w", "o", "d", "c", "tel", "phone", "telephone", "mobile", "mob"),
    *("cell", "fax", "office", "direct", "email", "e-mail", "mail", "web", "website", "skype"),
    *("telefon", "mobil", "handy", "telefax", "fon", "internet", "tél", "téléphone", "portable"),
    *("teléfono", "móvil", "correo", "telefono", "cellulare", "telefone", "telemóvel", "telefoon"),
    *("mobiel", "telefon", "mobiltelefon", "puh", "puhelin", "gsm", "kom", "тел", "моб", "факс"),
    *("tlf", "ph", "dw", "ext", "durchwahl", "zentrale", "linkedin", "twitter", "teams", "手机"),
    *("main", "toll", "free", "desk", "work", "home", "whatsapp", "url", "http", "https", "電話"),
)

# How a disclaimer begins to speak of itself, and what it says; by language.
DISCLAIMER_SELF: tuple[str, ...] = (
    *("this e-mail", "this email", "this message", "this communication", "this transmission"),
    *("the information contained in this", "the information in this", "the contents of this"),
    *("the content of this", "confidentiality notice", "confidentiality note", "disclaimer"),
    *("legal notice", "privileged and confidential", "important notice", "this electronic"),
    *("diese e-mail", "diese email", "diese mail", "diese nachricht", "der inhalt dieser"),
    *("die in dieser", "hinweis zur vertraulichkeit", "vertraulichkeitshinweis", "rechtshinweis"),
    *(
        "ce message",
        "cet e-mail",
        "cet email",
        "ce courriel",
        "ce courrier",
        "les informations con",
    ),
    *("este mensaje", "este correo", "este e-mail", "la información contenida", "aviso legal"),
    *("questo messaggio", "questa e-mail", "questa email", "le informazioni con", "la presente"),
    *("avviso di riservatezza", "esta mensagem", "esta comunicação", "este email", "aviso de conf"),
    *("dit bericht", "deze e-mail", "deze email", "de informatie in", "dit e-mailbericht"),
    *(
        "detta meddelande",
        "detta mejl",
        "denne e-mail",
        "denne e-post",
        "denne mail",
        "tämä viesti",
    ),
    *("ta wiadomość", "niniejsza wiadomość", "treść tej wiadomości", "wiadomość ta", "tato zpráva"),
    *("данное сообщение", "это сообщение", "настоящее сообщение", "информация, содержащаяся"),
    *("це повідомлення", "bu e-posta", "bu mesaj", "bu ileti", "ez az üzenet", "ez az e-mail"),
    *("acest mesaj", "acest e-mail", "cette communication", "本邮件", "此邮件", "このメール"),
)
DISCLAIMER_SAYS: tuple[str, ...] = (
    *("confidential", "intended", "recipient", "privileged", "unauthori", "in error", "delet"),
    *("destroy", "notify", "liab", "disclos", "prohibited", "distribut", "addressee", "viruses"),
    *("vertraulich", "empfänger", "adressat", "irrtümlich", "unbefugt", "vernicht", "lösch"),
    *("nicht gestattet", "informieren", "unzulässig", "confidentiel", "destinatair", "erreur"),
    *("détrui", "usage exclusif", "interdit", "expéditeur", "confidencial", "destinatari"),
    *("por error", "elimin", "borr", "prohibid", "destru", "riservat", "per errore", "cancell"),
    *("distrugg", "vietat", "mittente", "por engano", "por erro", "apag", "proibid", "remetente"),
    *("vertrouwelijk", "geadresseerde", "bestemd", "abusievelijk", "vergissing", "ten onrechte"),
    *("vernietig", "verwijder", "afzender", "konfidentiel", "konfidentiell", "avsedd", "mottagare"),
    *("fortrolig", "modtager", "mottaker", "slet", "luottamuksel", "vastaanottaja", "poufn"),
    *("adresat", "omyłk", "przez pomyłkę", "usun", "důvěrn", "omylem", "конфиденциальн"),
    *("получател", "адресат", "по ошибке", "удал", "уничтож", "конфіденційн", "помилк", "gizli"),
    *("alıcı", "yanlışlıkla", "siliniz", "bizalmas", "címzett", "tévedés", "confidenția", "保密"),
    *("机密", "机密信息", "删除", "机密", "秘密", "機密"),
)

# lines that gateways and virus scanners add
FOOTERS: tuple[str, ...] = (
    *("virus-free", "this email has been checked for viruses", "virenfrei"),
    *("this email was scanned", "this message has been scanned", "no virus found in this"),
    *("diese e-mail wurde von avast", "diese e-mail wurde auf viren", "cet e-mail a été vérifié"),
    *("garanti sans virus", "l'absence de virus dans ce courrier", "libre de virus"),
    *("este correo electrónico ha sido comprobado", "privo di virus", "mail priva di virus"),
    *("questa e-mail è stata controllata", "livre de vírus", "virusvrij", "wolny od wirusów"),
    *("please consider the environment before", "consider the environment before printing"),
    *("think before you print", "save a tree", "bitte denken sie an die umwelt", "avast logo"),
    *("pensez à l'environnement", "antes de imprimir", "prima di stampare", "denk aan het milieu"),
    *("questo messaggio e' stato analizzato", "проверено на вирусы", "без вирусов"),
    "yahoo mail: search, organize, conquer",
)
