"""What a municipality adds without code: its words, its patterns, the words it forbids, and what is public of its own."""

from __future__ import annotations

import re
import time
from typing import Any

import pytest

from kijun.inspection import DataType, Finding, Inspector, Kind, Policy, RuleError
from kijun.inspection.masking import mask, partial, redact
from kijun.inspection.own import LONGEST_WORD, MOST_WORDS, KnownPublic, own_rules, read_rule
from kijun.inspection.own_words import plain
from kijun.inspection.placeholders import Placeholders
from kijun.inspection.restoring import restore


def inspect(text: str, **policy: Any) -> list[tuple[str, str]]:
    """What is found in a text by a policy's own rules: (type, value)."""
    read = Policy.read(policy)
    own = {rule.id for rule in read.rule_set().rules if rule.by.startswith("own-")}
    return [(one.type, one.of(text)) for one in Inspector(read).inspect(text) if one.rule in own]


def words_rule(*words: str, **more: Any) -> dict[str, Any]:
    return {"id": "own-word", "type": "CONFIDENTIALITY_MARK", "by": "words", "words": list(words), **more}


def pattern_rule(pattern: str, **more: Any) -> dict[str, Any]:
    return {"id": "own-pattern", "type": "LOCAL_ID", "by": "pattern", "pattern": pattern, **more}


def test_it_works() -> None:
    found = inspect(
        "ほくと計画について、職員番号１２３４５６の者に確かめる。ヤバイ。",
        rules=[words_rule("ホクト計画"), pattern_rule("職員番号([0-9]{6})", group=1)],
        forbidden_words=["やばい"],
    )
    assert found == [
        ("CONFIDENTIALITY_MARK", "ほくと計画"),
        ("LOCAL_ID", "１２３４５６"),
        ("forbidden_word", "ヤバイ"),
    ]


@pytest.mark.parametrize(
    ("word", "written"),
    [
        ("やばい", "ヤバイ"),
        ("ヤバイ", "やばい"),
        ("ヤバイ", "ﾔﾊﾞｲ"),
        ("ガッツ", "ｶﾞｯﾂ"),
        ("Project X", "ＰＲＯＪＥＣＴ　Ｘ"),
        ("Project X", "projectx"),
        ("北斗計画", "北\u200b斗計画"),
        ("ヴィーナス", "ゔぃーなす"),
        ("ＡＢＣ−１", "abc-1"),
    ],
)
def test_a_word_is_found_in_every_spelling(word: str, written: str) -> None:
    assert inspect(f"これは{written}です", forbidden_words=[word]) == [("forbidden_word", written)]


@pytest.mark.parametrize("text", ["MAILを送る", "AI2を使う", "2AI", "chair"])
def test_latin_letters_and_figures_around_a_word_make_it_another(text: str) -> None:
    assert inspect(text, forbidden_words=["AI"]) == []


def test_a_latin_word_stands_beside_japanese() -> None:
    assert inspect("生成AIの研修", forbidden_words=["AI"]) == [("forbidden_word", "AI")]


def test_of_words_at_one_place_the_longest_is_found() -> None:
    assert inspect("極秘計画書", forbidden_words=["極秘", "極秘計画", "計画書"]) == [
        ("forbidden_word", "極秘計画")
    ]


def test_a_word_of_two_rules_is_found_by_both() -> None:
    rules = [words_rule("北斗"), words_rule("北斗", id="other", type="abuse")]
    assert inspect("北斗です", rules=rules) == [("CONFIDENTIALITY_MARK", "北斗"), ("abuse", "北斗")]


def test_what_an_own_rule_finds_is_not_found_again_as_something_else() -> None:
    policy = Policy.read({"rules": [pattern_rule("090-1234-[0-9]{4}")]})
    text = "山田太郎様の携帯は090-1234-5678です"
    found = [(one.type, one.of(text)) for one in Inspector(policy).inspect(text).data]
    assert ("LOCAL_ID", "090-1234-5678") in found
    assert all(type != "PHONE" for type, _ in found)


def test_a_word_that_somebody_registers_shows_nothing_of_an_address() -> None:
    text = "住所は北海道北斗市中央1丁目2-3です"
    plain_ = Inspector().inspect(text)
    inspection = Inspector(Policy.read({"rules": [words_rule("北斗")]})).inspect(text)
    assert redact(inspection) == redact(plain_) == "住所は■住所■です"
    assert [(one.type, one.of(text)) for one in inspection.data] == [
        ("ADDRESS", "北海道北斗市中央1丁目2-3"),
        ("CONFIDENTIALITY_MARK", "北斗"),  # counts all the same: it may be what stops a text
    ]
    table = Placeholders()
    assert restore(mask(inspection, table), table) == text
    assert partial(plain_) == "住所は北海道北斗市●●●です"
    assert partial(inspection) == "住所は●●●です"
    assert redact(inspection, only=["CONFIDENTIALITY_MARK"]) == "住所は北海道■機密表示■市中央1丁目2-3です"


@pytest.mark.parametrize("word", ["太", "田太", "太郎様"])
def test_a_word_that_somebody_registers_shows_nothing_of_a_name(word: str) -> None:
    text = "申請者は山田太郎様です"
    inspection = Inspector(Policy.read({"rules": [words_rule(word)]})).inspect(text)
    shown = redact(inspection)
    assert not set("山田太郎") & set(shown)
    table = Placeholders()
    assert restore(mask(inspection, table), table) == text


def test_in_a_longer_finding_of_its_own_type_a_word_says_nothing_more() -> None:
    policy = Policy.read({"rules": [words_rule("山田", type="PERSON")]})
    text = "申請者は山田太郎様です"
    assert [one.of(text) for one in Inspector(policy).inspect(text).data] == ["山田太郎"]


@pytest.mark.parametrize(
    ("word", "written"),
    [
        ("北斗計画", "北斗\n計画"),
        ("北斗計画", "北斗 \n　　計画"),
        ("PROJECT X", "PROJECT  X"),
        ("PROJECT X", "Project\nX"),
        ("PROJECT X", "ＰＲＯＪＥＣＴ　 Ｘ"),
        ("AI計画", "AI 計画"),
    ],
)
def test_a_word_is_found_with_other_white_space_and_broken_by_a_line(word: str, written: str) -> None:
    assert inspect(f"これは{written}です", forbidden_words=[word]) == [("forbidden_word", written)]


@pytest.mark.parametrize(
    ("word", "text"),
    [("AI", "a i"), ("AI", "A\nI"), ("東西", "東 西"), ("北斗計画", "北斗\n\n計画"), ("AB C", "A BC")],
)
def test_white_space_where_a_word_has_none_makes_it_two(word: str, text: str) -> None:
    assert inspect(text, forbidden_words=[word]) == []


def test_a_word_is_written_as_texts_are_read() -> None:
    assert inspect("がんばる会です", forbidden_words=["か\u3099んばる会"]) == [
        ("forbidden_word", "がんばる会")
    ]


def test_a_pattern_reads_digits_through_disguises_where_it_asks_to() -> None:
    rule = pattern_rule("職員番号[0-9]{8}", view="digits")
    assert inspect("職員番号一二三四五六七八", rules=[rule]) == [("LOCAL_ID", "職員番号一二三四五六七八")]
    assert inspect("職員番号一二三四五六七八", rules=[pattern_rule("職員番号[0-9]{8}")]) == []


def test_a_group_that_took_no_part_finds_nothing() -> None:
    assert inspect("甲12", rules=[pattern_rule("甲(乙)?[0-9]", group=1)]) == []


def test_the_kind_follows_from_the_type() -> None:
    assert read_rule(words_rule("x")).kind is Kind.DATA
    assert read_rule(words_rule("x", type="forbidden_word")).kind is Kind.EXPRESSION
    assert read_rule(words_rule("x", type="indirect")).kind is Kind.ATTACK


def test_why_is_said_where_the_rule_does_not_say_it() -> None:
    found: dict[str, Finding] = {}
    policy = Policy.read(
        {
            "rules": [
                words_rule("北斗"),
                pattern_rule("甲[0-9]{3}"),
                words_rule("南斗", id="said", why={"ja": "内部の呼び名です。"}),
            ],
            "forbidden_words": ["やばい"],
        }
    )
    for one in Inspector(policy).inspect("北斗、甲123、南斗、やばい"):
        found[one.rule] = one
    assert set(found) >= {"own-word", "own-pattern", "said", "forbidden-words"}
    assert all(one.why.ja and one.why.en for one in found.values())
    assert found["said"].why.ja == found["said"].why.en == "内部の呼び名です。"


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("text", "mapping"),
        ({"type": "PERSON", "by": "words", "words": ["x"]}, "no id"),
        (words_rule("x", type="NOTHING"), "no type NOTHING"),
        (words_rule("x", type=["PERSON"]), "no type"),
        (words_rule("x", by="names"), "by is pattern or words"),
        (words_rule("x", pattern="y"), "unknown entry: pattern"),
        (words_rule(), "list of texts"),
        ({**words_rule("x"), "words": "北斗"}, "list of texts"),
        ({**words_rule("x"), "words": [312345676]}, "list of texts"),
        (words_rule("x", " "), "empty word"),
        (words_rule("\u200b"), "empty word"),
        (words_rule("ﾞ"), "empty word"),
        (pattern_rule("か\u3099く"), "write 'が'"),
        (words_rule("x" * (LONGEST_WORD + 1)), "at most"),
        ({**words_rule("x"), "words": ["x"] * (MOST_WORDS + 1)}, "at most"),
        (words_rule("x", examples={"match": "x"}), "match is a list"),
        (words_rule("x", refs="LLM01"), "refs is a list"),
        (words_rule("x", examples=["x"]), "examples holds {match: […], no_match: […]}"),
        (words_rule("x", examples="x"), "examples holds"),
        (words_rule("x", examples={"matches": ["x"]}), "examples holds"),
        (words_rule("x", examples={"match": [1]}), "match is a list"),
        (words_rule("x", score=2), "score is a number above 0, 1 at most"),
        (words_rule("x", score=0), "score is a number"),
        (words_rule("x", score="0.9"), "score is a number"),
        (words_rule("x", score=True), "score is a number"),
        (words_rule("x", score=float("nan")), "score is a number"),
        (words_rule("x", version="1"), "version is a whole number from 1 up"),
        (words_rule("x", version=-1), "version is a whole number"),
        (words_rule("x", version=None), "version is a whole number"),
        (words_rule("x", version=True), "version is a whole number"),
        (words_rule("x", target=["x"]), "target is one of nationality"),
        (words_rule("x", target="nobody"), "target is one of"),
        (words_rule("x", why="x"), "why holds texts"),
        (words_rule("x", why={"ja": 1}), "why holds texts"),
        (words_rule("x", why={"jp": "理由"}), "why holds texts"),
        (words_rule("x", refs={"a": 1}), "refs is a list"),
        (words_rule("x", kind="attack"), "the kind of CONFIDENTIALITY_MARK is data"),
        (words_rule("x", kind="nope"), "the kind of CONFIDENTIALITY_MARK is data"),
        (words_rule("x", by=None), "by is pattern or words"),
        (words_rule("x", by=["words"]), "by is pattern or words"),
        (words_rule("x", id=" "), "no id"),
        (words_rule("x", type=None), "no type None"),
        (pattern_rule("(?=[0-9]{6})"), "always empty"),
        (pattern_rule("(?=([0-9]{6}))", group=0), "always empty"),
        (pattern_rule("番号(?:x|())[0-9]", group=1), "always empty"),
        ({"id": "a", "type": "PERSON", "by": "pattern"}, "holds a regular expression"),
        (pattern_rule("(a"), "no regular expression"),
        (pattern_rule("a+"), "upper bound"),
        (pattern_rule(".{0,100}a.{0,100}b"), "upper bound"),
        (pattern_rule("a{0,5}"), "nothing at all"),
        (pattern_rule("番号：[0-9]{6}"), "write ':' for '：'"),
        (pattern_rule("a", group=1), "no group 1"),
        (pattern_rule("a", group=True), "no group"),
        (pattern_rule("a", view="kana"), "view"),
        (pattern_rule("a", patern="b"), "unknown entry: patern"),
    ],
)
def test_a_rule_that_cannot_be_used_is_refused_by_name(row: Any, said: str) -> None:
    with pytest.raises(RuleError) as caught:
        Policy.read({"rules": [row]})
    assert said in caught.value.message.en
    assert caught.value.message.ja
    for message in (caught.value.message.ja, caught.value.message.en):
        assert not re.search("object|argument|attribute|Kind|<", message), "Python's own words"


def test_a_group_inside_a_lookahead_is_a_value() -> None:
    inspector = Inspector(Policy.read({"rules": [pattern_rule("番号(?=([0-9]{6}))", group=1)]}))
    assert [one.of("番号123456") for one in inspector.inspect("番号123456") if one.rule == "own-pattern"] == [
        "123456"
    ]


def test_a_pattern_that_cannot_be_read_says_where() -> None:
    with pytest.raises(RuleError) as caught:
        Policy.read({"rules": [pattern_rule("番号(a")]})
    assert "3文字目" in caught.value.message.ja
    assert "unterminated" not in caught.value.message.ja


def test_two_rules_do_not_share_an_id() -> None:
    with pytest.raises(RuleError):
        Policy.read({"rules": [words_rule("x"), words_rule("y")]})
    with pytest.raises(RuleError):
        Policy.read({"rules": [words_rule("x", id="my-number")]})


def test_rules_that_are_made_in_code_are_checked_as_well() -> None:
    rule = read_rule(words_rule("x"))
    assert own_rules([rule], ()) == (rule,)
    with pytest.raises(RuleError):
        own_rules([], ["x", ""])


def test_many_words_are_found_in_one_pass() -> None:
    policy = Policy.read({"forbidden_words": [f"禁止{number}語" for number in range(20_000)]})
    inspector = Inspector(policy)
    start = time.process_time()
    found = inspector.inspect("禁止77語です。" * 2_000).expressions
    assert time.process_time() - start < 5
    assert len(found) >= 2_000


def test_one_spelling_keeps_the_length() -> None:
    for text in ("ＡＢＣ　ヤバイ", "İstanbul", "㈱", "カ"):
        assert len(plain(text)) == len(text)


# --- what is public of the office's own ----------------------------------------------------------

PUBLIC = (
    "03-1234-5678（代表）",
    "info@city.aozora.example.jp",
    "みどり県青空市中央1丁目2番3号",
    "〒123-4567",
    "青空 太郎",
    "みどり県夕焼町二丁目三十六番地の二",
)


@pytest.mark.parametrize(
    ("type", "value"),
    [
        ("PHONE", "０３（１２３４）５６７８"),
        ("PHONE", "0312345678"),
        ("PHONE", "+81 3 1234 5678"),
        ("PHONE", "+81-(0)3-1234-5678"),
        ("PHONE", "〇三ー一二三四ー五六七八"),
        ("EMAIL", "Info@City.Aozora.Example.JP"),
        ("POSTAL_CODE", "１２３−４５６７"),
        ("ADDRESS", "みどり県青空市中央1-2-3"),
        ("ADDRESS", "青空市中央１丁目２−３"),
        ("ADDRESS", "中央1丁目2番3号"),
        ("ADDRESS", "中央一丁目2番3号"),
        ("ADDRESS", "みどり県青空市中央一丁目二番三号"),
        ("ADDRESS", "青空市中央一ー二ー三"),
        ("ADDRESS", "青空市中央一の二の三"),
        ("ADDRESS", "夕焼町2-36-2"),
        ("ADDRESS", "夕焼町2丁目36番2号"),
        ("ADDRESS", "夕焼町二丁目三六番二号"),
        ("PERSON", "青空太郎"),
    ],
)
def test_what_is_public_is_no_finding_in_any_spelling(type: str, value: str) -> None:
    assert KnownPublic(PUBLIC)(type, value)


@pytest.mark.parametrize(
    ("type", "value"),
    [
        ("PHONE", "03-1234-5679"),
        ("PHONE", "1234-5678"),
        ("EMAIL", "taro@city.aozora.example.jp"),
        ("ADDRESS", "青空市中央1-2-31"),
        ("ADDRESS", "青空市中央一丁目二番三十一号"),
        ("ADDRESS", "青空市中央十一丁目二番三号"),
        ("ADDRESS", "夕焼町二丁目三十番六号の二"),
        ("ADDRESS", "青空市中央12-3"),
        ("ADDRESS", "青空市中央1-2-3-405"),
        ("ADDRESS", "夕焼市中央1-2-3"),
        ("ADDRESS", "1-2-3"),
        ("PERSON", "青空花子"),
        ("ATTACK", "03-1234-5678"),
    ],
)
def test_what_only_looks_like_it_is_one(type: str, value: str) -> None:
    assert not KnownPublic(PUBLIC)(type, value)


def test_an_address_may_be_registered_without_its_prefecture() -> None:
    assert KnownPublic(["青空市中央1-2-3"])("ADDRESS", "みどり県青空市中央1丁目2番3号")


def test_nothing_is_public_where_nothing_was_registered() -> None:
    assert not KnownPublic([])("PHONE", "")
    assert not KnownPublic(["（代表）"])("PHONE", "")


def test_a_policy_lets_its_own_numbers_pass() -> None:
    text = "本人の携帯は090-1234-5678、自宅の電話は03-1234-5678です。"
    everything = [one.of(text) for one in Inspector().inspect(text) if one.type == DataType.PHONE]
    policy = Policy.read({"known_public": ["03 1234 5678"]})
    rest = [one.of(text) for one in Inspector(policy).inspect(text) if one.type == DataType.PHONE]
    assert everything == ["090-1234-5678", "03-1234-5678"]
    assert rest == ["090-1234-5678"]
