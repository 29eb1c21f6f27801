"""Characters that cannot be seen: shown as what they are, refused in reasons."""

from __future__ import annotations

from kijun.web import invisible


def test_it_works() -> None:
    said = "振込先を\u202e確かめて\u202c<b>"
    assert invisible.told(said) == "振込先を⟨U+202E⟩確かめて⟨U+202C⟩<b>"
    shown = invisible.marked(said)
    assert '<span class="invisible">⟨U+202E⟩</span>' in shown
    assert "\u202e" not in shown
    assert "&lt;b&gt;" in shown


def test_what_texts_are_made_of_stays() -> None:
    for text in ("一行\n二行\t三", "👨\u200d👩\u200d👧", "葛\U000e0100城", "普通の文"):
        assert invisible.told(text) == text
        assert invisible.marked(text) == text


def test_the_first() -> None:
    assert invisible.first("a\u200bb") == "\u200b"
    assert invisible.first("一行\n二行") == "\n"
    assert invisible.first("一行\n二行", lines=True) is None
    assert invisible.name_of("\u3164") == "U+3164"
