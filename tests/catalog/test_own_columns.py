from kijun.catalog.own_columns import COLUMNS, fold, row_of


def test_it_works(own):
    row = dict(zip((column.key for column in COLUMNS), row_of(own), strict=True))
    assert row["id"] == "L5.1.1"
    assert (row["role"], row["level"], row["frequency"], row["tier"]) == (
        "AI利用者",
        "組織で一度",
        "毎年",
        "中",
    )
    assert (row["done_when_1"], row["done_when_3"], row["file"], row["link"]) == (
        "点検表に確認日がある",
        "",
        "○",
        "",
    )
    assert row_of(own, "en")[7] == "AI user"


def test_headings_are_recognised_however_they_are_typed():
    assert fold("Ｄｏｎｅ　ｗｈｅｎ １") == fold("done_when_1") == "donewhen1"


def test_no_two_columns_share_a_heading():
    headings = [heading for column in COLUMNS for heading in column.headings()]
    assert len(headings) == len(set(headings))
