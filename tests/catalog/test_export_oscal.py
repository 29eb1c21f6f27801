"""Our OSCAL, read by compliance-trestle, which checks it against OSCAL's own models."""

import json

import pytest
from trestle.common.const import TRESTLE_HREF_HEADING
from trestle.core.catalog.catalog_interface import CatalogInterface
from trestle.core.profile_resolver import ProfileResolver
from trestle.oscal.catalog import Catalog as OscalCatalog
from trestle.oscal.profile import Profile as OscalProfile

from kijun.catalog import Tier, export_oscal, export_oscal_profile, oscal_text, required
from kijun.catalog.export_oscal import NAMESPACE, catalog_uuid


def read(model, document, tmp_path):
    path = tmp_path / "document.json"
    path.write_text(oscal_text(document), encoding="utf-8")
    found = model.oscal_read(path)
    assert found is not None
    return found


def values(control, name):
    return [prop.value for prop in control.props if prop.name == name]


@pytest.mark.parametrize("lang", ["ja", "en"])
def test_trestle_reads_the_catalog(catalog, tmp_path, lang):
    found = read(OscalCatalog, export_oscal(catalog, lang), tmp_path)
    assert found.metadata.version == catalog.version
    assert found.metadata.title == catalog.guideline.get(lang)
    controls = {control.id: control for control in CatalogInterface(found).get_all_controls_from_dict()}
    assert set(controls) == {control.id for control in catalog.controls}
    control, ours = controls["P6.1.3"], catalog.control("P6.1.3")
    assert control.title == ours.title.get(lang)
    assert control.class_ == "provider"
    assert values(control, "label") == ["P6.1.3"]
    assert values(control, "tier") == list(ours.tiers)
    assert values(control, "level") == ["system"]
    assert values(control, "frequency") == [ours.frequency]
    assert {str(prop.ns) for prop in control.props if prop.name != "label"} == {NAMESPACE}
    parts = [(part.name, part.prose) for part in control.parts]
    assert parts[0] == ("statement", ours.statement.get(lang))
    assert parts[1][0] == "guidance"
    assert parts[2:] == [("assessment-objective", fact.get(lang)) for fact in ours.done_when]


def test_groups_are_principles_then_topics(catalog, tmp_path):
    found = read(OscalCatalog, export_oscal(catalog), tmp_path)
    assert [group.id for group in found.groups] == ["topic-G"] + [
        f"principle-{number}" for number in range(1, 11)
    ]
    assert len(found.groups[0].controls) == 20
    topics = [topic for group in found.groups[1:] for topic in group.groups]
    assert len(topics) == 19
    risks = [part.id for topic in topics for part in topic.parts if part.name == "risk"]
    assert set(risks) == {risk.id for risk in catalog.risks}


def test_links_lead_to_what_is_there(catalog):
    document = export_oscal(catalog)
    text = json.dumps(document)
    controls = [
        c
        for g in document["catalog"]["groups"]
        for t in [g, *g.get("groups", [])]
        for c in t.get("controls", [])
    ]
    links = [link for control in controls for link in control.get("links", [])]
    for link in links:
        if link["href"].startswith("#"):
            assert f'"{link["href"][1:]}"' in text
    assert sum(link["rel"].startswith("crosswalk-") for link in links) == len(catalog.edges)


def test_the_same_catalogue_gives_the_same_document(catalog, changed):
    assert export_oscal(catalog) == export_oscal(catalog)
    uuids = {catalog_uuid(catalog), catalog_uuid(catalog, "en"), catalog_uuid(changed("P6.1.1", place="x"))}
    assert len(uuids) == 3


def test_own_controls_are_exported(catalog, own, tmp_path):
    found = read(OscalCatalog, export_oscal(catalog.with_own([own])), tmp_path)
    assert CatalogInterface(found).get_control("L5.1.1").title == own.title.ja


@pytest.mark.parametrize("tier", Tier)
def test_trestle_reads_every_profile(catalog, tmp_path, tier):
    found = read(OscalProfile, export_oscal_profile(catalog, tier), tmp_path)
    (imported,) = found.imports
    assert imported.href == "catalog.json"
    (chosen,) = imported.include_controls
    assert list(chosen.with_ids) == [control.id for control in required(catalog, tier)]


def test_trestle_resolves_a_profile_against_the_catalog(catalog, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".trestle").mkdir()
    for folder in ("catalogs/kijun", "profiles/low"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "catalogs/kijun/catalog.json").write_text(oscal_text(export_oscal(catalog)), encoding="utf-8")
    href = f"{TRESTLE_HREF_HEADING}catalogs/kijun/catalog.json"
    path = tmp_path / "profiles/low/profile.json"
    path.write_text(oscal_text(export_oscal_profile(catalog, "low", catalog_href=href)), encoding="utf-8")
    resolved = ProfileResolver.get_resolved_profile_catalog(tmp_path, path)
    found = {control.id for control in CatalogInterface(resolved).get_all_controls_from_dict()}
    assert found == {control.id for control in required(catalog, "low")}


def test_trestle_refuses_what_is_no_catalog(catalog, tmp_path):
    """So that the tests above prove something."""
    document = export_oscal(catalog)
    document["catalog"]["groups"][0]["controls"][0]["id"] = "not a token"
    path = tmp_path / "document.json"
    path.write_text(oscal_text(document), encoding="utf-8")
    with pytest.raises(Exception, match=r"controls\[0\]\.id"):
        OscalCatalog.oscal_read(path)


def test_a_word_that_is_no_tier_is_refused(catalog):
    with pytest.raises(ValueError, match="huge"):
        export_oscal_profile(catalog, "huge")
