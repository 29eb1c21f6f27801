"""Dates and ages: every way in which they are written, and what is told of each for the weights to choose."""

from __future__ import annotations

import pytest

from kijun.inspection import Inspector
from kijun.inspection.dates import Dates
from tests.inspection.scenes import candidates, features, rules, values

DATES = Dates(rules("dates"))
INSPECTOR = Inspector()


def found(text: str) -> set[tuple[str, str]]:
    return {(one.type, one.of(text)) for one in INSPECTOR.inspect(text).data}


def test_it_works() -> None:
    assert values(DATES, "昭和53年4月1日生、47歳") == {("BIRTH_DATE", "昭和53年4月1日"), ("AGE", "47歳")}


@pytest.mark.parametrize(
    "date",
    [
        "昭和53年4月1日",
        "昭和５３年４月１日",
        "昭和 53 年 4 月 1 日",
        "昭和五十三年四月一日",
        "明治弐拾七年五月拾日",
        "大正九年壱月六日",
        "S 5 3 . 4 . 1",
        "1 9 7 8 / 4 / 1",
        "Ｈ１１．Ｏ４．２６",
        "平成元年5月31日",
        "S53.4.1",
        "S53/4/1",
        "昭53・4・1",
        "㍼53年4月1日",
        "1978年4月1日",
        "西暦1978年4月1日",
        "1978/4/1",
        "1978-04-01",
        "1978.4.1",
        "１９７８．４．１",
        "一九七八年四月一日",
        "ショウワ53ネン4ガツ1ニチ",
        "ｼｮｳﾜ53ﾈﾝ4ｶﾞﾂ1ﾆﾁ",
        "昭和53年\n4月1日",
        "昭和5\u200b3年4月1日",
        "昭和S3年4月l日",
        "1 April 1978",
        "April 1, 1978",
        "1st of April 1978",
        "01/04/1978",
    ],
)
def test_a_date_however_it_is_written(date: str) -> None:
    assert ("BIRTH_DATE", date) in values(DATES, f"生年月日：{date}")


@pytest.mark.parametrize("date", ["19780401", "S530401", "3530401"])
def test_a_date_in_one_piece_needs_to_be_spoken_of(date: str) -> None:
    assert values(DATES, f"生年月日 {date}") == {("BIRTH_DATE", date)}
    assert values(DATES, f"管理番号 {date}") == set()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2024年",
        "4月1日",
        "1.2.3.4",
        "1978/4",
        "A1978/4/1",
        "12345678",
        "生年月日 19781301",
        "生年月日 19780432",
        "version 2.0.1",
    ],
)
def test_no_date(text: str) -> None:
    assert values(DATES, text) == set()


def test_what_is_told_of_a_date() -> None:
    born = features(DATES, "昭和53年4月1日生まれ")
    assert born == {
        "form": "written",
        "born": "True",
        "full": "True",
        "range": "False",
        "past": "old",
        "told": "True",
    }
    event = features(DATES, "令和7年2月3日から募集")
    assert event == {
        "form": "written",
        "born": "False",
        "full": "True",
        "range": "True",
        "past": "now",
        "told": "False",
    }
    assert features(DATES, "平成5年9月")["full"] == "False"
    assert features(DATES, "平成5年9月27日")["past"] == "young"
    assert features(DATES, "born on 1 April 1978")["form"] == "english"
    assert features(DATES, "1999-04-01生")["past"] == "young"


@pytest.mark.parametrize(
    ("text", "age"),
    [
        ("母（78歳）", "78歳"),
        ("７８歳の母", "７８歳"),
        ("七十八歳の母", "七十八歳"),
        ("13才", "13才"),
        ("5歳3か月", "5歳3か月"),
        ("42ｻｲ", "42ｻｲ"),
        ("42 years old", "42 years old"),
        ("7 8歳", "7 8歳"),
        ("山田（42）", "42"),
        ("山田,42,男", "42"),
        ("山田（４２・男）", "４２"),
        ("7\u200b8歳", "7\u200b8歳"),
    ],
)
def test_an_age_however_it_is_written(text: str, age: str) -> None:
    assert ("AGE", age) in values(DATES, text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "歳",
        "3.5歳",
        "第3歳",
        "5さいじ",
        "(200)",
        "42",
        "yoyo",
        "(42円)",
        "60〜65歳",
        "20歳前障害基礎年金",
        "70歳前後",
    ],
)
def test_no_age(text: str) -> None:
    assert values(DATES, text) == set()


def test_a_person_s_and_no_rule_s() -> None:
    assert ("AGE", "78歳") in found("母（78歳）の介護")
    assert ("BIRTH_DATE", "昭和53年4月1日") in found("生年月日：昭和53年4月1日")
    for text in ("65歳以上の方", "18歳未満は無料", "令和6年4月1日から施行", "開催日：令和7年2月3日"):
        assert found(text) == set(), text


def test_each_rule_works_alone_and_none_proposes_nothing() -> None:
    text = "昭和53年4月1日生、47歳"
    for wanted in ("BIRTH_DATE", "AGE"):
        only = Dates([rule for rule in rules("dates") if rule.type == wanted])
        assert {one.type for one in candidates(only, text)} == {wanted}
    assert candidates(Dates([]), text) == []


@pytest.mark.parametrize(
    ("text", "ages"),
    [
        ("山田花子(32)", {("AGE", "32")}),
        ("山田 花子 (32)", {("AGE", "32")}),
        ("案には、(1)一括", set()),
        ("(2)分納", set()),
    ],
)
def test_a_figure_in_brackets_is_an_age_only_behind_a_word(text: str, ages: set[tuple[str, str]]) -> None:
    assert values(DATES, text) == ages


@pytest.mark.parametrize("label", ["有効期限 ", "受診日：", "交付日　", "expires "])
def test_a_date_whose_label_says_which_other_day_it_is_is_no_birth(label: str) -> None:
    assert values(DATES, f"{label}1968/09/14") == set()
    assert values(DATES, f"{label}1968/09/14生") == {("BIRTH_DATE", "1968/09/14")}


def test_a_misread_figure_of_an_age_is_read() -> None:
    assert ("AGE", "3l歳") in values(DATES, "堂前 瞳（3l歳）")


@pytest.mark.parametrize(
    ("text", "date"),
    [
        ("生年月日 S60.4.2\u3000三浦 健", "S60.4.2"),
        ("生年月日 S60.4.2 五十嵐 健", "S60.4.2"),
        ("生年月日 H3.12.1 3人世帯", "H3.12.1"),
        ("生年月日 1985/4/2 1名", "1985/4/2"),
        ("生年月日 S 6 0 . 4 . 1 2", "S 6 0 . 4 . 1 2"),
        ("生年月日\u3000大・昭・平\u300060年4月2日", "60年4月2日"),
        ("生年月日 明治・大正・昭和・平成 60年4月2日", "60年4月2日"),
        ("生年月日 / 義昭 / S27.04.15 /", "S27.04.15"),
    ],
)
def test_a_date_ends_before_the_next_value_and_begins_behind_a_choice(text: str, date: str) -> None:
    assert ("BIRTH_DATE", date) in values(DATES, text)


def test_a_birthday_needs_no_year() -> None:
    assert ("BIRTH_DATE", "4月2日") in found("誕生日は4月2日で、今年41歳になる")
    assert ("BIRTH_DATE", "十月三日") in found("娘の誕生日は十月三日です")
    for text in ("誕生日は4月2日まで", "誕生日の会は4月2日", "4月2日で、今年41歳になる"):
        assert "BIRTH_DATE" not in {type_ for type_, _ in found(text)}


def test_ages_are_found_below_their_head_in_a_table_of_people() -> None:
    for mark in ("\t", ","):
        text = f"氏名{mark}年齢\n三浦 健{mark}41\n五十嵐 蒼{mark}8"
        assert {("AGE", "41"), ("AGE", "8")} <= found(text)
        assert not {type_ for type_, _ in found(f"年齢{mark}人数\n41{mark}5\n8{mark}12")} & {"AGE"}


@pytest.mark.parametrize("text", ["年齢：41", "年齢は41、", "年齢\t41\n"])
def test_a_figure_behind_its_label_is_an_age(text: str) -> None:
    assert ("AGE", "41") in found(text)


@pytest.mark.parametrize("text", ["対象年齢：41", "年齢：65以上", "年齢：1960", "page=2", "平均年齢：41"])
def test_a_rules_age_behind_a_label_is_none(text: str) -> None:
    assert found(text) == set()


@pytest.mark.parametrize(
    "text",
    [
        *(
            "対象：大野 萌\n発生時刻 2026/04/08 08:51",
            "対象：大野 萌\n２０２６／０４／０８　０８：５１ エラーを確認",
        ),
        *(
            "子の氏名 大野 新\n令和8年l月l2日交付",
            "大野 新\n平成２９年４月１日付けで認定",
            "大野 新　令和7年10月3日受診",
        ),
        *(
            "通報日時：2026/04/08\n対象：大野 萌",
            "覚知 令和8年4月8日\n傷病者 大野 萌",
            "大野 萌 令和8年4月8日午前9時 来庁",
        ),
    ],
)
def test_a_day_on_which_something_else_happened_is_no_birth(text: str) -> None:
    assert "BIRTH_DATE" not in {type for type, _ in found(text)}


@pytest.mark.parametrize(
    ("text", "date"),
    [
        ("生年月日 令和8年1月12日 午前3時20分", "令和8年1月12日"),
        ("出生日時 令和8年1月12日 3:20", "令和8年1月12日"),
        ("大野 新　昭和63年4月2日生　令和8年1月12日交付", "昭和63年4月2日"),
        ("氏名 大野 新　生年月日 昭和63年4月2日 申請者 本人", "昭和63年4月2日"),
    ],
)
def test_a_birth_beside_an_hour_or_another_day_is_one(text: str, date: str) -> None:
    assert {value for type, value in found(text) if type == "BIRTH_DATE"} == {date}


@pytest.mark.parametrize(
    "text",
    [
        "森田 博 平成元年4月1日採用",
        "鈴木一郎議員 平成23年4月24日初当選",
        "故 山田太郎氏の表彰日 平成10年11月3日",
        "世帯主：柏木 修　転入年月日：H12.5.6",
        "柏木家 墓地使用許可 昭和52年8月13日",
    ],
)
def test_any_other_day_with_a_word_of_its_own_is_no_birth(text: str) -> None:
    assert values(DATES, text) == set()


@pytest.mark.parametrize(
    ("text", "date"),
    [
        ("出生年月日 平成12年5月6日", "平成12年5月6日"),
        ("誕生日 平成12年5月6日", "平成12年5月6日"),
        ("赤ちゃんは令和8年1月20日に生まれました", "令和8年1月20日"),
    ],
)
def test_the_day_of_a_birth_is_one(text: str, date: str) -> None:
    assert ("BIRTH_DATE", date) in values(DATES, text)


@pytest.mark.parametrize(
    "text",
    [
        "生年月日は 19100101 から 20261231 までの範囲で入力する。",
        "birth は 19000101 から当日までを許す。氏名は全角で入れる。",
        "birthday: 1920/01/01 以降の日付だけを受け付ける。",
        "生年月日が昭和31年4月1日以前の方は対象になりません。",
        "対象：昭和30年5月1日から昭和30年5月31日生まれの方",
        "令和2年4月2日生まれから令和3年4月1日生まれまでの児",
        "生年月日は DATE 型、既定値は 1900-01-01",
        "亡父 高瀬 栄一（令和6年8月30日死去）の還付金",
        "佐久間 茂（令和5年11月3日永眠）",
        "明治22年4月1日に町村制が敷かれ、当町が生まれた。",
        "町のマスコットの誕生日は5月5日です。生まれは平成22年5月5日。",
        "伊能忠敬（1745年2月11日生まれ）の足跡をたどる。",
        "歌人の記念碑 明治18年8月24日生、昭和3年9月17日没。",
    ],
)
def test_dates_of_a_rule_of_history_and_of_other_days_are_no_births(text: str) -> None:
    assert {one for one in found(text) if one[0] == "BIRTH_DATE"} == set()


@pytest.mark.parametrize(
    ("text", "dates"),
    [
        (
            "高瀬 望さんの生年月日を昭和50年3月1日から昭和50年3月10日に訂正",
            {"昭和50年3月1日", "昭和50年3月10日"},
        ),
        ("佐久間 茂（昭和8年5月6日生、令和5年11月3日他界）", {"昭和8年5月6日"}),
        ("氏名 高瀬 望 生年月日 19800304", {"19800304"}),
        ("高瀬 望 昭和50年5月1日生まれの方", {"昭和50年5月1日"}),
        ("キャラクター展の係 高瀬 望（昭和50年5月1日生）", {"昭和50年5月1日"}),
    ],
)
def test_births_beside_them_are_found(text: str, dates: set[str]) -> None:
    assert {value for type, value in found(text) if type == "BIRTH_DATE"} == dates


@pytest.mark.parametrize(
    ("text", "ages"),
    [
        ("加給年金は、配偶者が65歳になるまで。", set()),
        ("子が18歳に達する日以後の最初の3月31日まで", set()),
        ("児童手当は、18歳の誕生日後の最初の3月31日まで", set()),
        ("敬老祝金 88歳 1万円、99歳 3万円", set()),
        ("Applicants must be under 40 years old.", set()),
        ("People who are 65 years old or over", set()),
        ("ゾウの花子は動物園で今年41歳", set()),
        ("父は来月80歳になる。", {"80歳"}),
        ("My mother is 80 years old.", {"80 years old"}),
    ],
)
def test_ages_of_a_rule_and_of_somebody(text: str, ages: set[str]) -> None:
    assert {value for type, value in found(text) if type == "AGE"} == ages
