"""The words of the desk: the same in each language, and each with the same places."""

import re
from pathlib import Path

import pytest

from workorder.outbound.phrases import Catalogue
from workorder.portal.wording import WORDS

PLACE = re.compile(r"\{\w+\}")


def own(language: str) -> dict[str, str]:
    return dict(Catalogue([Path(WORDS) / "desk"]).phrases(language).texts)


@pytest.mark.parametrize("language", ["es"])
def test_each_phrase_of_the_desk_is_there_in_each_language(language: str) -> None:
    english, other = own("en"), own(language)
    assert set(english) == set(other)
    for key, text in english.items():
        assert sorted(PLACE.findall(text)) == sorted(PLACE.findall(other[key])), key
    same = [key for key, text in english.items() if text == other[key]]
    assert same == [], same
