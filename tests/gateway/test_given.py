"""The sources that a service gives with its answer, in the shapes that services use."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kijun.gateway.given import MOST, Given

URL = "https://www.soumu.go.jp/guide.html"


def found(place: str, *kept: object) -> list[tuple[int, str, str, str]]:
    taken = Given()
    for one in kept:
        taken.take(place, one)
    return [(one["n"], one["title"], one["url"], one["text"]) for one in taken.found]


def test_it_works() -> None:
    said = [
        {
            "type": "url_citation",
            "url_citation": {"url": URL, "title": "手引き", "start_index": 0, "end_index": 3},
        },
        {
            "type": "file_citation",
            "file_citation": {"file_id": "file-1", "filename": "要綱.pdf", "quote": "第3条"},
        },
    ]
    assert found("choices[0].message.annotations", said) == [
        (1, "手引き", URL, ""),
        (2, "要綱.pdf", "", "第3条"),
    ]


@pytest.mark.parametrize(
    ("place", "kept", "wanted"),
    [
        ("output[0].content[0].annotations", [{"type": "url_citation", "url": URL, "title": "手引き"}], ("手引き", URL, "")),
        ("response.output_text.annotation.added", {"annotation": {"type": "url_citation", "url": URL, "title": "手引き"}}, ("手引き", URL, "")),
        ("citations", [URL], ("", URL, "")),
        ("search_results", [{"title": "手引き", "url": URL, "snippet": "14日以内"}], ("手引き", URL, "14日以内")),
        ("choices[0].message.context", {"citations": [{"title": "手引き", "filepath": "a.pdf", "content": "第3条"}]}, ("手引き", "", "第3条")),
        ("grounding_metadata", {"groundingChunks": [{"web": {"uri": URL, "title": "手引き"}}]}, ("手引き", URL, "")),
    ],
)  # fmt: skip
def test_each_services_shape(place: str, kept: object, wanted: tuple[str, str, str]) -> None:
    assert found(place, kept) == [(1, *wanted)]


def test_what_is_told_again_is_one_source_and_there_is_an_end() -> None:
    assert found("citations", [URL], [URL, "https://example.jp/"]) == [
        (1, "", URL, ""),
        (2, "", "https://example.jp/", ""),
    ]
    assert len(found("citations", [f"https://example.jp/{n}" for n in range(MOST * 2)])) == MOST


def test_what_is_no_source_is_none() -> None:
    assert found("choices[0].message.reasoning", [URL]) == []
    assert found("annotations", [None, 3, [], {}, {"type": "file_path"}]) == []


JSON = st.recursive(
    st.none() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4)
    | st.dictionaries(st.sampled_from(["citations", "url", "title", "url_citation", "groundingChunks", "web"]), inner, max_size=4),
    max_leaves=12,
)  # fmt: skip


@given(st.sampled_from(["annotations", "citations", "context", "grounding_metadata", "x.added"]), JSON)
def test_no_shape_breaks_it(place: str, kept: object) -> None:
    for _, title, url, _text in found(place, kept):
        assert title or url
