"""A text prepared once: labels before values, heads above columns, digits as they were meant, lines and sentences."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kijun.inspection.scene import Candidate, Hit, Label
from tests.inspection.scenes import scene


def label(text: str) -> Label | None:
    """The label of the place that is marked with ▼."""
    place = text.index("▼")
    return scene(text.replace("▼", "")).label(place)


# --- words ---------------------------------------------------------------------------------------


def test_it_works() -> None:
    seen = scene("ＴＥＬ：０９０ー１２３４ー５６７８")
    assert seen.text == "TEL:090ー1234ー5678"
    assert seen.words("label")[0].value == "PHONE"
    assert seen.label(4) == Label("PHONE", 1.0)
    assert seen.mentions("PHONE")
    assert not seen.mentions("EMAIL")
    assert seen.words("no such group") == ()


def test_the_nearest_word_on_each_side() -> None:
    seen = scene("旧姓やメールや電話")
    assert seen.words("label") == [Hit(0, 2, "PERSON"), Hit(3, 6, "EMAIL"), Hit(7, 9, "PHONE")]
    assert seen.last("label", 3, 10) == Hit(0, 2, "PERSON")
    assert seen.last("label", 3, 0) is None
    assert seen.last("label", 0, 10) is None
    assert seen.last("label", 9, 0) == Hit(7, 9, "PHONE")
    assert seen.first("label", 2, 10) == Hit(3, 6, "EMAIL")
    assert seen.first("label", 2, 3) is None
    assert seen.first("label", 8, 10) is None
    assert seen.first("no such group", 0, 10) is None
    assert [hit.value for hit in seen.near("label", 3, 9)] == ["EMAIL", "PHONE"]
    assert seen.near("label", 4, 8) == []
    assert seen.count("label", 2, 9) == 2
    assert seen.count("no such group", 0, 9) == 0


def test_of_words_with_one_end_the_longest_is_the_label() -> None:
    assert label("郵便番号 ▼640-8319") == Label("POSTAL_CODE", 1.0)
    assert label("宛名番号▼12345") == Label("LOCAL_ID", 1.0)


# --- labels --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "between",
    ["", "：", ": ", "は", "は「", "\n", " = ", "（", "（携帯）", "】", "番号：", "|", "\t", "…………", "のは"],
)
def test_marks_and_particles_leave_a_label_tight(between: str) -> None:
    assert label(f"電話{between}▼090-1234-5678") == Label("PHONE", 1.0)


@pytest.mark.parametrize("between", ["は変更されたため", "（日中に限る）を", "は次のとおり、"])
def test_words_between_make_it_loose(between: str) -> None:
    assert label(f"電話番号{between}▼090-1234-5678") == Label("PHONE", 0.6)


@pytest.mark.parametrize(
    "between", ["は省略。", "は省略\n", "は3件、", "は変更がありましたので改めてお知らせします"]
)
def test_another_sentence_line_or_figure_or_much_text_ends_it(between: str) -> None:
    assert label(f"電話番号{between}▼090-1234-5678") is None


def test_nothing_before_a_value_is_no_label() -> None:
    assert label("▼090-1234-5678 電話") is None
    assert label("書類▼12345") is None


def test_what_stands_in_brackets_is_not_the_label() -> None:
    assert label("年金番号（配偶者）▼1160-372845") == Label("PENSION_NUMBER", 1.0)
    assert label("口座番号（本人）：▼1234567") == Label("BANK_ACCOUNT", 1.0)


def test_number_alone_means_what_was_spoken_of_before() -> None:
    assert label("ゆうちょ銀行 記号▼12340") == Label("BANK_ACCOUNT", 1.0)
    assert label("国保 記号 12 番号▼3456") == Label("HEALTH_INSURANCE", 1.0)
    assert label("番号▼3456") == Label("SYMBOL", 1.0)
    assert label("国保の話はここまで。番号▼3456") == Label("SYMBOL", 1.0)


def test_a_cell_without_a_label_of_its_own_takes_the_head() -> None:
    text = "氏名,電話番号,備考\n佐藤花子,080-1111-2222,なし\n山田太郎,▼090-1234-5678,なし\n"
    assert label(text) == Label("PHONE", 0.9)


@pytest.mark.parametrize(
    ("text", "type_"),
    [
        (
            "高額療養費支給申請書\n世帯主 薗田 洋平、生年月日 昭和50年3月1日\n記号 鹿20 番号 ▼0318855",
            "HEALTH_INSURANCE",
        ),
        ("電話 090-1234-5678\n国民健康保険 記号▼浜11 番号 0482265", "HEALTH_INSURANCE"),  # nearer than 電話
        ("早く保険証がほしいとのこと。即日加入。記号▼浜11　番号 0482265", "HEALTH_INSURANCE"),
        ("ホケンショウ キゴウ ツチ11 バンゴウ ▼300817", "HEALTH_INSURANCE"),
        (
            "保険証とゆうちょの通帳を持参する。記号 12340 番号 ▼12345671",
            "BANK_ACCOUNT",
        ),  # by the symbol's form
        ("記号14230、番号▼12345671", "BANK_ACCOUNT"),
        ("告示 No. ▼14110", "SYMBOL"),
        ("保険証とゆうちょの通帳を持参する。記号 12341 番号 ▼12345671", "SYMBOL"),  # of which nobody can say
        ("保険証の件。番号 ▼4", "SYMBOL"),  # not beside 記号
        ("記号 12 番号 ▼345678", "SYMBOL"),
    ],
)
def test_symbol_and_number_together_belong_to_the_insurance_the_text_speaks_of(text: str, type_: str) -> None:
    found = label(text)
    assert found is not None
    assert found.type == type_


def test_a_label_reaches_over_a_postal_code() -> None:
    assert label("送付先　〒761-8071　▼香川県高松市") == Label("ADDRESS", 1.0)
    assert label("受付　761-8071　▼香川県高松市") is None


def test_a_label_is_asked_twice_and_answered_alike() -> None:
    seen = scene("電話：090-1234-5678")
    assert seen.label(3) is seen.label(3)


# --- figures -------------------------------------------------------------------------------------


def test_runs_of_figures() -> None:
    seen = scene("電話 090-1234-5678、会議は10時")
    assert [seen.digits[start:end].strip() for start, end in seen.runs] == ["090-1234-5678、"]


# --- lines, sentences, findings ------------------------------------------------------------------


def test_lines() -> None:
    seen = scene("一行目\n二行目\n\n四行目")
    assert seen.line_starts == [0, 4, 8, 9]
    assert [seen.line(place) for place in (0, 3, 4, 8, 9, 12)] == [
        (0, 3),
        (0, 3),
        (4, 7),
        (8, 8),
        (9, 12),
        (9, 12),
    ]
    assert scene("").line(0) == (0, 0)


def test_sentences_end_with_their_mark_and_their_line() -> None:
    text = "雨です。山田さんが来た！本当？はい\n次の行。"
    seen = scene(text)
    assert [
        text[slice(*seen.sentence(text.index(word)))] for word in ("雨", "山田", "本当", "はい", "次")
    ] == [
        "雨です。",
        "山田さんが来た！",
        "本当？",
        "はい",
        "次の行。",
    ]


def test_a_sentence_without_an_end_is_cut() -> None:
    start, end = scene("あ" * 10_000).sentence(5_000)
    assert start < 5_000 < end
    assert end - start < 2_000


@given(st.text("あ。\n！!?？a", max_size=40), st.data())
def test_a_sentence_holds_its_place_and_lies_in_its_line(text: str, data: st.DataObject) -> None:
    seen = scene(text)
    place = data.draw(st.integers(0, len(text)))
    line_start, line_end = seen.line(place)
    start, end = seen.sentence(place)
    assert line_start <= start <= place <= line_end
    assert start <= end <= line_end
    assert "\n" not in text[line_start:line_end]


def test_later_recognisers_see_what_was_found() -> None:
    seen = scene("山田と佐藤と鈴木")
    seen.add([Candidate("PERSON", 3, 5, 0.9, "a"), Candidate("PERSON", 0, 2, 0.9, "a")])
    seen.add([Candidate("PERSON", 6, 8, 0.9, "b"), Candidate("AGE", 2, 3, 0.9, "b")])
    assert seen.starts_of("PERSON") == [0, 3, 6]
    assert seen.ends_of("PERSON") == [2, 5, 8]
    assert seen.found_within("PERSON", 3, 8) == 2
    assert seen.found_within("PHONE", 0, 8) == 0
    assert seen.starts_of("PHONE") == seen.ends_of("PHONE") == []


def test_words_are_cut_only_where_something_may_stand() -> None:
    ordinary = "本日の会議は延期します。"
    seen = scene(ordinary * 3 + "住所は千葉市です。" + ordinary)
    start = len(ordinary) * 3
    assert len(seen.tokens)
    assert min(seen.tokens.starts) >= start
    assert max(seen.tokens.ends) <= start + len("住所は千葉市です。")
    assert len(scene(ordinary).tokens) == 0
    assert len(scene("").tokens) == 0


def test_words_are_cut_where_a_recogniser_asks_to_look_closely() -> None:
    seen = scene("あした来る。きのう来た。")
    seen.look_closely([(0, 3)])
    assert seen.tokens.starts[0] == 0
    assert max(seen.tokens.ends) == 6


def test_likely_findings_are_known_by_place() -> None:
    seen = scene("山田と佐藤と鈴木")
    seen.add([Candidate("PERSON", 0, 2, 0.9, "a"), Candidate("PERSON", 3, 5, 0.5, "a")])
    assert seen.is_likely_within("PERSON", 0, 1)
    assert not seen.is_likely_within("PERSON", 1, 8)
    assert not seen.is_likely_within("PHONE", 0, 8)
