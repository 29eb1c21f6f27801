import pytest

from kijun.catalog import place_reads


@pytest.mark.parametrize(
    ("place", "ja", "en"),
    [
        ("5-1 6-1", "第5部 5-1 ⑥ ①", "Part 5, 5-1 ⑥ ①"),
        ("5-2 1-1, 1-3, 10-1", "第5部 5-2 ① ①、① ③、⑩ ①", "Part 5, 5-2 ① ①, ① ③, ⑩ ①"),
        ("5-1 ⑥ ①", "第5部 5-1 ⑥ ①", "Part 5, 5-1 ⑥ ①"),
        ("4-10", "第4部 4-10", "Part 4, 4-10"),
        ("Part 4, 4-3 ①; Part 2-2", "第4部 4-3 ①、第2部 2-2", "Part 4, 4-3 ①; Part 2, 2-2"),
        ("Introduction; Part 1-3", "はじめに、第1部 1-3", "Introduction; Part 1, 1-3"),
        ("Part 3; 5-2 introduction", "第3部、第5部 5-2（前書き）", "Part 3; Part 5, 5-2 (opening)"),
    ],
)
def test_it_works(place, ja, en):
    assert place_reads(place) == ja
    assert place_reads(place, "en-GB") == en


@pytest.mark.parametrize(
    "place", ["", "AI利用要綱 第5条", "要綱; Part 3", "5-1 11-1", "9-9 1-1", "5-1 その他"]
)
def test_what_is_no_place_in_the_guideline_stays_as_it_is(place):
    assert place_reads(place) == place_reads(place, "en") == place


def test_every_place_of_the_catalogue_is_understood(catalog):
    places = [one.place for one in (*catalog.principles, *catalog.topics, *catalog.controls)]
    places += [place for risk in catalog.risks for _, place in risk.places]
    assert [place for place in places if place_reads(place) == place] == []
