# Words in all the scripts that clients write them in, some of which look like Latin letters.
# ruff: noqa: PLE2502
import sys
from types import FrameType

import pytest
from _pytest.mark import ParameterSet
from hypothesis import given, settings
from hypothesis import strategies as st

from workorder.inbound.quotes import forwarded_text, new_text, new_text_of

NEW = "It prints again.\n\nWill you send the invoice?"

# client and language, the lines above the quoted mail
ATTRIBUTIONS = [
    ("gmail en", "On Tue, Feb 2, 2016 at 10:12 AM, Jane Roe <jane@acme.example> wrote:"),
    ("gmail en wrapped", "On Tue, Feb 2, 2016 at 10:12 AM, Jane Roe <\njane@acme.example> wrote:"),
    (
        "gmail en wrapped twice",
        "On Tue, Feb 2, 2016 at 10:12 AM, Jane Roe of Northwind IT\n<jane@acme.example>\nwrote:",
    ),
    ("gmail en narrow space", "On Tue, Feb 2, 2016 at 10:12 AM Jane <j@acme.example> wrote:"),
    ("gmail de", "Am Di., 2. Feb. 2016 um 10:12 Uhr schrieb Jane Roe <jane@acme.example>:"),
    ("gmail de wrapped", 'Am 02.02.2016 10:12 schrieb "Jane Roe" <jane@acme.example\n>:'),
    (
        "gmail split address",
        "On 2 Feb 2016 at 10:12 Jane Roe\n\n<\nmailto:jane@acme.example\n> wrote:",
    ),
    ("inbox de", "Jane Roe <jane@acme.example> schrieb am Di., 2. Feb. 2016,\n10:12:"),
    ("gmail fr", "Le mar. 2 févr. 2016 à 10:12, Jane Roe <jane@acme.example> a écrit :"),
    ("gmail es", "El mar, 2 feb 2016 a las 10:12, Jane Roe (<jane@acme.example>) escribió:"),
    ("gmail it", "Il giorno mar 2 feb 2016 alle ore 10:12 Jane <j@acme.example> ha scritto:"),
    ("gmail pt", "Em ter., 2 de fev. de 2016 às 10:12, Jane Roe <\njane@acme.example> escreveu:"),
    ("gmail nl", "Op di 2 feb. 2016 om 10:12 schreef Jane Roe <jane@acme.example>:"),
    ("gmail sv", "Den tis 2 feb. 2016 kl 10:12 skrev Jane Roe <jane@acme.example>:"),
    ("gmail da", "Den tir. 2. feb. 2016 kl. 10.12 skrev Jane Roe <jane@acme.example>:"),
    ("gmail no", "tir. 2. feb. 2016 kl. 10:12 skrev Jane Roe <jane@acme.example>:"),
    ("gmail fi", "ti 2. helmik. 2016 klo 10.12 Jane Roe (jane@acme.example) kirjoitti:"),
    ("gmail pl", "wt., 2 lut 2016 o 10:12 Jane Roe <jane@acme.example> napisał(a):"),
    ("gmail cs", "út 2. 2. 2016 v 10:12 odesílatel Jane Roe <jane@acme.example> napsal:"),
    ("gmail ru", "вт, 2 февр. 2016 г. в 10:12, Jane Roe <jane@acme.example>:"),
    ("gmail uk", "вт, 2 лют. 2016 р. о 10:12 Jane Roe <jane@acme.example> пише:"),
    ("gmail tr", "Jane Roe <jane@acme.example>, 2 Şub 2016 Sal, 10:12 tarihinde şunu yazdı:"),
    ("gmail el", "Στις Τρί, 2 Φεβ 2016 στις 10:12 π.μ., Jane <j@acme.example> έγραψε:"),
    ("gmail hu", "Jane Roe <jane@acme.example> ezt írta (időpont: 2016. febr. 2., K, 10:12):"),
    ("gmail ro", "În mar., 2 feb. 2016 la 10:12, Jane Roe <jane@acme.example> a scris:"),
    ("gmail ja", "2016年2月2日(火) 10:12 Jane Roe <jane@acme.example>:"),
    ("gmail zh", "Jane Roe <jane@acme.example> 于2016年2月2日周二 上午10:12写道：\n"),
    ("gmail ko", "2016년 2월 2일 (화) 오전 10:12, Jane Roe <jane@acme.example>님이 작성:"),
    ("gmail he", "‫בתאריך יום ג׳, 2 בפבר׳ 2016 ב-10:12 מאת ‪Jane Roe‬‏ <‪jane@acme.example‬‏>:‬"),
    ("gmail ar", "في الثلاثاء، 2 فبراير 2016 10:12 ص Jane Roe <jane@acme.example> كتب:"),
    ("gmail vi", "Vào Th 3, 2 thg 2, 2016 vào lúc 10:12 Jane <j@acme.example> đã viết:"),
    ("gmail id", "Pada tanggal Sel, 2 Feb 2016 pukul 10.12 Jane <j@acme.example> menulis:"),
    ("gmail older", "2016-02-02 10:12 GMT+01:00 Jane Roe <jane@acme.example>:"),
    ("apple en", "On Feb 2, 2016, at 10:12 AM, Jane Roe <jane@acme.example> wrote:"),
    ("apple fr", "Le 2 févr. 2016 à 10:12, Jane Roe <jane@acme.example> a écrit :"),
    (
        "apple nl",
        "Op 2 feb. 2016 om 10:12 heeft Jane Roe <j@acme.example> het volgende\ngeschreven:",
    ),
    ("apple zh", "在 2016年2月2日，上午10:12，Jane Roe <jane@acme.example> 写道："),
    ("apple ja", "2016/02/02 10:12、Jane Roe <jane@acme.example>のメール:"),
    ("thunderbird de", "Am 02.02.2016 um 10:12 schrieb Jane Roe:"),
    ("thunderbird fr", "Le 02/02/2016 à 10:12, Jane Roe a écrit :"),
    ("thunderbird pl", "W dniu 02.02.2016 o 10:12, Jane Roe pisze:"),
    ("thunderbird ru", "02.02.2016 10:12, Jane Roe пишет:"),
    ("outlook mobile", 'On Tue, Feb 2, 2016 at 10:12 AM -0800, "Jane" <j@acme.example> wrote:'),
    ("yahoo", "On Tuesday, February 2, 2016, 10:12:00 AM EST, Jane <j@acme.example> wrote:"),
    ("yahoo classic", "--- On Tue, 2/2/16, Jane Roe <jane@acme.example> wrote:"),
    ("yandex", '02.02.2016, 10:12, "Jane Roe" <jane@acme.example>:'),
    ("mail.ru", "Вторник, 2 февраля 2016, 10:12 +03:00 от Jane Roe <jane@acme.example>:"),
    ("zoho", "---- On Tue, 02 Feb 2016 10:12:00 +0100 Jane <j@acme.example> wrote ----"),
    ("lotus notes", "Jane Roe/Northwind wrote on 02/02/2016 10:12:00 AM:"),
    ("gmx", "Jane Roe <jane@acme.example> schrieb am 02.02.2016, 10:12:"),
    ("spark", "On 2 Feb 2016, 10:12 +0100, Jane Roe <jane@acme.example>, wrote:"),
    ("evolution", "On Tue, 2016-02-02 at 10:12 +0100, Jane Roe wrote:"),
]

HEADER_BLOCKS = [
    ("outlook en", "From: Jane <j@acme.example>\nSent: Tuesday, 2 February 2016 10:12\nTo: Help"),
    (
        "outlook de",
        "Von: Jane Roe\nGesendet: Dienstag, 2. Februar 2016 10:12\nAn: Help\nBetreff: x",
    ),
    ("outlook fr", "De : Jane Roe\nEnvoyé : mardi 2 février 2016 10:12\nÀ : Help\nObjet : x"),
    (
        "outlook es",
        "De: Jane Roe\nEnviado el: martes, 2 de febrero de 2016 10:12\nPara: Help\nAsunto: x",
    ),
    ("outlook it", "Da: Jane Roe\nInviato: martedì 2 febbraio 2016 10:12\nA: Help\nOggetto: x"),
    (
        "outlook pt",
        "De: Jane Roe\nEnviado: terça-feira, 2 de fevereiro de 2016\nPara: H\nAssunto: x",
    ),
    ("outlook nl", "Van: Jane Roe\nVerzonden: dinsdag 2 februari 2016 10:12\nAan: H\nOnderwerp: x"),
    ("outlook sv", "Från: Jane Roe\nSkickat: den 2 februari 2016 10:12\nTill: Help\nÄmne: x"),
    ("outlook da", "Fra: Jane Roe\nSendt: 2. februar 2016 10:12\nTil: Help\nEmne: x"),
    (
        "outlook fi",
        "Lähettäjä: Jane Roe\nLähetetty: 2. helmikuuta 2016 10:12\nVastaanottaja: H\nAihe: x",
    ),
    ("outlook pl", "Od: Jane Roe\nWysłano: wtorek, 2 lutego 2016 10:12\nDo: Help\nTemat: x"),
    ("outlook cs", "Od: Jane Roe\nOdesláno: úterý 2. února 2016 10:12\nKomu: Help\nPředmět: x"),
    ("outlook ru", "От: Jane Roe\nОтправлено: 2 февраля 2016 г. 10:12\nКому: Help\nТема: x"),
    ("outlook tr", "Kimden: Jane Roe\nGönderildi: 2 Şubat 2016 Salı 10:12\nKime: Help\nKonu: x"),
    ("outlook el", "Από: Jane Roe\nΣτάλθηκε: Τρίτη, 2 Φεβρουαρίου 2016 10:12\nΠρος: H\nΘέμα: x"),
    ("outlook hu", "Feladó: Jane Roe\nElküldve: 2016. február 2. 10:12\nCímzett: H\nTárgy: x"),
    ("outlook ja", "差出人: Jane Roe\n送信日時: 2016年2月2日 10:12\n宛先: Help\n件名: x"),
    ("outlook zh", "发件人： Jane Roe\n发送时间： 2016年2月2日 10:12\n收件人： Help\n主题： x"),
    (
        "outlook ko",
        "보낸 사람: Jane Roe\n보낸 날짜: 2016년 2월 2일 10:12\n받는 사람: Help\n제목: x",
    ),
    ("outlook bold", "*From:* Jane Roe\n*Sent:* Tuesday, 2 February 2016\n*To:* H\n*Subject:* x"),
    ("outlook mac", "From: Jane <j@acme.example>\nDate: Tuesday, 2 February 2016 at 10:12\nTo: H"),
    (
        "outlook line",
        "________________________________\nFrom: J\nSent: 2 Feb 2016\nTo: H\nSubject: x",
    ),
    (
        "outlook wrapped",
        "From: J\nSent: 2 Feb 2016\nTo: a@b.example;\n c@d.example\nSubject: x",
    ),
    ("outlook html", "From: Jane Roe\n\nSent: 2 February 2016\n\nTo: Help\n\nSubject: x"),
    ("web.de", 'Gesendet: Dienstag, 2. Februar 2016 um 10:12 Uhr\nVon: "J" <j@a.example>\nAn: H'),
    (
        "hotmail",
        "Date: Tue, 2 Feb 2016 10:12:00 +0100\nFrom: j@acme.example\nTo: h@n.example\nSubject: x",
    ),
    (
        "outlook subject",
        (
            "From: J\nSent: 2 Feb 2016\nTo: H\nSubject: The printer on the second floor, room 204,"
            " does\nnot print"
        ),
    ),
    ("original en", "-----Original Message-----\nFrom: Jane Roe"),
    ("original de", "-----Ursprüngliche Nachricht-----\nVon: Jane Roe"),
    ("original fr", "-----Message d'origine-----\nDe : Jane Roe"),
    ("original es", "-----Mensaje original-----\nDe: Jane Roe"),
    ("original ru", "-------- Исходное сообщение --------\nОт: Jane Roe"),
    ("proton", "‐‐‐‐‐‐‐ Original Message ‐‐‐‐‐‐‐\nOn Tuesday, Jane Roe wrote:"),
    (
        "samsung",
        "-------- Original message --------\nFrom: J Date: 2/2/16 10:12 AM (GMT+01:00) To: H",
    ),
    (
        "blackberry",
        "  Original Message  \nFrom: Jane Roe\nSent: 2 February 2016\nTo: H\nSubject: x",
    ),
    ("helpdesk", "##- Please type your reply above this line -##"),
]

FORWARDS = [
    "---------- Forwarded message ---------\nFrom: Bob <b@acme.example>\nDate: Tue, Feb 2, 2016",
    "Begin forwarded message:\n\n> From: Bob <b@acme.example>\n> Subject: Toner",
    "> Begin forwarded message:\n>\n> From: Bob <b@acme.example>\n> Subject: Toner",
    "-------- Weitergeleitete Nachricht --------\nBetreff: Toner\nVon: Bob <b@acme.example>",
    "-------- Message transféré --------\nSujet : Toner\nDe : Bob <b@acme.example>",
    "Anfang der weitergeleiteten Nachricht:\n\n> Von: Bob <b@acme.example>\n> Betreff: Toner",
    "-------- Пересылаемое сообщение --------\n02.02.2016, 10:12, Bob <b@acme.example>:",
    "---------- 転送されたメッセージ ----------\n差出人: Bob <b@acme.example>",
]

MOBILE = [
    "Sent from my iPhone",
    "Sent from my iPad.",
    "Sent from my Samsung Galaxy smartphone.",
    "Sent from my Verizon, Samsung Galaxy smartphone",
    "Sent from Yahoo Mail for iPhone",
    "Sent from Mail for Windows 10",
    "Sent from Outlook for Android<https://aka.ms/x>",
    "Sent from my phone, please excuse typos.",
    "Sent via BlackBerry by AT&T",
    "Sent with Proton Mail secure email.",
    "Get Outlook for iOS<https://aka.ms/o0ukef>",
    "Outlook für Android beziehen",
    "Von meinem iPhone gesendet",
    "Gesendet von meinem Samsung Galaxy Smartphone.",
    "Gesendet mit der WEB.DE Mail App",
    "Envoyé de mon iPhone",
    "Obtenir Outlook pour iOS",
    "Enviado desde mi iPhone",
    "Enviado do meu iPhone",
    "Inviato da iPhone",
    "Verstuurd vanaf mijn iPhone",
    "Skickat från min iPhone",
    "Sendt fra min iPad",
    "Lähetetty iPhonesta",
    "Wysłane z iPhone'a",
    "Odesláno z iPhonu",
    "Отправлено с iPhone",
    "Надіслано з iPhone",
    "iPhone'umdan gönderildi",
    "Στάλθηκε από το iPhone μου",
    "Trimis de pe iPhone-ul meu",
    "iPhoneから送信",
    "나의 iPhone에서 보냄",
    "发自我的iPhone",
    "從我的 iPhone 傳送",
    "נשלח מה-iPhone שלי",
    "Gửi từ iPhone của tôi",
    "<<sent by galaxy>>",
]

SIGNATURES = [
    "-- \nJane Roe\nAcme Ltd",
    "--\nJane Roe\nHead of Accounts, Acme Ltd\n+44 20 7946 0000\nwww.acme.example",
    "Best regards,\n\nJane Roe\nIT Manager\nAcme Ltd\nTel. +44 20 7946 0000\njane@acme.example",
    "Thanks & regards\nJane Roe | Acme Ltd | +44 20 7946 0000\nAcme Ltd, London",
    "Mit freundlichen Grüßen\n\nJane Roe\nAcme GmbH\nHauptstr. 1\n80331 München\nwww.acme.example",
    "Cordialement,\nJane Roe\nResponsable comptabilité\nTél. : 01 99 00 00 00",
    "Met vriendelijke groet,\n\nJane Roe\nAcme B.V.\nT +31 20 000 0000",
    "С уважением,\nЯна Роу\nООО Акме\nтел. +7 495 000-00-00",
    (
        "-- \nJane Roe\n\nThis e-mail and any attachments are confidential and intended solely for"
        " the addressee. If you have received it in error, please notify the sender and delete it."
    ),
    (
        "This message is confidential and intended only for the recipient named above. If it"
        " reached you in error, notify the sender, delete it and do not disclose its content."
    ),
    (
        "Diese E-Mail enthält vertrauliche Informationen. Wenn Sie nicht der richtige Empfänger"
        " sind oder diese E-Mail irrtümlich erhalten haben, informieren Sie bitte den Absender und"
        " vernichten Sie diese Mail."
    ),
    (
        "_______________________________________________\nstaff mailing list\n"
        "staff@lists.acme.example\nhttps://lists.acme.example/listinfo/staff"
    ),
    "Virus-free. www.avast.com",
    "ᐧ",
    "Sent from my iPhone\n\n-- \nJane",
    "Kind regards\n\nJane\n\n[cid:image001.png]\n\nJane Roe\nOffice Manager\n\n+44 (0)20 7946 0000",
    (
        "Jane Roe\nIT Manager | Acme Ltd\nT: +44 20 7946 0000 | M: +44 7700 900000\n\nThis email is"
        " confidential and intended solely for the addressee. If you are not the intended"
        " recipient, please notify the sender and delete it."
    ),
]

# what is there stays
KEPT = [
    ("prose about writing", "On Monday the printer wrote:\n\nPaper jam in tray 2\n\nWhat is that?"),
    ("dated prose", "On 3 May 2024 at 10:15 the log wrote:\n\nE-4711\n\nHelp please."),
    ("a colleague's words", "I asked Bob <b@acme.example> and he wrote:\n\nAsk the desk.\n\nSo?"),
    ("two pasted header lines", "The bounce says\nFrom: m@acme.example\nSent: never\nand ends."),
    (
        "header lines in prose",
        (
            "It came as\nFrom: s@acme.example\nSent: 2 May 2024 10:15\nTo: me\n"
            "and no subject at all.\n\nWhat is that?"
        ),
    ),
    (
        "two exact header lines",
        "It has\n\nFrom: s@acme.example\nSent: 2 May 2024 10:15\n\nNothing else.",
    ),
    (
        "a pasted mail",
        (
            "Is this one real? I got:\n\nFrom: Bank <b@bank.example>\nSent: 2 May 2024 10:12\n"
            "To: jane@acme.example\nSubject: Account\n\nClick here!\n\nI did not click."
        ),
    ),
    (
        "a pasted source",
        (
            "This mail is held back.\n\nReceived: from a.example by b.example\n"
            "Message-ID: <1@a.example>\nDate: Tue, 2 Feb 2016 10:12:00 +0100\n"
            "From: bob@a.example\nTo: jane@acme.example\nSubject: Toner\n\nWhy is that?"
        ),
    ),
    ("a delivery", "Please move the rack.\n\nFrom: Berlin\nTo: Munich\nDate: 3 May 2024\n\nThanks"),
    ("an appointment", "Meet?\n\nDate: Wednesday, 3 May\nTime: 7:00\nAddress: 1 Fox St\n\nOK?"),
    ("a log with prompts", "I typed\n> ipconfig /all\nand saw\n> 0.0.0.0\nWhat is wrong?"),
    ("an announced log at the end", "The screen shows:\n> error 5\n> access denied"),
    ("a comparison", "It happens when load\n> 5 users, and then stops."),
    ("an ornament", "It says\n>>> link <<<\nand nothing else."),
    ("a power shell", "I ran\nPS> Get-Service\nPS> Restart-Service Spooler\nwithout success"),
    ("a table with bars", "Stock on 2024-05-03 10:15:\n| PC | 3 |\n| Mouse | 2 |"),
    ("a rule inside", "First case\n--------------------\nIt does not start.\n\nSecond: no sound."),
    ("options", "These fail:\n-- verbose\n-- quiet\nWhich one is right?"),
    ("dashes in a line", "The fix -- not a signature -- works.\n\nGood."),
    ("a question below dashes", "Server list: A, B\n--\nShall we restart both?"),
    (
        "a plan below dashes",
        (
            "Today: server A\n--\nServer B needs new disks, so it waits until the vendor has sent"
            " them, which takes a week."
        ),
    ),
    ("a list below dashes", "Please order\n--\n1. toner\n2. paper"),
    ("sent from a desk", "Nice.\n\nSent from my desk, is much easier than on the phone."),
    ("sent in prose", "The report was\nsent from the scanner to the wrong folder."),
    ("a German telephone", "Hallo,\n\nvon meinem Handy aus kann ich nicht drucken."),
    ("a closing and a name", "It works.\n\nThanks,\nJane"),
    ("a closing, a name, a wish", "It works.\n\nThanks,\nJane\nPS: the scanner is broken too"),
    ("a closing, then news", "It works.\n\nThanks\nJane\n\nThe other one, PRN-2, still jams."),
    ("a serial number", "Here it is.\n\nThanks,\nJane\nSerial 4471-2233-99"),
    ("an address of a machine", "Here it is.\n\nThanks,\nJane\n10.11.12.13"),
    ("a name of a machine", "Here it is.\n\nThanks,\nJane\nsrv-01.acme.example"),
    ("an answer below a line", "Hi,\n\n> Is it on?\n\n-----\nYes, it is on, and it still beeps."),
    ("a protocol", "It says\n550 5.1.1 <bob@acme.example>... User unknown\n>>> QUIT\nWhat now?"),
    (
        "a log below a line",
        "Look:\n---------------\nReceived: from a.example\nFrom: b@c.example\nby d",
    ),
    ("whom to call", "Please call our new one.\n\nGina\n+44 20 7946 0001\ngina@acme.example"),
    (
        "secrecy as the subject",
        (
            "A confidential mail went out in error. Please delete it from the server, notify the"
            " recipient, and do not disclose it to unauthorised people."
        ),
    ),
    ("only a closing block", "Best regards,\nJane Roe\nAcme Ltd\n+44 20 7946 0000"),
    ("tags", "#waiting parts\n#billed 1h\nThe fuser is ordered."),
    ("a tag below dashes", "Done.\n--\n#finished"),
    ("emoji", "👍"),
    ("plus one", ":+1:"),
    ("question marks", "???"),
    ("an unframed word", "The original message\nwas lost."),
    ("a time stamp", "2016-03-03 17:21 GMT+01:00 Service started\n\nand then nothing"),
    ("a list of colons", "Name: Jane\nUser: jroe\nPhone: 0000\nProblem: no sound"),
    ("a quote without a source", "> This is a quote.\n\nAnd this is mine."),
    ("an error log", "Error:\n\n----------\nNo answer\nhttp://a.example/x\nhttp://b.example/y"),
    ("an announced original", "We got this:\n\n-----Original Message-----\nFrom: B\n\nClick!"),
    ("a question about lines", "What is this?\n\n> ERROR 0x80070005\n> Access denied"),
    ("scanned by", "Here is the form.\n\nScanned by Bob on the new PRN-2"),
    ("code", "```\n# keep\n####\ncode\n```\n\nEnd."),
]


def named(rows: list[tuple[str, str]]) -> list[ParameterSet]:
    return [pytest.param(text, id=name) for name, text in rows]


@pytest.mark.parametrize("attribution", named(ATTRIBUTIONS))
def test_an_attribution_above_a_quote_goes_with_it(attribution: str) -> None:
    assert new_text(f"{NEW}\n\n{attribution}\n\n> Old words.\n> More.\n") == NEW


@pytest.mark.parametrize("attribution", named(ATTRIBUTIONS))
def test_an_attribution_above_unquoted_text_ends_the_new_text(attribution: str) -> None:
    assert new_text(f"{NEW}\n\n{attribution}\n\nOld words.\n\nMore.\n") == NEW


@pytest.mark.parametrize("attribution", named(ATTRIBUTIONS))
def test_an_answer_below_the_quote_is_the_new_text(attribution: str) -> None:
    assert new_text(f"{attribution}\n> Old words.\n> More.\n\n{NEW}\n") == NEW


@pytest.mark.parametrize("attribution", named(ATTRIBUTIONS))
def test_an_attribution_right_below_the_last_line_takes_none_of_it(attribution: str) -> None:
    assert new_text(f"{NEW}\nIt is number 2.\n{attribution}\n> Old.\n") == f"{NEW}\nIt is number 2."


@pytest.mark.parametrize("block", named(HEADER_BLOCKS))
def test_header_lines_end_the_new_text(block: str) -> None:
    assert new_text(f"{NEW}\n\n{block}\n\nOld words.\n\nFrom here it is old.\n") == NEW


@pytest.mark.parametrize("block", named(HEADER_BLOCKS))
def test_a_mail_that_begins_with_header_lines_stays_whole(block: str) -> None:
    text = f"{block}\n\nThe printer is broken."
    assert new_text(text).endswith(text.strip(" _\n").removeprefix("Original Message").lstrip())


@pytest.mark.parametrize("forward", FORWARDS)
def test_a_forwarded_mail_stays_with_the_words_above_it(forward: str) -> None:
    text = f"{NEW}\n\n{forward}\n\nWe need toner.\n\n--\nBob"
    assert new_text(text) == text


@pytest.mark.parametrize("forward", FORWARDS)
def test_a_mail_that_only_forwards_stays(forward: str) -> None:
    text = f"{forward}\n\nWe need toner."
    assert new_text(f"\n{text}\n") == text


@pytest.mark.parametrize("forward", FORWARDS)
def test_a_forward_inside_the_quoted_mail_goes_with_it(forward: str) -> None:
    above = "On Tue, Feb 2, 2016 at 10:12 AM, Jane Roe <jane@acme.example> wrote:"
    quoted = "\n".join(f"> {line}" for line in f"{forward}\n\nWe need toner.".split("\n"))
    assert new_text(f"{NEW}\n\n{above}\n\n{quoted}") == NEW


@pytest.mark.parametrize("line", MOBILE)
def test_what_a_telephone_adds_goes(line: str) -> None:
    assert new_text(f"{NEW}\n\n{line}\n") == NEW


@pytest.mark.parametrize("line", MOBILE)
def test_what_a_telephone_adds_above_the_quote_goes(line: str) -> None:
    above = "On 2 Feb 2016, at 10:12, Jane Roe <jane@acme.example> wrote:"
    assert new_text(f"{NEW}\n\n{line}\n\n> {above}\n> \n> Old words.\n") == NEW


@pytest.mark.parametrize("signature", SIGNATURES)
def test_a_signature_goes(signature: str) -> None:
    assert new_text(f"{NEW}\n\n{signature}\n") == NEW


@pytest.mark.parametrize("signature", SIGNATURES)
def test_a_signature_above_the_old_mail_goes(signature: str) -> None:
    old = "From: Jane <j@acme.example>\nSent: 2 February 2016\nTo: H\nSubject: x\n\nOld."
    assert new_text(f"{NEW}\n\n{signature}\n\n{old}") == NEW


@pytest.mark.parametrize("text", named(KEPT))
def test_the_writers_own_words_stay(text: str) -> None:
    assert new_text(text) == text


@pytest.mark.parametrize("text", named(KEPT))
def test_the_writers_own_words_stay_above_a_quote(text: str) -> None:
    quote = "On 2 Feb 2016, at 10:12, Jane Roe <jane@acme.example> wrote:\n\n> Old words."
    assert new_text(f"{text}\n\n{quote}") == text


def test_answers_between_quoted_lines_keep_the_questions() -> None:
    text = "> Is it on?\n\nYes.\n\n> Is it connected?\n\nNo."
    quoted = (
        f"On 2 Feb 2016, at 10:12, Jane Roe <j@acme.example> wrote:\n\n{text}\n\n> Bye\n> Bob\n"
    )
    assert new_text(quoted) == text


def test_an_answer_below_a_short_question_keeps_it() -> None:
    text = "Hi Maria,\n\n> Is it on?\n\nYes it is."
    above = "On 2 Feb 2016, at 10:12, Maria <m@northwind.example> wrote:"
    assert new_text(text.replace("> Is", f"{above}\n\n> Is")) == text


def test_a_long_quote_between_new_texts_goes_and_both_texts_stay() -> None:
    above = "On 2 Feb 2016, at 10:12, Maria <m@northwind.example> wrote:"
    quote = "> old\n" * 30
    assert new_text(f"Yes.\n\n{above}\n{quote}\nAnd no.") == "Yes.\n\nAnd no."


def test_a_closing_below_the_quote_stays_without_it() -> None:
    above = "On 2 Feb 2016, at 10:12, Maria <m@northwind.example> wrote:"
    assert new_text(f"Yes.\n\n{above}\n> old\n\nRegards, \nJane") == "Yes.\n\nRegards,\nJane"
    assert new_text(f"Yes.\n\n{above}\n> old\n\nRegards, Jane") == "Yes.\n\nRegards, Jane"


def test_answers_inside_the_unquoted_old_mail_stay_when_the_new_text_points_at_them() -> None:
    text = (
        "Hi, see my answers below in red.\n\nFrom: Maria\nSent: 2 February 2016 10:12\nTo: Jane\n"
        "Subject: x\n\nIs it on?\nYES"
    )
    assert new_text(text) == text


@pytest.mark.parametrize("words", ["", "Sent from my iPhone\n\n", "-- \nJane\n\n", "\n\n\n"])
def test_a_reply_that_only_quotes_is_empty(words: str) -> None:
    above = "On 2 Feb 2016, at 10:12, Maria <m@northwind.example> wrote:"
    assert not new_text(f"{words}{above}\n\n> Old words.\n> Older words.\n")
    assert not new_text(f"{words}> {above}\n>\n> Old words.\n")


@pytest.mark.parametrize("text", ["", "\n\n", " \n\t\n", "\u200b", "-- \nJane Roe"])
def test_nothing_new_is_empty(text: str) -> None:
    assert not new_text(text)


def test_a_quote_alone_without_a_source_stays() -> None:
    assert new_text("> all there is\n") == "> all there is"


def test_an_old_mail_alone_stays_without_its_attribution() -> None:
    above = "On 2 Feb 2016, at 10:12, Maria <m@northwind.example> wrote:"
    assert new_text(f"{above}\n\nThe fuser is here.") == "The fuser is here."


def test_a_notice_of_ours_goes_however_it_is_quoted() -> None:
    notice = "Your work order WO-1042 is finished.\n\nWorked: 1 h 35 min\nBilled: 1 h"
    above = "On Mon, Nov 23, 2026 at 9:00 AM Northwind <support@northwind.example> wrote:"
    quoted = "\n".join(f"> {line}".rstrip() for line in notice.split("\n"))
    outlook = (
        "From: Northwind <support@northwind.example>\nSent: Monday, November 23, 2026 9:00 AM\n"
        "To: Jane Roe <jane@acme.example>\nSubject: [WO-1042] Printer does not print"
    )
    for old in (f"{above}\n\n{quoted}", f"{above}\n\n{notice}", f"{outlook}\n\n{notice}"):
        assert new_text(f"{NEW}\n\n{old}") == NEW


def test_a_mail_known_as_a_forward_loses_only_the_signature_above() -> None:
    old = "From: Bob\nSent: 2 February 2016 10:12\nTo: Jane\nSubject: x\n\nToner!\n\n--\nBob"
    above = "#for bob@acme.example"
    assert forwarded_text(f"{above}\n\n-- \nMaria\n\n{old}") == f"{above}\n\n{old}"


@pytest.mark.parametrize("subject", ["FW: Toner", "Fwd: Toner", "WG: Toner", "TR : Toner"])
def test_a_subject_says_that_a_mail_is_a_forward(subject: str) -> None:
    text = "Toner!\n\nFrom: Bob\nSent: 2 February 2016 10:12\nTo: Jane\nSubject: x\n\nold"
    assert new_text_of(subject, text) == text
    assert new_text_of(f"Re: {subject}", text) == "Toner!"


def test_invisible_characters_hide_nothing() -> None:
    above = "\u200bOn 2 Feb 2016, at 10:12, Jane Roe ‪<jane@acme.example>‬ wrote:‏"
    assert new_text(f"{NEW}\n\n{above}\n\n > Old\n﻿> Older") == NEW


def test_line_ends_and_indents_of_the_writer_stay() -> None:
    assert new_text("\n\nA list:\n\n  - one \n    - two\n\n") == "A list:\n\n  - one\n    - two"


LINES = st.one_of(
    st.text(alphabet=st.characters(exclude_characters="\n"), max_size=30),
    st.sampled_from(
        [
            "", "> quoted", ">", "-- ", "--", "wrote:", "> wrote:", ">:", "Hello there.",
            *(attribution.split("\n")[0] for _, attribution in ATTRIBUTIONS),
            *(line for _, block in HEADER_BLOCKS for line in block.split("\n")),
            *(line for block in (*FORWARDS, *SIGNATURES) for line in block.split("\n")),
            *MOBILE,
        ]
    ),
)  # fmt: skip


@settings(max_examples=100, deadline=None)
@given(st.lists(LINES, max_size=40))
def test_what_comes_out_are_lines_that_went_in_and_in_their_order(lines: list[str]) -> None:
    text = new_text("\n".join(lines))
    rest = iter([line.strip() for line in lines])
    assert all(line in rest for line in map(str.strip, text.split("\n")) if line)
    assert text == text.rstrip()
    assert forwarded_text("\n".join(lines)) == forwarded_text("\n".join(lines)).rstrip()
    assert not text or text.split("\n")[0].strip()


@settings(max_examples=100, deadline=None)
@given(st.lists(LINES, max_size=20))
def test_a_line_of_prose_on_top_always_stays(lines: list[str]) -> None:
    prose = "The server in room 4 makes a grinding noise, please send somebody soon."
    assert new_text("\n".join([prose, "", *lines])).startswith(prose)


def calls_made_by(text: str) -> int:
    made = 0

    def count(_frame: FrameType, event: str, _argument: object) -> None:
        nonlocal made
        made += event in {"call", "c_call"}

    before = sys.getprofile()
    sys.setprofile(count)
    try:
        new_text(text)
    finally:
        sys.setprofile(before)
    return made


@pytest.mark.parametrize(
    "piece",
    [
        "> quoted\n",
        "\n",
        "text\n> quoted\n",
        "On wrote:\n",
        "a@b.example\n> wrote:\n",
        "On Tue, Feb 2, 2016 at 10:12 AM, I, Jane <jane@acme.example> wrote:\n",
        "On Tue, Feb 2, 2016 at 10:12 AM, Jane <jane@acme.example> wrote:\n> old\nnew\n",
        "From: a\nTo: b\nCc: c\nDate: d\n",
        "this:\nFrom: a@b\nSent: 2 May 2016\nTo: x\nSubject: x\n",
        "Sent from my iPhone\n> old\n",
        "--\n",
        "Best regards,\nJane\nx@y.example\n",
        "-- 2016 10:12 a@b wrote --\n",
        "On 2016 10:12 a@b wrote ",
        "a.b-c@",
    ],
)
def test_the_work_grows_no_faster_than_the_text(piece: str) -> None:
    prose = "It prints.\n\n"
    small, large = calls_made_by(prose + piece * 300), calls_made_by(prose + piece * 2400)
    assert large <= 8 * small + 1000
