import pytest

from kijun.catalog import Catalog, Text, compare
from kijun.catalog.pages import changed_lines, difference_page, page


def test_it_works(catalog):
    text = page(catalog, catalog.control("P6.1.3"), "ja")
    control = catalog.control("P6.1.3")
    assert text.startswith("P6.1.3  ")
    for part in (
        control.statement.ja,
        control.done_when[0].ja,
        "AI提供者",
        "第5部 5-1 ⑥ ①",
        "urn:kijun:control:P6.1.3",
    ):
        assert part in text
    assert "Kijun" not in text
    assert "AI provider" in page(catalog, control, "en")


@pytest.mark.parametrize("lang", ["ja", "en"])
def test_everything_can_be_shown(catalog: Catalog, own, lang):
    catalog = catalog.with_own([own])
    for element in (*catalog.principles, *catalog.topics, *catalog.risks, *catalog.controls):
        text = page(catalog, element, lang)
        assert text.startswith(element.id + "  ")
        assert element.urn in text


def test_a_difference_is_shown_line_by_line(catalog, changed, own):
    new = changed("P6.1.1", statement=Text("別の文。", "x"), place="9-9")
    text = difference_page(compare(catalog, new.with_own([own])), "ja")
    assert text.splitlines() == [
        "+ L5.1.1  窓口端末の目隠し",
        f"! P6.1.1  {catalog.control('P6.1.1').title.ja} (対策, 箇所)",
        "追加 1件、削除 0件、変更 1件（うち再回答 1件）、変更なし 153件",
    ]
    back = difference_page(
        compare(catalog.with_own([own]), changed("P6.1.1", title=Text("名", "Name"))), "en"
    )
    assert back.splitlines() == [
        "- L5.1.1  Privacy screens",
        "~ P6.1.1  Name (title)",
        "added 0, removed 1, changed 1 (answer again 0), unchanged 153",
    ]


def test_what_changed_is_told_field_by_field_in_the_readers_language(catalog, changed):
    control = catalog.control("P6.1.1")
    new = changed(
        "P6.1.1",
        tiers=control.tiers[1:],
        done_when=(Text("一つめ", "first"), Text("二つめ", "second")),
        place="Part 3",
        title=Text(control.title.ja, "Another English title"),
        related=("P6.2.2",),
    )
    (change,) = compare(catalog, new).changed
    assert changed_lines(change, "ja") == [
        ("完了の条件", "\n".join(fact.ja for fact in control.done_when), "一つめ\n二つめ"),
        ("箇所", "第5部 5-1 ⑥ ①", "第3部"),
        ("求めるリスク区分", "中、高、極めて高い", "高、極めて高い"),
        ("関係する対策", "U6.1.1、P6.2.2", "P6.2.2"),
    ]
    english = changed_lines(change, "en")
    assert english[0] == ("title", control.title.en, "Another English title")
    assert ("tiers", "Medium, High, Critical", "High, Critical") in english
