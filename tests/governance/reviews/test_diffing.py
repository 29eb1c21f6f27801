"""What was changed, as pieces that give both texts back."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from kijun.governance.reviews.diffing import pieces, share

texts = st.text("あいう。\nab ", max_size=60)


def test_it_works() -> None:
    found = pieces("夏の節電にご協力ください。照明を消します。", "冬の節電にご協力ください。照明を消します。")
    assert [(one.kind, one.text) for one in found] == [
        ("gone", "夏"),
        ("new", "冬"),
        ("same", "の節電にご協力ください。照明を消します。"),
    ]


@given(texts, texts)
def test_both_texts_come_back(before: str, after: str) -> None:
    found = pieces(before, after)
    assert "".join(one.text for one in found if one.kind != "new") == before
    assert "".join(one.text for one in found if one.kind != "gone") == after


@given(texts, texts)
def test_the_share_is_a_per_cent(before: str, after: str) -> None:
    assert (share(before, after) == 0) == (before == after)
    assert 0 <= share(before, after) <= 100


def test_a_long_text_takes_no_time() -> None:
    before = "一文です。" * 15_000
    assert share(before, before.replace("一", "二", 50)) > 0
