"""Special care-required information: the phrase is cut out, and who is spoken of in its sentence is told."""

from __future__ import annotations

import pytest

from kijun.inspection import Inspector
from kijun.inspection.sensitive import Sensitive
from tests.inspection.scenes import candidates, features, rules, values

SENSITIVE = Sensitive(rules("sensitive"))
INSPECTOR = Inspector()


def test_it_works() -> None:
    assert values(SENSITIVE, "母は認知症が進み") == {("SENSITIVE", "認知症")}


@pytest.mark.parametrize(
    ("text", "phrase"),
    [
        ("夫は脳梗塞で入院した", "脳梗塞"),
        ("本人糖尿病", "糖尿病"),  # without who has it
        ("母認知症", "認知症"),
        ("長男は軽度の知的障害がある", "軽度の知的障害"),
        ("祖母は要介護3です", "要介護3"),
        ("祖母は要介護３です", "要介護３"),
        ("祖母は要介護三です", "要介護三"),
        ("世帯主は生活保護を受給", "生活保護を受給"),
        ("うつ\u200b病で休職中", "うつ\u200b病"),
        ("ﾀﾞｳﾝ症の長男", "ﾀﾞｳﾝ症"),
    ],
)
def test_the_phrase_and_nothing_more(text: str, phrase: str) -> None:
    assert ("SENSITIVE", phrase) in values(SENSITIVE, text)


@pytest.mark.parametrize("text", ["", "要介護", "要介護1以上", "要介護1〜3", "要介護6", "会議のお知らせ"])
def test_no_phrase(text: str) -> None:
    assert values(SENSITIVE, text) == set()


def test_the_talk_of_schemes_and_of_people_differ_in_what_is_told() -> None:
    scheme = features(SENSITIVE, "がん検診のお知らせ")
    person = features(SENSITIVE, "山田さん（78歳）の父はがん", seen=[("PERSON", "山田"), ("AGE", "78歳")])
    assert (scheme["people.sentence"], scheme["individual"]) == ("0", "0")
    assert int(scheme["generic"]) > 0
    assert person["people.sentence"] == "2"
    assert int(person["individual"]) > 0
    assert person["generic"] == "0"


def test_people_of_another_sentence_count_for_the_line_and_the_text() -> None:
    told = features(SENSITIVE, "山田が来た。がんの話。\n次の行", seen=[("PERSON", "山田")])
    assert (told["people.sentence"], told["people.line"], told["people.text"]) == ("0", "1", "1")


def test_illness_in_english() -> None:
    assert any("schizophrenia" in value for _, value in values(SENSITIVE, "He has schizophrenia."))
    assert any(
        "type 2 diabetes" in value for _, value in values(SENSITIVE, "She was told of type 2 diabetes.")
    )
    assert values(SENSITIVE, "The cancerous growth of paperwork") == set()


def test_of_somebody_and_not_of_a_scheme() -> None:
    def found(text: str) -> list[str]:
        return [one.of(text) for one in INSPECTOR.inspect(text) if one.type == "SENSITIVE"]

    assert found("相談者はうつ病で休職中") == ["うつ病"]
    assert found("祖母は要介護3です") == ["要介護3"]
    for text in ("がん検診のお知らせ", "認知症サポーター養成講座を開きます", "障害福祉課の予算"):
        assert found(text) == [], text


def test_without_rules_nothing_is_proposed() -> None:
    assert candidates(Sensitive([]), "母は認知症 with dementia") == []
