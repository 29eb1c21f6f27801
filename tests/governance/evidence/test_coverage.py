"""Every control of the guideline can be answered: collected, or attested in a form that really works."""

from __future__ import annotations

import pytest
from django.test import Client
from django.utils import timezone
from django.utils.http import urlencode

from kijun.catalog import load
from kijun.governance.accounts.models import Person
from kijun.governance.evidence import attestations, controls, coverage, proofs
from kijun.governance.evidence.coverage import PLANNED
from kijun.governance.evidence.forms import AttestationForm
from kijun.governance.evidence.models import Item, Verdict
from kijun.governance.evidence.proofs import Scope
from tools import coverage as tool

CONTROLS = [control.id for control in load().controls]


def test_there_are_154() -> None:
    assert len(CONTROLS) == 154


@pytest.mark.parametrize("control_id", CONTROLS)
def test_every_control_is_answerable(control_id: str) -> None:
    """A control with neither a collector nor a working attestation form fails here."""
    found = attestations.answerable(control_id)
    assert found.collectors or found.attestation, f"{control_id}: nothing answers it"
    if not found.attestation:
        return
    items = attestations.check_items(control_id)
    assert items
    data = {
        "checks0": [str(n) for n in range(len(items))],
        "note": "確かめた",
        "verdict": Verdict.MET,
        "effective_on": "2026/4/1",
        "expires_on": "2030/3/31",
    }
    form = AttestationForm(data, control_ids=[control_id], book=controls.of(None))
    assert form.is_valid(), form.errors
    assert form.checked == {control_id: list(range(len(items)))}
    assert form.cleaned_data["effective_on"] is not None
    assert all(
        item in str(AttestationForm(control_ids=[control_id], book=controls.of(None)))
        for item in (str(n) for n in range(len(items)))
    )
    incomplete = AttestationForm(data | {"checks0": []}, control_ids=[control_id], book=controls.of(None))
    assert "checks0" in incomplete.errors


def test_all_forms_render_and_post(
    staff: Person, client_of: type[Client], organisation: Scope, django_assert_max_num_queries: object
) -> None:
    """The page itself, for every control that can be attested: it opens, and what is posted is kept."""
    browser = client_of(staff)
    today = timezone.localdate().isoformat()
    wanted = [one for one in CONTROLS if attestations.answerable(one).attestation]
    for control_id in wanted:
        url = "/staff/evidence/add/attestation/?" + urlencode(
            {"scope": organisation.key, "control": control_id}
        )
        page = browser.get(url)
        assert page.status_code == 200, control_id
        assert attestations.check_items(control_id)[0] in page.content.decode().replace(
            "&#x27;", "'"
        ).replace("&amp;", "&")
        items = attestations.check_items(control_id)
        data = {
            "checks0": [str(n) for n in range(len(items))],
            "note": "確かめた",
            "verdict": "met",
            "effective_on": today,
            "expires_on": "2040/3/31",
        }
        assert browser.post(url, data).status_code == 302, control_id
    assert set(Item.objects.values_list("control_id", flat=True)) == set(wanted)


def test_the_data_file_knows_every_control_and_only_pages_that_exist() -> None:
    named = coverage.capabilities()
    assert list(named) == CONTROLS
    pages = {page for page in named.values() if page != PLANNED} | {one.page for one in proofs.collectors()}
    assert pages <= set(coverage.labels()), "name the page in capabilities.yaml"
    assert pages <= coverage.url_names(), "no such address"


def test_what_is_collected_is_not_called_planned() -> None:
    named = coverage.capabilities()
    collected = {control for one in proofs.collectors() for control in one.controls}
    assert not {control for control in collected if named[control] == PLANNED}
    assert collected <= set(CONTROLS)


def test_the_page_is_current() -> None:
    assert tool.PAGE.read_text(encoding="utf-8") == coverage.text(), "run python tools/coverage.py"
