"""Labels: given to what was approved, read by residents, withdrawn; never telling what was said."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.cache import cache
from django.core.exceptions import PermissionDenied, ValidationError
from django.test import Client

from kijun.governance.accounts.models import Person, Posting
from kijun.governance.reviews import actions, codes, public
from kijun.governance.reviews.models import Label, Review
from kijun.governance.reviews.public import Public
from kijun.governance.reviews.views.residents import GUESSES
from kijun.web.models import Tries


@pytest.fixture(autouse=True)
def fresh() -> None:
    cache.clear()


@pytest.fixture
def label(approved: Review, staff: Person) -> Label:
    return actions.make_label(staff, approved, kind="text", parts=["draft", "advice"])


def page(label: Label, language: str = "ja") -> str:
    answer = Client().get(f"/labels/{label}/?lang={language}")
    assert answer.status_code == 200
    return answer.content.decode()


def test_it_works(label: Label) -> None:
    text = page(label)
    for words in (
        "このお知らせには、AIを使いました",
        "文章の下書きを作りました",
        "介護保険課",
        "直しました",
        str(label),
    ):
        assert words in text


def test_it_never_tells_the_content_nor_names(label: Label) -> None:
    text = page(label) + page(label, "en") + page(label, "ja-easy")
    for secret in (
        "節電のお知らせ",
        "案です",
        "広報の案を考えて",
        "上長 四郎",
        "介護 三郎",
        "要綱と合っている",
    ):
        assert secret not in text


def test_in_three_languages(label: Label) -> None:
    assert "AI was used for this notice" in page(label, "en")
    easy = page(label, "ja-easy")
    assert "<ruby>" in easy
    assert "《" not in easy


def test_the_post_of_who_decided(approved: Review, staff: Person, approver: Person) -> None:
    Posting.objects.filter(person=approver).update(title="介護保険課長")
    made = actions.make_label(staff, Review.objects.get(pk=approved.pk), kind="document", parts=["draft"])
    assert made.post == "介護保険課長"
    assert made.office == "介護保険課"


def test_names_only_where_the_town_says_so(label: Label, it_staff: Person, staff: Person) -> None:
    with pytest.raises(PermissionDenied):
        actions.save_rules(staff, staff.municipality, names=True, seen_revision=None)
    actions.save_rules(it_staff, it_staff.municipality, names=True, seen_revision=None)
    assert "上長 四郎" in page(label)


def test_what_the_register_tells(label: Label, monkeypatch: pytest.MonkeyPatch) -> None:
    told = Public(
        "議事録のAI",
        "/towns/131016/ai/1/",
        "会議を文字にします。",
        "",
        "窓口で申し出てください。",
        "内線1234",
    )
    monkeypatch.setattr(public, "_finders", [lambda system: told])
    text = page(label)
    for words in ("議事録のAI", "/towns/131016/ai/1/", "窓口で申し出てください", "内線1234"):
        assert words in text


def test_a_system_that_is_not_public_is_not_named(label: Label) -> None:
    assert label.review.system is not None
    assert label.review.system.name not in page(label)


def test_a_withdrawn_one_says_so(label: Label, staff: Person) -> None:
    actions.withdraw_label(staff, label, "内容に誤りがあった")
    text = page(label)
    assert "取り下げました" in text
    assert "内容に誤りがあった" not in text
    with pytest.raises(ValidationError):
        actions.withdraw_label(staff, Label.objects.get(), "もう一度")


@pytest.mark.parametrize("typed", ["K7X2", "O0I1LLLL0000", "%00", "あ", "x" * 300])
def test_a_wrong_code_says_what_to_do(db: None, typed: str) -> None:
    answer = Client().get("/labels/", {"code": typed})
    assert answer.status_code == 404
    assert "番号を、もう一度見て" in answer.content.decode()
    assert Client().get(f"/labels/{typed[:80]}/").status_code == 404


def test_a_code_is_typed_in_any_way(label: Label) -> None:
    answer = Client().get("/labels/", {"code": f" {str(label).lower().replace('-', '－')} "})
    assert answer.status_code == 302
    assert answer["Location"] == f"/labels/{label}/"
    assert Client().get("/labels/").status_code == 200


def test_guessing_is_stopped_and_mistyping_is_not(label: Label) -> None:
    client = Client()
    for _ in range(50):
        client.get("/labels/", {"code": "K7X2-9QF3-MAB2x"})
    assert client.get(f"/labels/{label}/").status_code == 200
    for _ in range(GUESSES):
        assert client.get(f"/labels/{codes.make()}/").status_code == 404
    cache.clear()  # what one web process remembers makes no difference
    stopped = client.get(f"/labels/{label}/")
    assert stopped.status_code == 429
    assert "127.0.0.1" not in str(list(Tries.objects.values_list())), "no resident's address is kept"
    assert "10分ほど" in stopped.content.decode()
    assert Client(REMOTE_ADDR="10.9.9.9").get(f"/labels/{label}/").status_code == 200


def test_only_what_was_approved(confirm: Any, submitted: Review, staff: Person) -> None:
    for review in (submitted, confirm(staff)):
        with pytest.raises(ValidationError):
            actions.make_label(staff, review, kind="text", parts=["draft"])


@pytest.mark.parametrize(
    ("changes", "field"),
    [({"parts": []}, "parts"), ({"parts": ["magic"]}, "parts"), ({"kind": "poem"}, "kind")],
)
def test_bad_input(approved: Review, staff: Person, changes: dict[str, Any], field: str) -> None:
    with pytest.raises(ValidationError) as refused:
        actions.make_label(staff, approved, **{"kind": "text", "parts": ["draft"], **changes})
    assert field in refused.value.error_dict


def test_twice_gives_the_same(label: Label, approved: Review, staff: Person) -> None:
    assert actions.make_label(staff, approved, kind="text", parts=["draft"]).pk == label.pk


def test_by_the_pages(
    approved: Review, staff: Person, approver: Person, neighbour: Person, outsider: Person, client_of: Any
) -> None:
    client = client_of(staff)
    url = f"{approved.get_absolute_url()}label/"
    assert client.get(url).status_code == 200
    assert client.post(url, {"kind": "text", "parts": [], "post": "課長"}).status_code == 422
    made = client.post(
        url, {"kind": "text", "parts": ["draft"], "post": "課長"}, follow=True
    ).content.decode()
    label = Label.objects.get()
    assert str(label) in made
    assert label.post == "課長"
    here = label.get_absolute_url()
    for kind, begins in (("svg", b"<?xml"), ("png", b"\x89PNG")):
        assert client.get(f"{here}code.{kind}").content.startswith(begins)
    assert client.get(f"{here}code.gif").status_code == 404
    for person in (neighbour, outsider):
        assert client_of(person).get(here).status_code == 404
        assert client_of(person).post(f"{here}withdraw/", {"reason": "x"}).status_code == 404
    assert client_of(approver).get(here).status_code == 200
    assert Client().get(here).status_code == 302
    assert client.post(f"{here}withdraw/", {"reason": " "}).status_code == 422
    assert client.post(f"{here}withdraw/", {"reason": "誤り", "revision": "99"}).status_code == 422
    assert (
        client.post(f"{here}withdraw/", {"reason": "誤り", "revision": str(label.revision)}).status_code
        == 302
    )
    assert Label.objects.get().withdrawn_why == "誤り"


def test_the_list_and_its_file(label: Label, approver: Person, outsider: Person, client_of: Any) -> None:
    assert str(label) in client_of(approver).get("/staff/reviews/labels/").content.decode()
    assert str(label) not in client_of(outsider).get("/staff/reviews/labels/").content.decode()
    assert (
        client_of(approver)
        .get("/staff/reviews/labels/?format=xlsx")["Content-Type"]
        .startswith("application/vnd")
    )


def test_the_rules_page(it_staff: Person, staff: Person, client_of: Any) -> None:
    assert client_of(staff).get("/staff/reviews/labels/rules/").status_code == 403
    assert (
        client_of(it_staff).post("/staff/reviews/labels/rules/", {"names": "on", "revision": "0"}).status_code
        == 302
    )
    assert client_of(it_staff).get("/staff/reviews/labels/rules/").status_code == 200


def test_the_picture_is_a_code_that_reads(label: Label, rf: Any) -> None:
    """What is drawn is the address: segno encodes it again the same way, and the address leads to the page."""
    import segno

    from kijun.governance.reviews.exports.blocks import address

    url = address(rf.get("/"), label)
    assert url == f"http://testserver/labels/{label}/"
    assert segno.make(url, error="m", micro=False).version <= 5
