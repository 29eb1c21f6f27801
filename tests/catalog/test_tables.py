from kijun.catalog.tables import cut, table, width


def test_it_works():
    assert (
        table(("番号", "Name"), [("P1", "名称"), ("U10", "x")])
        == "番号  Name\n----  ----\nP1    名称\nU10   x"
    )


def test_wide_characters_take_two_columns():
    assert [width(text) for text in ("a", "あ", "ｱ", "Ａ", "か\u3099", "")] == [1, 2, 1, 2, 2, 0]


def test_a_long_text_is_cut_to_its_columns():
    assert cut("対策の名称", 10) == "対策の名称"
    assert cut("対策の名称です", 10) == "対策の名…"
    assert cut("abcdef", 5) == "abc…"


def test_the_last_column_keeps_lines_short():
    lines = table(("ID", "Title"), [("P1", "長い" * 40)], limit=40).splitlines()
    assert max(width(line) for line in lines) <= 40
    assert lines[-1].endswith("…")


def test_no_rows():
    assert table(("ID",), []) == "ID\n--"
