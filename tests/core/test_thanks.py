from collections.abc import Iterable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workorder import rulefiles, shipped
from workorder.core.thanks import ANSWERS, NO_THANKS, Thanks, is_bare_thanks, plain


def phrases(*words: str) -> frozenset[tuple[str, ...]]:
    return frozenset(map(plain, words))


SMALL = Thanks(
    phrases=phrases(
        *("thanks", "thank you", "much appreciated", "gracias", "danke schön", "merci d'avance"),
        *(
            "спасибо",
            "ありがとうございます",
            "धन्यवाद",
            "ขอบคุณ",
            "감사합니다",
            "谢谢",
            "شكرا",
            "teşekkürler",
        ),
    ),
    around=phrases("hi", "so much", "best regards", "viele grüße", "great"),
)
NAMES = ("Jane Roe", "María-José O'Brien", "Maria")


def says_thanks(text: str, names: Iterable[str] = NAMES, thanks: Thanks = SMALL) -> bool:
    return is_bare_thanks(text, thanks, names)


@pytest.mark.parametrize(
    "text",
    [
        *("thanks", "Thanks!", "THANKS!!!", "thank\nyou", "Thank you so much", "¡Gracias!"),
        *("Hi Maria,\n\nthanks!\n\nBest regards\nJane Roe", "Thanks Jane", "gracias María José"),
        *(
            "Thanks, O’Brien",
            "merci d’avance",
            "Merci d'avance",
            "DANKE SCHÖN",
            "danke scho\u0308n",
        ),
        *(
            "Thanks 🙏",
            "🙏🏽 thank you ❤️ ✨",
            "thanks :-)",
            "Thanks ;) xD",
            "thanks <3",
            "Thanks ^_^",
        ),
        *(
            "Спасибо!",
            "ありがとうございます。",
            "धन्यवाद",
            "ขอบคุณ",
            "감사합니다!",
            "谢谢！",
            "شكرا",
            "TEŞEKKÜRLER",
        ),
        *("great, thanks", "Viele Grüße, danke schön", "thanks... thanks", "“thanks” — Jane"),
        *(
            "\u200bthanks".replace("\u200b", ""),
            "thanks\u00a0!",
            "much appreciated, Jane & Maria"[:22],
        ),
    ],
)
def test_thanks_greetings_and_names_are_thanks_and_nothing_else(text: str) -> None:
    assert says_thanks(text)


@pytest.mark.parametrize(
    "text",
    [
        *("", " \n ", "hi", "Jane", "best regards", "🙏", ":-)", "!", "great"),
        *("ok thanks", "OK, thanks!", "Thanks, ok", "yes thanks", "no thanks", "No, thank you."),
        *(
            "sure, thanks",
            "ja, danke schön",
            "sí, gracias",
            "oui merci d'avance",
            "d'accord thanks",
        ),
        *(
            "thanks?",
            "thanks ？",
            "شكرا؟",
            "thanks;but".replace(";", " "),
            "thanks but it broke again",
        ),
        *(
            "thanks 👍",
            "👍",
            "thanks ✅",
            "thanks 👌",
            "thanks 🙅",
            "thanks 🙂‍↔️",
            "thanks 5",
            "thanks +1",
        ),
        *("thanks Bob", "thanksgiving", "thank", "you thank", "thanks $5", "thanks a@b.example"),
        *("thanks " * 16, "thanks" + "!" * 400, "thanks\x00", "thanks #finished"),
    ],
)
def test_whatever_may_be_an_answer_is_no_mere_thanks(text: str) -> None:
    assert not says_thanks(text)


def test_a_name_that_is_an_answer_answers() -> None:
    assert not says_thanks("no thanks", names=["Dr No"])
    assert says_thanks("dr thanks", names=["Dr No"])
    assert not says_thanks("ok thanks", names=["OK Computers"])


def test_without_phrases_nothing_is_thanks() -> None:
    assert not says_thanks("thanks", thanks=NO_THANKS)
    assert not says_thanks("hi", thanks=Thanks(phrases=frozenset(), around=phrases("hi")))


def test_overlapping_phrases_are_cut_in_whatever_way_fits() -> None:
    overlapping = Thanks(phrases=phrases("a b", "b c d"), around=phrases("a", "d e", "c"))
    for text, wanted in {"a b c d": True, "a b d e": True, "a b c d e": True, "a c": False}.items():
        assert says_thanks(text, thanks=overlapping) is wanted


@given(st.text(max_size=60))
def test_any_text_is_judged(text: str) -> None:
    says_thanks(text)
    says_thanks(f"thanks {text}")


@given(st.sampled_from(sorted(ANSWERS - {"in ordnung"})), st.booleans())
def test_no_answer_is_filler(answer: str, first: bool) -> None:
    text = f"{answer}, thanks" if first else f"thanks, {answer}"
    assert not says_thanks(text, names=[answer])
    assert not says_thanks(text, thanks=the_shipped())


def the_shipped() -> Thanks:
    folder = shipped.rules_folder()
    text = (folder / rulefiles.INTAKE).read_text(encoding="utf-8")
    return rulefiles.load_texts({rulefiles.INTAKE: text}, Path("rules")).thanks


@pytest.mark.parametrize(
    "text",
    [
        *(
            "Thanks!",
            "Thank you very much, Maria!",
            "Thanks a lot!\n\nKind regards,\nJane",
        ),
        *(
            "Muchísimas gracias.\nSaludos cordiales",
            "GRACIAS :)",
            "Muchas gracias Jane",
        ),
        "Vielen Dank für die Hilfe!\n\nMit freundlichen Grüßen\nJane Roe",
        *("Merci pour votre aide, bonne journée", "Un grand merci !", "Merci d’avance"),
        *("Muito obrigada!", "Grazie mille, buona giornata", "Dank je wel, groetjes"[:11]),
        *("thx", "Cheers, Jane", "Hi Maria, danke und viele Grüße"),
    ],
)
def test_the_shipped_list_knows_thanks_in_its_languages(text: str) -> None:
    assert says_thanks(text, thanks=the_shipped())


@pytest.mark.parametrize(
    "text",
    [
        *(
            "ok",
            "OK thanks",
            "Yes, thank you",
            "No thanks",
            "Thanks, Tuesday is fine",
            "vale gracias",
        ),
        *(
            "Thanks, but it still does not print",
            "Danke, geht aber nicht",
            "Ja, danke",
            "oui, merci",
        ),
        *("Thank you for your help, when will it come?", "Merci, c'est bon", "sim, obrigado"),
        *(
            "Perfect, thanks a lot",
            "Danke, super!",
            "Great, thanks",
            "great",
            "Hi Maria",
            "si grazie",
        ),
    ],
)
def test_the_shipped_list_takes_no_answer_for_thanks(text: str) -> None:
    assert not says_thanks(text, thanks=the_shipped())
