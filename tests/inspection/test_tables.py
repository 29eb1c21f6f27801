"""Tables in plain text: heads above columns, rows, and what is none."""

from __future__ import annotations

import pytest

from tests.inspection.scenes import scene


def head(text: str) -> str:
    """The type in the head of the column in which ▼ stands; nothing where there is none."""
    found = scene(text.replace("▼", "")).head(text.index("▼"))
    return found.type if found else ""


@pytest.mark.parametrize(
    ("text", "type_"),
    [
        ("氏名,電話番号,住所\n山田太郎,▼090-1234-5678,札幌市\n", "PHONE"),
        ("氏名\t電話番号\n山田太郎\t▼090-1234-5678", "PHONE"),
        ("氏名 | 電話番号 | 生年月日\n山田太郎 | 090-1234-5678 | ▼S53.4.1\n", "BIRTH_DATE"),
        ("| 氏名 | 電話番号 |\n| --- | --- |\n| ▼山田太郎 | 090-1234-5678 |\n", "PERSON"),
        ("氏名　電話番号　住所\n山田 太郎　▼090-1234-5678　札幌市\n", "PHONE"),
        ("氏名、電話番号、住所\n山田太郎、▼090-1234-5678、札幌市\n", "PHONE"),
        ("氏名，電話番号，住所\n山田太郎，▼090-1234-5678，札幌市\n", "PHONE"),
        ("氏名;電話番号;住所\n山田太郎;090-1234-5678;▼札幌市\n", "ADDRESS"),
        ("氏名 / 電話番号 / 住所\n山田太郎 / ▼090-1234-5678 / 札幌市\n", "PHONE"),
        ('"氏名","電話番号"\n"山田太郎","▼090-1234-5678"\n', "PHONE"),
        ("No.,フリガナ,摘要\n1,▼ヤマダ タロウ,なし\n", "PERSON"),
    ],
)
def test_the_head_of_a_column_says_what_its_cells_are(text: str, type_: str) -> None:
    assert head(text) == type_


def test_every_row_belongs_to_the_table_until_a_line_is_no_row() -> None:
    text = "氏名,電話,住所\n山田,090,札幌\n佐藤,080,函館\n以上です\n鈴木,070,小樽\n"
    assert sorted(scene(text).tables.rows) == [1, 2]
    assert scene(text).tables.row(2) == "佐藤,080,函館"


def test_columns_without_a_known_head_have_none() -> None:
    assert head("氏名,電話番号,摘要\n山田太郎,090-1234-5678,▼なし\n") == ""
    assert head("氏名,電話番号\n山田太郎,090-1234-5678,▼余り\n") == ""


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\n",
        "氏名,電話番号",  # nothing below
        "氏名、電話番号をお知らせください。\n▼山田です",  # a sentence
        "品名,数量\n▼鉛筆,3\n",
        "氏名\n▼山田太郎\n",  # one column is no table
    ],
)
def test_what_is_no_table(text: str) -> None:
    assert scene(text.replace("▼", "")).tables.rows == {}
    if "▼" in text:
        assert head(text) == ""


def test_a_table_in_windows_lines() -> None:
    assert (
        head("氏名,電話番号\r\n山田太郎,090-1234-5678\r\n".replace("\r\n", "\n").replace("090", "▼090"))
        == "PHONE"
    )


def test_a_value_that_is_a_label_elsewhere_does_not_speak_for_the_next_column() -> None:
    text = "金融機関\t支店\t口座番号\t名義\n北洋\t本店\t0482265\tヤマダハナコ"
    seen = scene(text)
    found = seen.label(text.index("0482265"))
    assert found is not None
    assert found.type == "BANK_ACCOUNT"
    assert seen.tables.cell(text.index("0482265"))[0] == text.index("0482265")


@pytest.mark.parametrize(
    ("text", "type_"),
    [
        (
            "使用者番号,検針,指針,料金\n▼9872225,あ,1203,5412\n",
            "LOCAL_ID",
        ),  # one known head will do above figures
        ("使用者番号,検針,指針,料金\n▼あ,い,う,え\n", ""),
        ("使用者番号,検針,3,料金\n▼9872225,あ,1203,5412\n", ""),
        ("使用者番号、検針、指針、料金\n▼9872225、あ、1203、5412\n", ""),
        ("銀行\t支店\t番号\t名義\nみなと\t本町\t▼7806492\tｱﾍﾞ ﾖｼｺ", "BANK_ACCOUNT"),
        ("受付ID,申請者,カード番号\n▼FN-260411,堀川 忍,4111111111111111", ""),
        ("氏名,口座番号,有効期限\n山田太郎,1234567,▼2027/07/31", "DATE"),
    ],
)
def test_what_heads_say_together(text: str, type_: str) -> None:
    assert head(text) == type_


def test_rows_of_csv_end_with_their_line_and_others_need_not() -> None:
    ruled, spaced = scene("氏名,電話番号\n山田太郎,1"), scene("氏名　電話番号　住所\n山田　1　札幌市")
    assert ruled.tables.ends_at_line(10)
    assert not spaced.tables.ends_at_line(12)
    assert not ruled.tables.ends_at_line(0)


@pytest.mark.parametrize(
    ("text", "of_people"),
    [
        ("氏名,年齢\n三浦 健,▼41\n", True),
        ("年齢,人数\n▼41,5\n", False),
        ("氏名,年齢,会場\n三浦 健,▼41,公民館\n", False),
        ("三浦 健,▼41\n", False),
    ],
)
def test_a_table_of_people_has_a_column_for_names_and_none_for_facilities(text: str, of_people: bool) -> None:
    place = text.index("▼")
    tables = scene(text.replace("▼", "")).tables
    assert [tables.is_of_people(place), tables.is_of_people(place)] == [of_people] * 2
