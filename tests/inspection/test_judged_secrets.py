"""Secrets that no rule knows, judged by what stands around them."""

from __future__ import annotations

import gc
import time

import pytest

from kijun.inspection import Inspector
from kijun.inspection.judged_secrets import LEAST, TABLE, judged
from kijun.inspection.scene import Scene
from kijun.inspection.secret_signs import Signs
from kijun.inspection.weights import Weights, bundled_weights

INSPECTOR = Inspector()


def found(text: str) -> list[str]:
    return [one.of(text) for one in INSPECTOR.inspect(text) if one.type == "SECRET"]


def scene(text: str) -> Scene:
    return Scene(text, INSPECTOR._lexicon)


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("児童用の仮パスは学年共通で\n1年 himawari01\n2年 asagao02", ["himawari01", "asagao02"]),
        ("警備の解除はいつもの4-1-7-9で", ["4-1-7-9"]),
    ],
)
def test_it_works(text: str, values: list[str]) -> None:
    assert found(text) == values


@pytest.mark.parametrize(
    "text",
    [
        "パスワードの誤りは5回まで、ロックは30分です。",
        "暗証番号4桁を2回入力してください。",
        "内線番号表\n警備室　1119\nサーバ室　3150",
        "token_ttl: 3600\nSESSION_COOKIE_AGE=1800",
        "API_KEY=your_api_key_here",
        "token: ${GITHUB_TOKEN}",
        "DB_PASSWORD=（ここに入れる）",
        'curl "$KIJUN_URL/v1/traces" -H "Authorization: Bearer $KEY"',
        "secret: 0.94, token 0.95",
        "token limit 4096",
        '{"year": 2024, "month": 12, "day": 31, "code": "1310"}',
        '{"type": "login", "user": "u0417", "result": 2001, "door": 4417}',
        "locked: v1.2.0\nlogin: 2026-12-01T09:12:33Z",
        'api_key=key, messages=[{"role": "user"}]',
        "the municipality's key and its password",
        "添付: 比較表_1014.xlsx（パスワードなし）",
        "パスワードを忘れた方は市民課（0585-12-3456）へ。受付は8:30から17:15まで。",
        "ログインIDは職員番号（204517）です。パスワードは別途お知らせします。",
    ],
)
def test_what_is_none(text: str) -> None:
    assert found(text) == []


def test_a_rule_that_knows_the_place_is_surer() -> None:
    text = "パスワード：himawari_77"
    (finding,) = [one for one in INSPECTOR.inspect(text) if one.type == "SECRET"]
    assert finding.rule == "secret-labelled"


def test_without_weights_nothing_is_judged() -> None:
    assert list(judged(scene("警備の解除はいつもの4-1-7-9で"), Weights({}))) == []


def test_two_that_overlap_are_one_and_the_likelier_stays() -> None:
    weights = Weights({TABLE: {"how=s=": 2.0, "how=w": 1.0}})
    text = "パスワードの設定 pw=Kaede#2026x"
    ((start, end, score),) = judged(scene(text), weights)
    assert text[start:end] == "Kaede#2026x"
    assert 0.5 < score < 0.8


def test_below_the_least_margin_nothing_is_told() -> None:
    text = "パスワードの設定 pw=Kaede#2026x"
    assert list(judged(scene(text), Weights({TABLE: {"b": LEAST - 0.01}}))) == []
    assert list(judged(scene(text), Weights({TABLE: {"b": LEAST}})))


def test_no_sign_holds_the_value() -> None:
    """Weights are read by everybody: what was learnt from gives nothing away."""
    text = "館内Wi-Fiのパスワードはtsubakiyama-2291です"
    signs = Signs(scene(text))
    (number,) = [
        n for n, place in enumerate(signs.places) if text[place.start : place.end] == "tsubakiyama-2291"
    ]
    assert not any("tsubaki" in sign or "2291" in sign for sign in signs.of(number))
    assert not any("tsubaki" in name for name in bundled_weights()._tables[TABLE])


def test_time_grows_with_the_number_of_secrets() -> None:
    def cost(count: int) -> float:
        text = scene("警備の解除はいつもの4-1-7-9で\n" * count)
        gc.disable()  # a look through all that other tests have left takes longer than this
        try:
            began = time.process_time()
            assert len(list(judged(text, bundled_weights()))) == count
            return time.process_time() - began
        finally:
            gc.enable()

    least = most = float("inf")
    for _ in range(4):  # what is quadratic fails each time, a busy machine does not
        least, most = min(least, cost(1_000)), min(most, cost(8_000))
        if most < 16 * least + 0.05:
            return
    raise AssertionError(f"{least:.3f} s, then {most:.3f} s")
