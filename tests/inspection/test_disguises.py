"""Numbers behind their labels in every disguise that the policy names: each is found whole, whatever hides it."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest

from kijun.inspection import Inspector
from kijun.inspection.check_digits import corporate_number, luhn, my_number, resident_code

INSPECTOR = Inspector()
FULL = {code: code + 0xFEE0 for code in range(0x21, 0x7F)}
KANJI = str.maketrans("0123456789", "〇一二三四五六七八九")
SLIPS = {"0": "O", "1": "l", "5": "S"}


def drawn(length: int, check: Callable[[str], bool] = lambda digits: True, first: str = "") -> str:
    """Digits whose check digit holds, the same for the same wish."""
    dice = random.Random(f"{length}{check.__name__}{first}")
    while True:
        digits = first + "".join(dice.choice("0123456789") for _ in range(length - len(first)))
        if check(digits) and len(set(digits)) > 4:
            return digits


VALUES = {
    "MY_NUMBER": (drawn(12, my_number), (4, 4, 4), "個人番号：{}"),
    "RESIDENT_CODE": (drawn(11, resident_code), (4, 4, 3), "住民票コード {}"),
    "CORPORATE_NUMBER": (drawn(13, corporate_number, "7"), (1, 4, 4, 4), "法人番号は{}です"),
    "CREDIT_CARD": (drawn(16, luhn, "4"), (4, 4, 4, 4), "カード番号 {}"),
    "DRIVER_LICENSE": (drawn(12, first="30"), (4, 4, 4), "運転免許証番号 {}"),
    "PENSION_NUMBER": (drawn(10), (4, 6), "年金手帳の番号は{}でした"),
    "BANK_ACCOUNT": (drawn(7), (7,), "口座番号 {}"),
    "PHONE": (drawn(11, first="090"), (3, 4, 4), "山田さんの電話は{}"),
    "PASSPORT": ("TK" + drawn(7), (9,), "旅券番号 {}"),
    "RESIDENCE_CARD": ("FK" + drawn(8) + "LA", (12,), "在留カード：{}"),
    "LOCAL_ID": (drawn(8), (8,), "世帯番号：{}"),
    "POSTAL_CODE": (drawn(7, first="76"), (3, 4), "〒{} 香川県高松市番町1-8-15 山田方"),
    "HEALTH_INSURANCE": (drawn(8), (8,), "保険者番号 {}"),
}


def grouped(value: str, sizes: tuple[int, ...], mark: str) -> str:
    parts, place = [], 0
    for size in sizes:
        parts.append(value[place : place + size])
        place += size
    return mark.join(parts)


def misread(value: str) -> str:
    found = [place for place, char in enumerate(value) if char in SLIPS and place > 1][:2]
    return "".join(SLIPS[char] if place in found else char for place, char in enumerate(value))


DISGUISES: dict[str, Callable[[str, tuple[int, ...]], str]] = {
    "plain": lambda value, sizes: value,
    **{
        f"divided by {mark!r}": lambda value, sizes, mark=mark: grouped(value, sizes, mark)  # type: ignore[misc]
        for mark in ("-", " ", "−", "ー", "—", "－", "　", "・", ".")
    },
    "full width": lambda value, sizes: value.translate(FULL),
    "one by one": lambda value, sizes: " ".join(value),
    "one by one, full width": lambda value, sizes: "　".join(value.translate(FULL)),
    **{
        f"a character and {mark!r} in turn": lambda value, sizes, mark=mark: mark.join(value)  # type: ignore[misc]
        for mark in (" | ", "|", "｜", " / ", "／", ",", "、", "：", "\t", "  ")
    },
    "in boxes, full width": lambda value, sizes: " │ ".join(value.translate(FULL)),
    "groups broken at their hyphens": lambda value, sizes: grouped(value, sizes, "-\n"),
    "kanji, broken": lambda value, sizes: grouped(value.translate(KANJI), sizes, "\n"),
    "misread, with points": lambda value, sizes: grouped(misread(value), sizes, "・"),
    "points between": lambda value, sizes: ".".join(value),
    "kanji": lambda value, sizes: value.translate(KANJI),
    "zero width": lambda value, sizes: "\u200b".join(value),
    "broken": lambda value, sizes: value[: len(value) // 2] + "\n" + value[len(value) // 2 :],
    "misread": lambda value, sizes: misread(value),
    "in circles": lambda value, sizes: "".join(
        chr(0x245F + int(char)) if char in "123456789" else char for char in value
    ),
    "of mathematics": lambda value, sizes: "".join(
        chr(0x1D7CE + int(char)) if char.isdigit() else char for char in value
    ),
}


@pytest.mark.parametrize("disguise", DISGUISES)
@pytest.mark.parametrize("type_", VALUES)
def test_a_number_is_found_whole_whatever_hides_it(type_: str, disguise: str) -> None:
    value, sizes, sentence = VALUES[type_]
    written = DISGUISES[disguise](value, sizes)
    text = sentence.format(written)
    start = text.index(written)
    found = [one for one in INSPECTOR.inspect(text).data if one.type == type_]
    assert any(one.start <= start and start + len(written) <= one.end for one in found), text


@pytest.mark.parametrize(
    ("type_", "written"),
    [
        ("VEHICLE_NUMBER", "香 川   5 0 0   あ   1 2 - 3 4"),
        ("VEHICLE_NUMBER", "香川 SO0 あ 12-34"),
        ("VEHICLE_NUMBER", "なにわ三三〇さ五六七八"),
        ("VEHICLE_NUMBER", "おおいた 500 せ 34-56"),
        ("EMAIL", "t _ k u r o i w a 7 7 @ o u t l o o k . j p"),
        ("EMAIL", "t_kuroiwa77\n@outlook.jp"),
        ("IP_ADDRESS", "2 0 3 . 0 . 1 1 3 . 4 5"),
        ("IP_ADDRESS", "192.168\n.24.107"),
        ("BIRTH_DATE", "平成元年1\n2月31日"),
        ("BIRTH_DATE", "l978年4月1日"),
        ("BIRTH_DATE", "一九九〇/〇八/一七"),
        ("PERSON", "小 野 寺   美 咲"),
    ],
)
def test_other_values_in_disguise(type_: str, written: str) -> None:
    label = {
        "VEHICLE_NUMBER": "ナンバーは",
        "EMAIL": "山田の連絡先：",
        "IP_ADDRESS": "山田の端末 接続元 ",
    }.get(type_, "")
    label = label or {"BIRTH_DATE": "山田花子 生年月日　", "PERSON": "申請者："}[type_]
    text = f"{label}{written}"
    assert type_ in {one.type for one in INSPECTOR.inspect(text).data}
