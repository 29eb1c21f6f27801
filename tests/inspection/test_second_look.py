"""Sure names speak for the same name elsewhere and for names that stand alike."""

from __future__ import annotations

from kijun.inspection.scene import Candidate
from kijun.inspection.second_look import Sure
from tests.inspection.scenes import scene


def name(text: str, value: str, after: int = 0) -> Candidate:
    start = text.index(value, after)
    return Candidate("PERSON", start, start + len(value), 0.9, "person")


def test_it_works() -> None:
    text = "担当は山田太郎。\n・鈴木、\n・佐藤、\n山田が来た"
    sure = Sure(scene(text), [name(text, "山田太郎"), name(text, "鈴木")])
    assert sure.features(name(text, "山田", 15), False) == ["alike=0", "known"]  # a part of a sure name
    assert sure.features(name(text, "佐藤"), False) == ["alike=1"]  # stands like 鈴木
    assert sure.features(name(text, "来た"), False) == ["alike=0"]


def test_a_name_does_not_speak_for_itself() -> None:
    text = "・鈴木、"
    sure = Sure(scene(text), [name(text, "鈴木")])
    assert sure.features(name(text, "鈴木"), True) == ["alike=0"]


def test_a_name_in_two_places_speaks_for_both() -> None:
    text = "鈴木さんと鈴木様"
    both = [name(text, "鈴木"), name(text, "鈴木", 3)]
    sure = Sure(scene(text), both)
    assert all("known" in sure.features(one, True) for one in both)


def test_many_that_stand_alike_count_as_three() -> None:
    text = "".join(f"{number}.鈴木様\n" for number in range(1, 7))
    names = [name(text, "鈴木", 6 * number) for number in range(6)]
    assert len({one.start for one in names}) == 6
    assert Sure(scene(text), names).features(names[-1], True)[0] == "alike=3"


def test_nothing_sure_says_nothing() -> None:
    text = "鈴木様"
    assert Sure(scene(text), []).features(name(text, "鈴木"), False) == ["alike=0"]


def test_names_that_are_joined_speak_for_each_other() -> None:
    for text, by in (("畠山・小野寺の2名", "・"), ("畠山さんと小野寺が訪問", "と"), ("小野寺、畠山", "、")):
        sure = Sure(scene(text), [name(text, "畠山")])
        assert f"joined={by}" in sure.features(name(text, "小野寺"), False)


def test_a_likely_name_speaks_only_for_what_it_is_joined_with() -> None:
    text = "・浜口・戸田、\n・本木、"
    sure = Sure(scene(text), [], likely=[name(text, "浜口")])
    assert sure.features(name(text, "戸田"), False) == ["alike=0", "joined=・"]
    assert sure.features(name(text, "本木"), False) == ["alike=0"]
