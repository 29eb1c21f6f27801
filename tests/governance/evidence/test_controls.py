"""What is known of controls: the catalogue's, and a municipality's own, which another app registers."""

from __future__ import annotations

import datetime
from collections.abc import Iterator

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone, translation

from kijun.catalog import Control, Evidence, Frequency, Level, Role, Text, Tier, load
from kijun.governance.accounts.models import Person
from kijun.governance.evidence import attestations, controls, deadlines
from kijun.governance.evidence.actions import attest
from kijun.governance.evidence.models import Finding, Verdict
from kijun.governance.evidence.proofs import Scope
from kijun.governance.organisation.models import Municipality
from tests.governance.evidence.conftest import make_item

OWN = Control(
    id="L5.1.1",
    topic="5.1",
    role=Role.USER,
    level=Level.SYSTEM,
    title=Text("画面の目隠し", "Screen filters"),
    statement=Text("窓口の端末に目隠しを付ける。", "Counter screens have filters."),
    done_when=(Text("すべての窓口端末に付いている", "Every counter screen has one"), Text("点検した")),
    place="",
    frequency=Frequency.MONTHLY,
    tiers=(Tier.CRITICAL,),
    evidence=(Evidence.ATTESTATION,),
)
GONE = Control(**{name: getattr(OWN, name) for name in OWN.__slots__} | {"id": "L5.1.9"})


@pytest.fixture(autouse=True)
def registered(town: Municipality) -> Iterator[None]:
    """One own control of ``town`` that counts, and one that no longer does."""
    before = list(controls._sources)
    controls.register(
        controls.Source(
            lambda pk: load(None, [OWN] if pk == town.pk else []),
            lambda pk: {OWN.id: OWN, GONE.id: GONE} if pk == town.pk else {},
        )
    )
    yield
    controls._sources[:] = before


def test_own_controls_are_known_like_the_others(town: Municipality) -> None:
    book = controls.of(town)
    assert book.label("L5.1.1") == "L5.1.1 画面の目隠し"
    with translation.override("en"):
        assert book.title("L5.1.1") == "Screen filters"
        assert attestations.check_items("L5.1.1", book) == ["Every counter screen has one", "点検した"]
    assert book.label("P6.1.2").startswith("P6.1.2 ")
    offered = [id for _topic, choices in book.grouped() for id, _label in choices]
    assert "L5.1.1" in offered
    assert "L5.1.9" not in offered
    assert attestations.answerable("L5.1.1", book).attestation
    start = datetime.date(2026, 4, 1)
    assert deadlines.holds_until("L5.1.1", start, book) == datetime.date(2026, 5, 2)
    assert deadlines.days_for("L5.1.1", "low", book) == 10


def test_one_that_is_no_longer_asked_keeps_its_name(town: Municipality) -> None:
    book = controls.of(town)
    assert book.asked("L5.1.9") is None
    assert book.title("L5.1.9") == "画面の目隠し"
    assert book.label("L5.1.8") == "L5.1.8"


def test_another_town_knows_nothing_of_them(other_town: Municipality) -> None:
    book = controls.of(other_town)
    assert book.control("L5.1.1") is None
    assert book.label("L5.1.1") == "L5.1.1"
    assert controls.of(None).control("L5.1.1") is None


def test_controls_of_the_catalogue_ask_nobody(town: Municipality) -> None:
    def refuse(pk: int) -> object:
        raise AssertionError

    controls.register(controls.Source(refuse, refuse))  # type: ignore[arg-type]  # must not be called
    assert controls.of(town).title("P6.1.2")


def test_what_counts_as_done_is_attested(staff: Person, organisation: Scope) -> None:
    today = timezone.localdate()
    days = {"effective_on": today, "expires_on": today + datetime.timedelta(days=30)}
    with pytest.raises(ValidationError):
        attest(staff, organisation, {"L5.1.1": [0]}, note="見た", verdict=Verdict.MET, **days)
    (item,) = attest(staff, organisation, {"L5.1.1": [0, 1]}, note="見た", verdict=Verdict.MET, **days)
    assert item.figures["checked"] == ["すべての窓口端末に付いている", "点検した"]


def test_a_lapse_names_the_control_in_both_languages(staff: Person, town: Municipality) -> None:
    yesterday = timezone.localdate() - datetime.timedelta(days=1)
    make_item(staff, control="L5.1.1", effective_on=yesterday, expires_on=yesterday)
    finding = Finding.objects.get(control_id="L5.1.1")
    assert finding.shown_title == "L5.1.1 画面の目隠し：証跡の期限が切れました"
    with translation.override("en"):
        assert "Screen filters" in finding.shown_title
    controls._sources.clear()
    assert "画面の目隠し" in finding.shown_title
