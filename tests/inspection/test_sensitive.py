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
        ("氏名：大下太郎\n高血圧：あり", "高血圧"),  # without the end of the line before
        ("児童に虐待の疑いがある", "虐待の疑い"),
        ("児童への虐待の防止", "虐待"),
        ("窃盗で逮捕された", "窃盗で逮捕された"),
        ("生活保護受給者である", "生活保護受給者"),
        ("生活保護受給世帯です", "生活保護受給世帯"),
        ("コロナに感染した", "コロナに感染"),
        ("新型コロナウイルスに感染", "新型コロナウイルスに感染"),
        ("インフルエンザA型で欠席", "インフルエンザA型"),
        ("被爆者手帳を持っている", "被爆者手帳"),
        ("障害等級：1級", "障害等級：1級"),
        ("身体障害者手帳：２級", "身体障害者手帳：２級"),
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


def found(text: str) -> list[str]:
    return [one.of(text) for one in INSPECTOR.inspect(text) if one.type == "SENSITIVE"]


@pytest.mark.parametrize(
    ("text", "phrases"),
    [
        ("病歴：糖尿病、高血圧", ["糖尿病", "高血圧"]),
        ("既往歴：高血圧、脳梗塞", ["高血圧", "脳梗塞"]),
        ("被疑者大下一郎を逮捕", ["逮捕"]),
        ("氏名：大下りく\nアレルギー：卵、乳", ["アレルギー：卵、乳"]),
        ("児童 大下りく（5歳） アレルギー：卵、乳", ["アレルギー：卵、乳"]),
        ("障害等級：1級", ["障害等級：1級"]),
        ("大下一郎さんがインフルエンザに感染した。", ["インフルエンザに感染"]),
    ],
)
def test_what_stands_beside_says_that_it_is_somebody_s(text: str, phrases: list[str]) -> None:
    assert found(text) == phrases


@pytest.mark.parametrize(
    "text",
    [
        "病歴：なし",
        "障害等級：1級の方への手当",
        "障害等級：1級〜3級",
        "身体障害者手帳（1級）の申請",
        "アレルギー：なし",
        "献立：カレー\nアレルギー：小麦、乳",
        "被疑者を逮捕した場合の手続",
        "インフルエンザに感染した児童は出席停止とする。",
        "生活保護受給者の方へのお知らせ",
    ],
)
def test_the_same_words_of_nobody(text: str) -> None:
    assert found(text) == []


def test_the_heads_of_a_table_are_nobody_s() -> None:
    row = "三浦 健,千葉県船橋市本町1-2-3,090-1234-5678,45,身体2級,要介護3"
    assert found(f"氏名,住所,電話,年齢,障害,要介護\n{row}") == ["身体2級", "要介護3"]


def test_without_rules_nothing_is_proposed() -> None:
    assert candidates(Sensitive([]), "母は認知症 with dementia") == []


def found_in(text: str) -> list[str]:
    return [one.of(text) for one in INSPECTOR.inspect(text) if one.type == "SENSITIVE"]


@pytest.mark.parametrize(
    "text",
    [
        "健康被害なし。",
        "山田太郎さん宅、健康被害無し",
        "山田太郎さん 既往症なし",
        "氏名：山田太郎\n高血圧：なし",
        "田中さんは認知症ではありません",
        "佐藤さんに前科はない",
        "山田太郎さん、感染症の症状はありません",
        "佐藤花子さんの虐待は確認されていません",
    ],
)
def test_what_is_denied_is_nobodys(text: str) -> None:
    assert found_in(text) == []


@pytest.mark.parametrize(
    ("text", "phrase"),
    [
        ("私は耳が聞こえません。", "耳が聞こえ"),
        ("夫は統合失調症で、薬を服用していない", "統合失調症"),
        ("糖尿病なし、高血圧あり 佐藤太郎さん", "高血圧"),
        ("息子はうつ病ではないかと心配している", "うつ病"),
    ],
)
def test_what_is_not_denied_by_a_no_behind_it(text: str, phrase: str) -> None:
    assert phrase in found_in(text)


@pytest.mark.parametrize(
    "text",
    [
        "山田さんへ：ホールは暴力的な演出には使えません",
        "山田さんへ：わいせつな画像の掲載は禁止です",
        "佐藤様：暴力的な内容の催しには貸出しません",
    ],
)
def test_rules_of_use_are_about_nobody(text: str) -> None:
    assert found_in(text) == []


def test_a_word_of_such_rules_is_somebodys_where_somebody_suffers_it() -> None:
    assert found_in("佐藤花子さんは夫の暴力的な言動に苦しむ")


@pytest.mark.parametrize(
    ("text", "phrases"),
    [
        ("山田花子さんの障害年金の裁定請求", []),
        ("障害年金の可能性は山田花子さんのみ", []),
        ("母は障害年金を受給中", ["障害年金を受給中"]),
        ("本人は障害基礎年金2級の請求を希望", ["障害基礎年金2級"]),
    ],
)
def test_a_pension_that_is_asked_for_and_one_that_somebody_has(text: str, phrases: list[str]) -> None:
    assert found_in(text) == phrases


@pytest.mark.parametrize(
    ("text", "phrases"),
    [
        ("宗教はヒンドゥー教なので、牛肉は食べません", ["ヒンドゥー教"]),
        ("宗教はﾋﾝﾄﾞｩｰ教なので", ["ﾋﾝﾄﾞｩｰ教"]),
        ("宗教：ヒン\u200bドゥー教", ["ヒン\u200bドゥー教"]),
        ("妻はユダヤ教です", ["ユダヤ教"]),
        ("宗教はカトリックなので", ["カトリック"]),
        ("インドの宗教はヒンドゥー教です", []),
        ("宗教：仏教、キリスト教、イスラム教の展示", []),
        ("ヒンドゥー教の寺院", []),
        ("仏教美術展", []),
    ],
)
def test_a_creed_is_somebodys_or_a_countrys(text: str, phrases: list[str]) -> None:
    assert found_in(text) == phrases


@pytest.mark.parametrize(
    ("text", "phrases"),
    [
        ("有働 結衣さんは宿泊学習の計画でも研修に沿い、1型糖尿病の補食をとり、", ["1型糖尿病"]),
        ("有働 結衣さんは宿泊学習の計画でも研修に沿い、１型糖尿病の補食をとり、", ["１型糖尿病"]),
        ("児童のⅠ型糖尿病のためインスリン注射を打つ", ["Ⅰ型糖尿病"]),
        ("本人は双極性障害II型の薬を飲む", ["双極性障害II型"]),
        ("岡さんは難聴の補聴器を装用", ["難聴"]),
        ("浅井様はうっ血性心不全で入院", ["うっ血性心不全"]),
        ("1型糖尿病の研究", []),
        ("学習会では1型糖尿病の補食について説明する", []),
        ("2型糖尿病の方の食事制限の講座", []),
    ],
)
def test_what_is_taken_or_worn_because_of_an_illness(text: str, phrases: list[str]) -> None:
    assert found_in(text) == phrases


@pytest.mark.parametrize(
    ("text", "phrases"),
    [
        ("堤 翔さんの自立支援医療の受給者番号 3301882", []),
        ("堤 翔さんにエコノミークラス症候群のちらしを渡した。", []),
        ("堤 翔さんにうつ病の冊子を渡した。", []),
        ("長女はてんかん発作があり、運動は見学する。", ["てんかん発作"]),
        ("夜になって腫れがひどくなり、同僚の車で行きました。", []),
        ("感染が確認されました。症状は軽症です。", []),
        ("診断は右膝前十字靱帯断裂で、堤 翔さんは3か月休む。", ["右膝前十字靱帯断裂"]),
        ("水道管の断裂で断水した。", []),
        ("父は肝臓がんの経過を見ているところだ。", ["肝臓がん"]),
        ("日系の子どもには母語の支援を行う。", []),
        ("イスラム教徒の児童がいる学校は2校。", []),
        ("高次脳機能障害とは、けがで脳が傷つくことです。", []),
        ("被告が原告の前科を公表した行為は違法とした（最判平成6年2月8日）。", []),
        ("障害基礎年金や遺族基礎年金も、この制度から支給されます。", []),
    ],
)
def test_what_goes_on_behind_a_phrase(text: str, phrases: list[str]) -> None:
    assert found_in(text) == phrases
