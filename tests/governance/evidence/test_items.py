"""Evidence by hand: files, links, attestations; adding and withdrawing."""

from __future__ import annotations

import datetime
import stat
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone, translation

from kijun.governance.accounts.models import Person
from kijun.governance.audit.models import Entry
from kijun.governance.evidence import attestations, store
from kijun.governance.evidence.actions import add_item, attest, withdraw_item
from kijun.governance.evidence.models import Item, StoredFile, Verdict
from kijun.governance.evidence.proofs import Scope
from kijun.web.uploads import check_upload
from tests.governance.evidence.conftest import make_item


def test_it_works(staff: Person, organisation: Scope) -> None:
    upload = check_upload("要綱.txt", "第1条　目的".encode(), allowed=store.ALLOWED, max_bytes=1000)
    items = add_item(
        staff,
        organisation,
        ["P6.1.6", "U1.1.3"],
        kind=Item.Kind.FILE,
        title="AI利用要綱",
        note="令和8年4月版",
        verdict=Verdict.MET,
        upload=upload,
        effective_on=timezone.localdate(),
    )
    assert [item.control_id for item in items] == ["P6.1.6", "U1.1.3"]
    stored = StoredFile.objects.get()
    assert store.read(stored) == "第1条　目的".encode()
    assert Entry.objects.filter(action="evidence.added").count() == 2


def test_files_are_private_and_kept_once(staff: Person, organisation: Scope, settings: Any) -> None:
    first = store.write(organisation.municipality, b"same")
    assert store.write(organisation.municipality, b"same") == first
    folder = Path(settings.KIJUN_FILES) / "131016"
    assert [path.name for path in folder.iterdir()] == [first]
    assert stat.S_IMODE((folder / first).stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_a_damaged_file_is_noticed_and_mended_by_the_next(staff: Person, organisation: Scope) -> None:
    town = organisation.municipality
    sha256 = store.write(town, b"true")
    stored = StoredFile.objects.create(
        municipality=town, name="a.txt", media_type="text/plain", size=4, sha256=sha256, uploaded_by=staff
    )
    store.path(town, sha256).write_bytes(b"false")
    with pytest.raises(store.Damaged):
        store.read(stored)
    store.write(town, b"true")
    assert store.read(stored) == b"true"
    store.path(town, sha256).unlink()
    with pytest.raises(store.Damaged):
        store.read(stored)


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "ftp://example.jp/",
        "https://",
        "//example.jp",
        "https://a@evil.jp/",
        "http://[",
        "",
    ],
)
def test_only_web_addresses(staff: Person, url: str) -> None:
    with pytest.raises(ValidationError) as error:
        make_item(staff, url=url)
    assert "url" in error.value.message_dict


def test_dates_must_make_sense(staff: Person) -> None:
    today, day = timezone.localdate(), datetime.timedelta(days=1)
    with pytest.raises(ValidationError, match="先の日付"):
        make_item(staff, effective_on=today + day)
    with pytest.raises(ValidationError, match="基準日より後"):
        make_item(staff, expires_on=today - day)


def test_who_may_not_add(auditor: Person, outsider: Person, organisation: Scope) -> None:
    for person in (auditor, outsider):
        with pytest.raises(PermissionDenied):
            add_item(person, organisation, ["G.1"], kind=Item.Kind.LINK, title="x", url="https://a.jp/")


def test_automatic_evidence_is_never_added_by_hand(staff: Person) -> None:
    with pytest.raises(ValidationError):
        make_item(staff, kind=Item.Kind.AUTOMATIC)


def test_an_attestation_keeps_what_was_ticked(staff: Person, organisation: Scope) -> None:
    items = attestations.check_items("P6.1.2")
    today = timezone.localdate()
    (item,) = attest(
        staff,
        organisation,
        {"P6.1.2": [0, 2]},
        note="一覧で確かめた",
        verdict=Verdict.PARTLY,
        effective_on=today,
        expires_on=today + datetime.timedelta(days=90),
    )
    assert item.figures == {"checked": [items[0], items[2]], "unchecked": [items[1], items[3]]}
    assert (item.made_by, item.kind) == (staff, Item.Kind.ATTESTATION)
    assert item.title == f"{staff.name}さんの申告"
    with translation.override("en"):
        assert item.shown_title == f"Attestation by {staff.name}"


def stated(person: Person, scope: Scope, note: str) -> Item:
    """The person states today that one item of P6.1.2 is so."""
    today = timezone.localdate()
    until = today + datetime.timedelta(days=90)
    checked = {"P6.1.2": [0]}
    made = attest(
        person, scope, checked, note=note, verdict=Verdict.PARTLY, effective_on=today, expires_on=until
    )
    return made[0]


def test_what_one_states_again_takes_the_place_of_what_one_stated(
    staff: Person, it_staff: Person, organisation: Scope
) -> None:
    others = stated(it_staff, organisation, "情報部門の確認")
    first = stated(staff, organisation, "去年の確認")
    second = stated(staff, organisation, "今年の確認")
    first.refresh_from_db()
    others.refresh_from_db()
    assert (first.is_current, first.replaced_by) == (False, second)
    assert others.is_current  # another person's word stands
    entry = Entry.objects.filter(action="evidence.added").latest("seq")
    assert entry.detail["replaces"] == [first.pk]


def test_renewed_evidence_takes_the_place_of_the_old(staff: Person, it_staff: Person) -> None:
    old = make_item(staff)
    new = make_item(it_staff, title="利用要綱（改正）", replaces=old)
    old.refresh_from_db()
    assert (old.is_current, old.replaced_by) == (False, new)


def test_what_was_collected_is_never_replaced_by_hand(staff: Person, organisation: Scope) -> None:
    automatic = Item.objects.create(
        municipality=organisation.municipality,
        scope_kind=organisation.kind,
        scope_id=organisation.id,
        control_id="P6.1.3",
        kind=Item.Kind.AUTOMATIC,
        as_of=timezone.now(),
    )
    make_item(staff, replaces=automatic)
    automatic.refresh_from_db()
    assert automatic.is_current


def test_met_needs_every_item(staff: Person, organisation: Scope) -> None:
    today = timezone.localdate()
    with pytest.raises(ValidationError, match="すべてに印"):
        attest(
            staff,
            organisation,
            {"P6.1.2": [0]},
            note="x",
            verdict=Verdict.MET,
            effective_on=today,
            expires_on=today,
        )
    with pytest.raises(ValidationError, match="指定が正しくありません"):
        attest(
            staff,
            organisation,
            {"P6.1.2": [99]},
            note="x",
            verdict=Verdict.PARTLY,
            effective_on=today,
            expires_on=today,
        )


def test_withdrawing_needs_a_reason_and_its_maker(staff: Person, neighbour: Person, it_staff: Person) -> None:
    item = make_item(staff)
    with pytest.raises(PermissionDenied):
        withdraw_item(neighbour, item, "誤り")
    with pytest.raises(ValidationError) as error:
        withdraw_item(staff, item, " ")
    assert "reason" in error.value.message_dict
    withdraw_item(staff, item, "誤って登録した")
    with pytest.raises(ValidationError, match="すでに"):
        withdraw_item(it_staff, item, "誤り")
    item.refresh_from_db()
    assert (item.is_current, item.withdrawn_reason) == (False, "誤って登録した")
