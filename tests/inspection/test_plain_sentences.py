"""What stands in plain sentences with nothing that gives it away: the names of most people, and values of every type."""

from __future__ import annotations

import pytest

from kijun.inspection import Inspector

NAMES = (
    "高橋健一",
    "山田太郎",
    "中村美咲",
    "鈴木一郎",
    "佐藤花子",
    "渡辺由美子",
    "小林大輔",
    "加藤さくら",
    "松本翔太",
    "伊藤直樹",
    "吉田めぐみ",
    "井上千尋",
    "木村 拓也",
    "山口 健",
    "清水あかね",
    "池田浩二",
    "長谷川美穂",
    "五十嵐陽子",
    "大久保利夫",
)
SENTENCES = (
    "{}の住所を教えて",
    "{}に電話してください",
    "{} 090-1234-5678",
    "{}は生活保護を受けている",
    "{}から苦情",
    "{}、東京都新宿区西新宿2-8-1",
    "{}が窓口に来た",
    "{}への返信文を書いて",
    "{}は無職。",
    "{}の件で、税の滞納について相談",
    "{}とその家族",
    "今日、{}を訪問",
    "{}宛の通知を作って",
    "{}より連絡あり",
    "先ほど来た{}",
    "{}です",
)
#: Of 300 names in sentences so many may be missed.
MISSED = 3
WORDS = (
    "みんな",
    "おじい",
    "おばあ",
    "おまわり",
    "かあ",
    "おきゃく",
    "業者",
    "大工",
    "店員",
    "職人",
    "警察",
    "銀行",
    "郵便局",
    "市役所",
    "不動産屋",
    "管理人",
    "大家",
    "看護師",
    "民生委員",
    "弁護士",
    "近所",
    "お隣",
    "奥",
    "息子",
)
VALUES = {
    "PHONE": (
        ("090-1234-5678", "080 9876 5432", "０９０－１１１１－２２２２"),
        ("{}に電話してください", "母の電話は{}です", "鈴木さんは{}", "{}（本人）"),
    ),
    "ADDRESS": (
        ("東京都新宿区西新宿2-8-1", "長野県松本市島内4567番地"),
        ("{}に住んでいます", "{}に引っ越した佐藤さん", "実家は{}", "送り先：{}"),
    ),
    "BIRTH_DATE": (
        ("昭和55年3月12日", "1980/3/12", "S55.3.12", "昭和五十五年三月十二日"),
        ("生年月日は{}です", "{}生まれの男性", "誕生日 {}", "田中一郎（{}生）"),
    ),
    "AGE": (
        ("35歳", "７２歳", "八十五歳"),
        ("{}の男性", "母は{}です", "鈴木さん（{}・女性）", "{}になる息子"),
    ),
    "EMAIL": (
        ("taro.yamada@gmail.com", "k_suzuki@docomo.ne.jp"),
        ("メールは{}です", "{}に送って", "{}から届いた"),
    ),
    "MY_NUMBER": (("123456789018", "1234 5678 9018"), ("マイナンバーは{}", "{}が私の個人番号です")),
    "BANK_ACCOUNT": (("1234567",), ("普通預金 {}", "口座番号は{}", "みずほ銀行新宿支店 普通 {}")),
    "SENSITIVE": (
        ("統合失調症", "うつ病", "HIV"),
        ("田中さんは{}です", "息子が{}と診断された", "{}の母を介護"),
    ),
    "PASSPORT": (("TK1234567",), ("パスポート番号は{}", "passport {}")),
    "VEHICLE_NUMBER": (("品川 300 あ 12-34", "なにわ 330 た ・・12"), ("車は{}", "{}の車が止まっている")),
    "IP_ADDRESS": (("192.168.10.25", "2001:db8::1"), ("{}からアクセス", "送信元 {}")),
    "SECRET": (("Passw0rd!2024", "kJ8#mQ2$"), ("パスワードは{}です", "pass: {}", "仮パスワード「{}」")),
}


@pytest.fixture(scope="module")
def inspector() -> Inspector:
    return Inspector()


def found(inspector: Inspector, type: str, text: str) -> list[str]:
    return [text[one.start : one.end] for one in inspector.inspect(text).data if one.type == type]


def test_a_full_name_is_found_whatever_stands_beside_it(inspector: Inspector) -> None:
    missed = [
        text
        for name in NAMES
        for text in (sentence.format(name) for sentence in SENTENCES)
        if not any(name in one for one in found(inspector, "PERSON", text))
    ]
    assert len(missed) <= MISSED, missed


@pytest.mark.parametrize("word", WORDS)
def test_who_somebody_is_to_others_is_no_name(inspector: Inspector, word: str) -> None:
    for sentence in (
        "{}さんが来ました。",
        "昨日、{}さんから電話があり、折り返しを希望。",
        "{}さんは元気です",
    ):
        assert found(inspector, "PERSON", sentence.format(word)) == []


@pytest.mark.parametrize("type", VALUES)
def test_a_value_in_a_plain_sentence_is_found(inspector: Inspector, type: str) -> None:
    values, sentences = VALUES[type]
    for text in (sentence.format(value) for value in values for sentence in sentences):
        assert found(inspector, type, text), text
