"""Names of people from abroad on cards, in records and before さん."""

from __future__ import annotations

import pytest

from kijun.inspection import Inspector

INSPECTOR = Inspector()


def people(text: str) -> list[str]:
    return [one.of(text) for one in INSPECTOR.inspect(text) if one.type == "PERSON"]


def test_it_works() -> None:
    assert people("KHATRI SANJAY\u3000在留カード番号の読み取りに失敗しました") == ["KHATRI SANJAY"]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("0012 CD\nNAME PHAM THI NGOC\n住居地", ["PHAM THI NGOC"]),  # what a reader of cards saw before it
        ("NAME BUI DINH KHOA NATIONALITY VIET NAM", ["BUI DINH KHOA"]),
        ("THAPA RAM BAHADUR\t在留期間満了日\t2026年9月3日", ["THAPA RAM BAHADUR"]),
        ("DELA CRUZ JUAN\t男\t1988年2月1日\t技能実習", ["DELA CRUZ JUAN"]),
        ("昨日ジョアンさん夫婦が来庁", ["ジョアン"]),
        ("・ジェシカさん親子は教室", ["ジェシカ"]),  # the mark of the list is no part of it
        ("マテウスくん、給食は豚肉抜きでお願いします。", ["マテウス"]),
        ("ガブリエラちゃんが熱を出したので早退。", ["ガブリエラ"]),
        ("ロドリゲス ミゲル\u3000横浜 330 あ 12-34", ["ロドリゲス ミゲル"]),
        ("ゴンザレス カルメン\n軽自動車税 1台", ["ゴンザレス カルメン"]),
    ],
)
def test_who_it_is(text: str, names: list[str]) -> None:
    assert people(text) == names


@pytest.mark.parametrize(
    "text",
    [
        "NAME\nADDRESS\nNATIONALITY\nSTATUS OF RESIDENCE",
        "RESIDENCE CARD\nPERIOD OF STAY\nDATE OF EXPIRATION",
        "NOTICE TO ALL RESIDENTS\nGARBAGE COLLECTION DAY WILL CHANGE",
        "COVID WAVE 在留カード番号の入力欄について",
        "MICROSOFT TEAMS\u3000会議の招集方法",
        "ガイドさん一行、ボランティアさん家族、ヘルパーさん夫婦も参加",
        "コアラさんチーム、ライオンさん組は体育館へ",
        "カレー ライス\nハンバーグ セット",
        "マリア像とヨハネの黙示録、ガウディ建築展",
    ],
)
def test_what_is_nobody(text: str) -> None:
    assert people(text) == []
