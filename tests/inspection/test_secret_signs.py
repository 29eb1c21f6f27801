"""What speaks for a secret at a place."""

from __future__ import annotations

import gc
import time

import pytest

from kijun.inspection import Inspector
from kijun.inspection.scene import Scene
from kijun.inspection.secret_signs import Signs

INSPECTOR = Inspector()


def signs_of(text: str) -> Signs:
    return Signs(Scene(text, INSPECTOR._lexicon))


def of(text: str, value: str) -> set[str]:
    signs = signs_of(text)
    (number,) = [n for n, one in enumerate(signs.places) if text[one.start : one.end] == value]
    return set(signs.of(number))


def worth(text: str) -> list[str]:
    signs = signs_of(text)
    return [text[signs.places[n].start : signs.places[n].end] for n in signs.worth()]


def test_it_works() -> None:
    found = of("パスワードは Kt48w-2mm です", "Kt48w-2mm")
    assert {
        "s=Aa9a-9a",
        "kind=m+",
        "looks",
        "L<2",
        "L<n0",
        "Lw=パスワード",
        "L=は ",
        "r2= で",
        "R=です",
    } <= found


def test_how_far_the_nearest_word_is_and_what_stands_between() -> None:
    near = of("暗証番号 4417", "4417")
    far = of("暗証番号の件、先日お話しした書庫の分ですが、4417", "4417")
    assert "L<2" in near
    assert not near & far & {f"L<{number}" for number in range(11)}
    assert {"H<no", "X<no"} <= near


def test_the_column_under_a_head() -> None:
    text = "氏名\tパスワード\t期限\n山田\tsakura-77\t3月"
    assert "Lcol=True|1" in of(text, "sakura-77") or "Lcol=True|2" in of(text, "sakura-77")
    assert any(
        sign.startswith("Lcol=False")
        for sign in of(text.replace("山田\tsakura-77", "sakura-77\t山田"), "sakura-77")
    )


def test_rows_that_look_alike() -> None:
    text = "パスワード一覧\n1年 himawari01\n2年 suisenka02\n3年 tanpopos03"
    assert {"alike=0"} <= of(text, "himawari01")
    assert {"alike=2"} <= of(text, "tanpopos03")


@pytest.mark.parametrize(
    "text",
    [
        "市民課 0585-12-3456",  # figures, and no word for a secret
        "yamada@example.jp",
        "report2026.xlsx",
        "パスワード: ${DB_PASSWORD}",
        "パスワード token_ttl: 3600",
        "パスワード https://example.jp/a",
    ],
)
def test_what_is_not_worth_a_look(text: str) -> None:
    assert not {"0585-12-3456", "yamada@example.jp", "report2026.xlsx", "3600"} & set(worth(text))
    assert not any("DB_PASSWORD" in one or "://" in one for one in worth(text))


@pytest.mark.parametrize(
    "text", ["mimamori-2", "gpt-4o-mini を使う", "これが Rk7-uu-310 です", "見積番号 Q-20451"]
)
def test_what_looks_like_one_is_none_without_a_word(text: str) -> None:
    assert worth(text) == []


def test_time_grows_with_the_length() -> None:
    def cost(text: str) -> float:
        gc.disable()  # a look through all that other tests have left takes longer than this
        try:
            began = time.process_time()
            signs = signs_of(text)
            for number in signs.worth():
                signs.of(number)
            return time.process_time() - began
        finally:
            gc.enable()

    for unit in ("パスワードはa1b2c3d4\n", "PW a1b2c3d4 ", "パスワード", "a1=b2;"):
        least, most = cost((unit * 3000)[:5_000]), cost((unit * 20_000)[:50_000])
        assert most < 40 * least + 0.2, unit
