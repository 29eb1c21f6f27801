import json

from jsonschema import Draft202012Validator

from kijun.catalog import export_json, json_text, schema_problems
from kijun.catalog.validate import SCHEMAS


def ids(value):
    """Every value of a key `id`, wherever it stands."""
    if isinstance(value, dict):
        own = [value["id"]] if "id" in value else []
        return own + [id for part in value.values() for id in ids(part)]
    return [id for part in value for id in ids(part)] if isinstance(value, list) else []


def test_it_works(catalog):
    document = json.loads(json_text(catalog))
    assert document["version"] == catalog.version
    assert document["digest"] == catalog.digest
    control = next(control for control in document["controls"] if control["id"] == "P6.1.1")
    assert control["role"] == "provider"
    assert control["title"]["ja"] == catalog.control("P6.1.1").title.ja
    assert control["place"] == "5-1 6-1"
    assert document == export_json(catalog)


def test_the_key_id_names_each_control_once_and_nothing_else(catalog):
    found = ids(export_json(catalog))
    assert len(found) == 154
    assert set(found) == {control.id for control in catalog.controls}


def test_it_fits_the_schema_that_is_shipped(catalog, own):
    assert list(schema_problems("export", json.loads(json_text(catalog)), "export")) == []
    assert list(schema_problems("export", export_json(catalog.with_own([own])), "export")) == []


def test_the_schema_refuses_what_is_not_an_export(catalog):
    document = export_json(catalog)
    document["controls"][0]["role"] = "boss"
    document["principles"][0]["id"] = "1"
    places = [problem.place for problem in schema_problems("export", document, "export")]
    assert places == ["export: controls[0].role", "export: principles[0]"]
    schema = json.loads((SCHEMAS / "export.schema.json").read_text(encoding="utf-8"))
    assert not Draft202012Validator(schema).is_valid({})


def test_the_same_catalogue_gives_the_same_text(catalog):
    assert json_text(catalog) == json_text(catalog)
    assert json_text(catalog).endswith("}\n")
