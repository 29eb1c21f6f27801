"""Places of names in Latin letters."""

from __future__ import annotations

import pytest

from kijun.inspection.name_lists import name_lists
from kijun.inspection.name_romaji import romaji_places
from kijun.inspection.name_view import View
from tests.inspection.scenes import scene


def found(text: str) -> set[str]:
    seen = View(scene(text), name_lists())
    return {seen.text[start:end] for start, end in romaji_places(seen)}


def test_it_works() -> None:
    assert "Taro Yamada" in found("Taro Yamada came.")


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Please reply to Ms. Fujinuma.", "Fujinuma"),  # at the end of a sentence
        ("Patient: KUROIWA Tetsuya\nDate of birth: 1 May 1970", "KUROIWA Tetsuya"),  # not into the next line
        ("Lê Văn Dũngさんの勤務先", "Lê Văn Dũng"),
        ("通訳はMaría Fernández", "María Fernández"),
        ("③Abdulla Karimov 在留カード", "Abdulla Karimov"),  # the number before it is a mark of the list
        ("Kawaharada-sanから", "Kawaharada"),
        ("YAMADA, Taro", "YAMADA, Taro"),
        ("Name: Tomas Lindqvist\nMedical condition: epilepsy", "Tomas Lindqvist"),
        ("Name: John Miller, Religion: Jewish", "John Miller"),
        ("NAME SHRESTHA BIKASH\nDATE OF BIRTH", "SHRESTHA BIKASH"),
        ("namae wa shimizu desu", "shimizu"),  # typed without capitals
        ("kinjo san mo kimasu", "kinjo"),
        ("Carlos's father called.", "Carlos"),  # without what says whose
        ("This is Lucas Brown's card.", "Lucas Brown"),
        ("Yesterday Yusuf Karimi came.", "Yusuf Karimi"),  # without the word that begins the sentence
        ("0012 CD\nNAME TRAN VAN DUC\n", "TRAN VAN DUC"),
        ("Carla Santos, Resident Tax Division", "Carla Santos"),
    ],
)
def test_every_form(text: str, name: str) -> None:
    assert name in found(text)


@pytest.mark.parametrize(
    "text", ["", "なし", "the office", "office@example.jp", "https://example.jp/Taro/Yamada"]
)
def test_what_holds_none(text: str) -> None:
    assert found(text) == set()


@pytest.mark.parametrize(
    "text",
    [
        "until at least June. We have two children",
        "You asked for it.",
        "If I do not answer, wait.",
        "Kirino Shinkin Bank, East Branch",
        "Fukuda Hospital's opening hours",
        "Our sister city is San Jose.",
    ],
)
def test_what_stands_in_no_name(text: str) -> None:
    assert found(text) == set()


def test_a_long_text_of_bodies_is_soon_read() -> None:
    assert found("Kirino Bank, Carlos\n" * 5_000) <= {"Carlos"}


@pytest.mark.parametrize(
    "text",
    [
        "11:20 INFO  AuthFilter - 登録しました",
        "11:20 DEBUG MailSender 送信",
        "11:20 WARN  Validator - 桁数が不正です",
        "11:20 INFO  Export - 完了",
        "クラス UserRepository PaymentClient を分ける",
    ],
)
def test_levels_and_classes_of_programs_are_no_names(text: str) -> None:
    assert found(text) == set()


def test_names_beside_levels_and_with_capitals_inside() -> None:
    assert "Yamada Taro" in found("11:20 ERROR Yamada Taro の処理")
    assert "Kevin McDonald" in found("Kevin McDonaldさん")
