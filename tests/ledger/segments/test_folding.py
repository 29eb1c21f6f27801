import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kijun.ledger.segments.folding import SEPARATOR, asked, fold, fold_question, runs, searchable


def test_it_works() -> None:
    assert fold("ｶｲｺﾞ保険の　ＡＩ相談") == "カイゴ保険ノ ai相談"
    assert asked(fold("介護保険")) == (["介護", "護保", "保険"], [])
    assert searchable(
        orjson.dumps({"messages": [{"role": "user", "content": "税金は？"}], "n": 1, "answer": "窓口へ"})
    ) == SEPARATOR.join(["税金は?".replace("?", "？"), "窓口へ"])


@pytest.mark.parametrize(
    ("given_text", "folded"),
    [("", ""), (" \n\t　", ""), ("a\n\r\n b", "a b"), ("が", "ガ"), ("か\u3099", "ガ"), ("𠮷", "𠮷"), ("\ud800x", "\ufffdx"), ("㌔", "キロ"), ("ﬁ", "fi")],
)  # fmt: skip
def test_folds(given_text: str, folded: str) -> None:
    assert fold(given_text) == folded


def test_questions_of_single_characters_are_told_apart_from_pairs() -> None:
    assert asked("税") == ([], ["税"])
    assert asked("a b") == ([], ["a", "b"])
    assert asked("a 税金") == (["税金"], [])


def test_labels_of_the_api_are_no_text_but_words_under_the_same_names_are() -> None:
    content = {
        "messages": [{"role": "assistant", "type": "text", "content": "assistant と言った"}],
        "type": "家賃の滞納",
    }
    assert searchable(orjson.dumps(content)).split(SEPARATOR) == ["assistant と言った", "家賃の滞納"]


def test_what_was_noted_beside_a_question_is_no_text() -> None:
    asked = {
        "endpoint": "chat",
        "request": {
            "model": "kijun-sample",
            "tool_choice": "auto",
            "messages": [
                {"role": "user", "content": "転入届の期限は？"},
                {"role": "tool", "tool_call_id": "call_1", "content": "14日"},
            ],
            "metadata": {"case": "窓口A", "id": "R8-15"},
            "unknown": {"where": "二階", "stop": "終わり"},
            "tools": [{"type": "function", "function": {"name": "find", "description": "探す"}}],
        },
        "findings": [{"where": "messages[0].content", "label_ja": "氏名", "why": {"en": "a name"}}],
        "uninspected": [{"where": "messages[0].content[1]", "what": "image"}],
        "client": {"address": "127.0.0.1", "agent": "curl"},
        "refusal": {"code": "content_blocked", "ja": "含まれています。", "en": "It holds it."},
        "rules": "1",
    }
    assert searchable(orjson.dumps(asked)).split(SEPARATOR) == [
        "転入届の期限は？", "14日", "窓口A", "R8-15", "二階", "終わり", "find", "探す",
    ]  # fmt: skip


def test_what_was_noted_beside_an_answer_is_no_text() -> None:
    answered = {
        "texts": [{"where": "choices[0].message.content", "text": "14日以内です。"}],
        "finish_reasons": ["stop"],
        "attempts": [{"upstream": "u", "status": 200, "error": "", "how": "answered"}],
        "usage": {"prompt_tokens": 1},
        "tool_calls": [{"name": "look_up"}],
        "sources": [{"document": "d1", "title": "手引き", "where": "第1章", "dated": "2026-01-01"}],
        "given_sources": [{"n": 1, "title": "市の頁", "url": "https://a.example", "text": "", "date": ""}],
        "error": {"code": "upstream_cut", "ja": "切れました。", "en": "It broke off."},
    }
    texts = searchable(orjson.dumps(answered)).split(SEPARATOR)
    assert texts[:3] == ["14日以内です。", "look_up", "手引き"]
    assert "市の頁" in texts
    for label in ("content", "answered", "stop", "choices", "upstream"):
        assert label not in " ".join(texts)


@pytest.mark.parametrize(
    "content",
    [
        b'{"request": null, "texts": 1, "sources": "x"}',
        b'{"request": ["x"], "texts": [1, {"text": 5}], "sources": [null]}',
        b'{"texts": [{"where": "x", "text": null}], "sources": [{"title": 4}], "q": "x"}',
    ],
)
def test_a_content_in_another_shape_is_read_too(content: bytes) -> None:
    assert searchable(content) == "x"


def test_a_deep_content_is_read() -> None:
    assert searchable(b"[" * 500 + b'"x"' + b"]" * 500) == "x"


@given(st.text(), st.integers(0, 20), st.integers(1, 9))
def test_a_text_has_the_pairs_of_each_of_its_pieces(text: str, start: int, length: int) -> None:
    folded = fold(text)
    piece = fold_question(folded[start : start + length])
    have = {run[at : at + 2] for run in runs(folded) for at in range(len(run) - 1)}
    pairs, singles = asked(piece)
    if piece in folded:
        assert set(pairs) <= have
        assert all(single in folded for single in singles)


@given(st.text())
def test_a_question_never_holds_the_separator(text: str) -> None:
    assert SEPARATOR not in fold_question(text)
