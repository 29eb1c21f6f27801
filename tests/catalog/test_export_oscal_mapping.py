"""The crosswalk as OSCAL, read by compliance-trestle."""

from dataclasses import replace

import pytest
from trestle.oscal.mapping import MappingCollection

from kijun.catalog import Relation, export_oscal, export_oscal_mapping, oscal_text


def read(document, tmp_path):
    path = tmp_path / "mapping.json"
    path.write_text(oscal_text(document), encoding="utf-8")
    return MappingCollection.oscal_read(path)


@pytest.mark.parametrize("lang", ["ja", "en"])
def test_trestle_reads_every_edge(catalog, tmp_path, lang):
    found = read(export_oscal_mapping(catalog, lang, catalog_href="c.json"), tmp_path)
    assert [one.target_resource.href for one in found.mappings] == [one.urn for one in catalog.frameworks]
    assert {one.source_resource.href for one in found.mappings} == {"c.json"}
    edges = [
        (one.sources[0].id_ref, one.targets[0].id_ref, one.remarks)
        for mapping in found.mappings
        for one in mapping.maps
    ]
    assert edges == [(edge.control, edge.item, edge.rationale.get(lang)) for edge in catalog.edges]


def test_a_relation_is_read_from_the_control(catalog, tmp_path):
    found = read(export_oscal_mapping(catalog), tmp_path)
    edge = next(edge for edge in catalog.edges if edge.relation == Relation.SUPERSET)
    (one,) = [
        one
        for mapping in found.mappings
        for one in mapping.maps
        if (one.sources[0].id_ref, one.targets[0].id_ref) == (edge.control, edge.item)
    ]
    assert one.relationship == "superset-of"
    assert [prop.value for prop in one.props] == [edge.reviewer, edge.date]


def test_the_sources_are_controls_of_the_exported_catalog(catalog):
    text = oscal_text(export_oscal(catalog))
    (collection,) = export_oscal_mapping(catalog).values()
    for mapping in collection["mappings"]:
        for one in mapping["maps"]:
            assert f'"id": "{one["sources"][0]["id-ref"]}"' in text


def test_every_uuid_stands_once_and_the_same_catalogue_gives_the_same(catalog):
    (collection,) = export_oscal_mapping(catalog).values()
    maps = [one for mapping in collection["mappings"] for one in mapping["maps"]]
    uuids = [one["uuid"] for one in (collection, *collection["mappings"], *maps)]
    assert len(set(uuids)) == len(uuids)
    assert export_oscal_mapping(catalog) == {"mapping-collection": collection}


def test_a_framework_without_edges_is_left_out(catalog):
    first, *others = catalog.frameworks
    bare = replace(catalog, frameworks=(replace(first, edges=()), *others))
    assert len(export_oscal_mapping(bare)["mapping-collection"]["mappings"]) == len(others)
