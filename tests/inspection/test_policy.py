"""Policies: what a file may say, and how each mistake in one is told."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from kijun.inspection import Attack, DataType, Expression, Inspector, Policy, RuleError, TextTooLong
from kijun.inspection.policy import LARGEST_FILE, LONGEST, UnreadablePolicy
from kijun.inspection.rule import bundled

TEXT = "山田太郎様の携帯は090-1234-5678です。"


def write(folder: Path, text: str | bytes) -> Path:
    file = folder / "policy.yaml"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return file


def test_it_works(tmp_path: Path) -> None:
    policy = Policy.load(
        write(
            tmp_path,
            """
            types: [PERSON, LOCAL_ID, forbidden_word]
            thresholds: {PERSON: 0.4}
            rules_off: [attack-model]
            forbidden_words: [やばい]
            known_public: ["03-1234-5678"]
            longest: 1000
            rules:
              - id: staff
                type: LOCAL_ID
                by: pattern
                pattern: "職員番号[0-9]{6}"
            """,
        )
    )
    assert policy.types == {"PERSON", "LOCAL_ID", "forbidden_word"}
    assert policy.threshold("PERSON") == 0.4
    assert policy.threshold("PHONE") == 0.5
    assert policy.forbidden_words == ("やばい",)
    assert policy.longest == 1000
    assert {one.type for one in Inspector(policy).inspect(TEXT + "ヤバイ")} == {"PERSON", "forbidden_word"}


def test_an_empty_policy_is_the_default() -> None:
    assert Policy.read({}) == Policy()
    assert Policy().longest == LONGEST
    assert Policy().rule_set() == bundled()


def test_json_is_read_as_well(tmp_path: Path) -> None:
    assert Policy.load(write(tmp_path, '\ufeff{"longest": 5}')).longest == 5


def test_types_and_thresholds_decide_what_is_acted_on() -> None:
    assert Policy(types=frozenset({"PHONE"})).acts("PHONE", 0.5)
    assert not Policy(types=frozenset({"PHONE"})).acts("PERSON", 1.0)
    assert not Policy(thresholds={"PHONE": 0.9}).acts("PHONE", 0.89)
    assert not Inspector(Policy.read({"thresholds": {"PHONE": 1.0}})).inspect(TEXT).counts().get("PHONE")


def test_a_rule_is_switched_off() -> None:
    off = Policy.read({"rules_off": ["phone"]})
    assert "phone" not in {rule.id for rule in off.rule_set().rules}
    assert "PHONE" not in Inspector(off).inspect(TEXT).counts()


def test_the_version_of_the_rules_tells_own_choices() -> None:
    plain, own = Policy(), Policy.read({"forbidden_words": ["やばい"]})
    rule = {"id": "a", "type": "PERSON", "by": "words", "words": ["x"]}
    hate = {**rule, "type": "discrimination"}
    versions = [
        policy.rule_set().version
        for policy in (
            plain,
            own,
            Policy.read({"forbidden_words": ["ひどい"]}),
            Policy.read({"known_public": ["やばい"]}),
            Policy.read({"rules_off": ["phone"]}),
            Policy.read({"rules": [rule]}),
            Policy.read({"rules": [{**rule, "words": ["y"]}]}),
            Policy.read({"rules": [{**rule, "type": "ADDRESS"}]}),
            Policy.read({"rules": [{**rule, "score": 0.7}]}),
            Policy.read({"rules": [hate]}),
            Policy.read({"rules": [{**hate, "target": "gender"}]}),
            Policy.read({"types": ["PHONE"]}),
            Policy.read({"thresholds": {"PHONE": 0.1}}),
        )
    ]
    assert len(set(versions)) == len(versions)
    assert all(version.startswith(bundled().version) for version in versions)
    assert own.rule_set().version == Policy.read({"forbidden_words": ["やばい"]}).rule_set().version
    assert Inspector(own).inspect("").rules == own.rule_set().version


def test_what_changes_nothing_does_not_mark_the_rules() -> None:
    same = ({"thresholds": {"PHONE": 0.5}}, {"longest": 5}, {"types": [*DataType, *Attack, *Expression]})
    for row in same:
        assert Policy.read(row).rule_set().version == bundled().version


@pytest.mark.parametrize("more", [{"score": 0.3}, {"thresholds": 0.995}])
def test_an_own_rule_that_would_find_nothing_is_refused(more: dict[str, float]) -> None:
    rule = {"id": "a", "type": "LOCAL_ID", "by": "words", "words": ["x"], "score": more.get("score", 0.99)}
    least = {"LOCAL_ID": more.get("thresholds", 0.5)}
    with pytest.raises(RuleError) as caught:
        Policy.read({"rules": [rule], "thresholds": least})
    assert "rule a: its score" in caught.value.message.en
    assert "規則 a" in caught.value.message.ja


@pytest.mark.parametrize(
    ("content", "line", "key"),
    [
        ("types: [PERSON]\ntypes: [PHONE]\n", 2, "types"),
        ("rules:\n  - id: a\n    type: PERSON\n    by: words\n    words: [x]\n    words: [y]\n", 6, "words"),
        ('{"longest": 5,\n "longest": 6}', 2, "longest"),
        ("thresholds: {PERSON: 0.4, PERSON: 0.9}", 1, "PERSON"),
    ],
)
def test_a_key_that_stands_twice_is_refused(tmp_path: Path, content: str, line: int, key: str) -> None:
    with pytest.raises(RuleError) as caught:
        Policy.load(write(tmp_path, content))
    assert f"line {line} of the policy: {key}" in caught.value.message.en
    assert f"{line}行目：項目 {key}" in caught.value.message.ja


def test_a_text_past_the_limit_is_refused_with_what_to_do() -> None:
    inspector = Inspector(Policy.read({"longest": 10}))
    assert inspector.inspect("あ" * 10).text
    with pytest.raises(TextTooLong) as caught:
        inspector.inspect("秘密" * 6)
    assert "12" in caught.value.message.en
    assert "10文字以内に分けて" in caught.value.message.ja
    assert "秘密" not in f"{caught.value!r}{caught.value.message}"


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ({"typs": []}, "unknown entry: typs"),
        ({1: 2}, "unknown entry: 1"),
        ({"types": "PERSON"}, "types is a list"),
        ({"types": []}, "names no type"),
        ({"types": [" "]}, "names no type"),
        ({"types": ["person"]}, "no type person"),
        ({"types": [1]}, "types is a list"),
        ({"thresholds": [0.5]}, "number for each type"),
        ({"thresholds": {"NAME": 0.5}}, "no type NAME"),
        ({"thresholds": {"PERSON": "high"}}, "between 0 and 1"),
        ({"thresholds": {"PERSON": True}}, "between 0 and 1"),
        ({"thresholds": {"PERSON": float("nan")}}, "between 0 and 1"),
        ({"thresholds": {"PERSON": 50}}, "between 0 and 1"),
        ({"rules_off": ["no-such-rule"]}, "no rule no-such-rule"),
        ({"rules_off": "phone"}, "rules_off is a list"),
        ({"rules": {"id": "x"}}, "rules is a list"),
        ({"forbidden_words": "やばい"}, "forbidden_words is a list"),
        ({"forbidden_words": ["\u200b"]}, "empty word"),
        ({"known_public": [312345676]}, 'put in ""'),
        ([], "a policy is a mapping"),
        (None, "a policy is a mapping"),
        ("types", "a policy is a mapping"),
        ({"rules": {}}, "rules is a list"),
        ({"rules": ""}, "rules is a list"),
        ({"types": ["PERSON", "PERSON"]}, "types: PERSON stands there twice"),
        ({"rules_off": ["phone", "phone"]}, "rules_off: phone stands there twice"),
        ({"forbidden_words": ["a", "b", "a "]}, "forbidden_words: a stands there twice"),
        ({"known_public": ["あ", "あ"]}, "known_public: あ stands there twice"),
        (
            {"types": ["PERSON"], "forbidden_words": ["a"]},
            "forbidden_words: types does not name forbidden_word",
        ),
        (
            {"thresholds": {"forbidden_word": 1}, "forbidden_words": ["a"]},
            "forbidden_words: its score 0.99 is below 1",
        ),
        (
            {"types": ["PERSON"], "rules": [{"id": "a", "type": "LOCAL_ID", "by": "words", "words": ["x"]}]},
            "rule a: types does not name LOCAL_ID",
        ),
        ({"longest": 0}, "from 1 up"),
        ({"longest": True}, "from 1 up"),
        ({"longest": "many"}, "from 1 up"),
    ],
)
def test_each_mistake_is_named(row: Any, said: str) -> None:
    with pytest.raises(RuleError) as caught:
        Policy.read(row)
    assert said in caught.value.message.en
    assert caught.value.message.ja


@pytest.mark.parametrize(
    "content",
    [
        "a: [",
        b"\xff\xfe\x00",
        "[" * 50_000,
        b"#" + b" " * LARGEST_FILE,
        "!!python/object:os.system x",
        "a: 1\n\tb",
    ],
)
def test_a_file_that_is_no_policy_is_refused(tmp_path: Path, content: str | bytes) -> None:
    with pytest.raises(RuleError):
        Policy.load(write(tmp_path, content))


def test_the_line_of_a_mistake_is_told(tmp_path: Path) -> None:
    with pytest.raises(UnreadablePolicy) as caught:
        Policy.load(write(tmp_path, "types: [PERSON]\nrules: ]\n"))
    assert "2行目" in caught.value.message.ja
    assert "line 2" in caught.value.message.en


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(UnreadablePolicy) as caught:
        Policy.load(tmp_path / "none.yaml")
    assert "none.yaml" in caught.value.message.en


@pytest.mark.parametrize("content", ["", "\n", "# types: [PERSON]\n", "---\n", "{}"])
def test_an_empty_file_is_the_default(tmp_path: Path, content: str) -> None:
    assert Policy.load(write(tmp_path, content)) == Policy()


@pytest.mark.parametrize("content", ["- types", "text", "0", "[]"])
def test_a_policy_is_a_mapping(tmp_path: Path, content: str) -> None:
    with pytest.raises(RuleError) as caught:
        Policy.load(write(tmp_path, content))
    assert "mapping" in caught.value.message.en


def test_a_file_that_multiplies_itself_is_refused_at_once(tmp_path: Path) -> None:
    rows = ["a0: &a0 [x, x]"] + [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 10)]
    with pytest.raises(RuleError):
        Policy.load(write(tmp_path, "\n".join([*rows, "forbidden_words: *a9"])))
    with pytest.raises(RuleError):
        Policy.read({"forbidden_words": [["x"]], "rules": []})
