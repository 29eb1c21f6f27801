"""A frozen copy as people read it."""

from __future__ import annotations

from django.utils import translation

from kijun.governance.approvals.drawing import Node, draw

LABELS = {"_labels": {"answers": {"ja": "回答", "en": "Answers"}, "control": "対策"}}


def pairs(node: Node) -> dict[str, str]:
    return {label: value.text for label, value in node.pairs}


def test_it_works() -> None:
    node = draw("", {**LABELS, "control": "P6.1.2", "answers": [{"control": "G.1", "ok": True}]})
    assert [label for label, _value in node.pairs] == ["対策", "回答"]
    table = node.pairs[1][1]
    assert (table.kind, table.head) == ("table", ("対策", "ok"))
    assert [cell.text for _label, cell in table.rows[0]] == ["G.1", "はい"]


def test_values_as_people_write_them() -> None:
    node = draw(
        "",
        {"a": "2026-11-23", "b": None, "c": False, "d": [], "e": {"ja": "日", "en": "En"}, "f": 3, "g": {}},
    )
    assert pairs(node) == {
        "a": "2026年11月23日（令和8年）",
        "b": "―",
        "c": "いいえ",
        "d": "―",
        "e": "日",
        "f": "3",
        "g": "―",
    }
    with translation.override("en"):
        assert pairs(draw("", {"e": {"ja": "日", "en": "En"}})) == {"e": "En"}


def test_moments_and_what_only_looks_like_one() -> None:
    node = draw("", {"a": "2026-11-23T05:00:00+00:00", "b": "2026-99-99", "c": "2026-11-23Tnoon"})
    assert pairs(node) == {"a": "2026/11/23 14:00", "b": "2026-99-99", "c": "2026-11-23Tnoon"}


def test_labels_of_a_model() -> None:
    assert [label for label, _v in draw("organisation.department", {"name": "x", "zzz": 1}).pairs] == [
        "部署名",
        "zzz",
    ]


def test_lists_of_texts_and_deep_ones() -> None:
    node = draw("", ["a", ["b"]])
    assert (node.kind, node.nodes[0].text, node.nodes[1].kind) == ("list", "a", "list")
    wide = draw("", [{str(n): n for n in range(9)}])
    assert (wide.kind, wide.nodes[0].kind) == ("list", "facts")
