import pytest
import yaml

from kijun.catalog import freeze, schema_problems, validate
from kijun.catalog.sources import read_folder
from kijun.catalog.validate import validator


def spoil(folder, name, old, new):
    path = folder / name
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_it_works():
    assert validate() == []


@pytest.mark.parametrize("name", ["version", "principles", "topic", "crosswalk", "export"])
def test_every_schema_is_a_schema(name):
    schema = validator(name).schema
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert schema["$id"] == f"urn:kijun:schema:{name}"


SECURITY = "topics/06-1-security-measures.yaml"


@pytest.mark.parametrize(
    ("name", "old", "new", "place"),
    [
        (SECURITY, "role: provider", "role: boss", f"{SECURITY}: controls[0].role"),
        (SECURITY, "frequency: ", "often: ", f"{SECURITY}: controls[0]"),
        (SECURITY, "- id: P6.1.1", "- id: Q6.1.1", f"{SECURITY}: controls[0].id"),
        (
            SECURITY,
            "tiers: [medium, high, critical]",
            "tiers: [medium, critical]",
            f"{SECURITY}: controls[0].tiers",
        ),
        (SECURITY, "evidence: [automatic", "evidence: [hearsay", f"{SECURITY}: controls[0].evidence"),
        ("version.yaml", "2026-11-23", "2026-13-23", "version.yaml: date"),
        ("principles.yaml", 'id: "1"', "id: 1", "principles.yaml: [0].id"),
        (
            "crosswalk/iso42001.yaml",
            "relation: ",
            "relation: near-",
            "crosswalk/iso42001.yaml: edges[0].relation",
        ),
    ],
)
def test_a_file_that_does_not_fit_its_schema_is_named(folder, name, old, new, place):
    spoil(folder, name, old, new)
    problems = validate(folder)
    assert place in [problem.place for problem in problems]


def test_every_bad_file_is_named_at_once(folder):
    spoil(folder, "version.yaml", "version:", "version: [")
    spoil(folder, SECURITY, "role: provider", "role: boss")
    places = {problem.place.partition(":")[0].partition(",")[0] for problem in validate(folder)}
    assert places == {"version.yaml", SECURITY}


def test_a_fault_across_files_is_named(folder):
    spoil(folder, SECURITY, "- id: P6.1.1", "- id: P6.1.9")
    messages = [str(problem) for problem in validate(folder)]
    assert "P6.1.1: the number is left out" in messages


def test_uneven_languages_are_named(folder):
    path = folder / SECURITY
    document = yaml.safe_load(path.read_text(encoding="utf-8"))
    document["controls"][0]["done_when"]["en"].pop()
    path.write_text(yaml.safe_dump(document, allow_unicode=True), encoding="utf-8")
    assert [problem.place for problem in validate(folder)] == [f"{SECURITY}: controls[0].done_when"]


def test_no_topic_at_all_is_named(folder):
    for path in folder.glob("topics/*.yaml"):
        path.unlink()
    assert "topics: no topic is there" in [str(problem) for problem in validate(folder)]


def test_an_empty_folder_is_named(tmp_path):
    assert {problem.place for problem in validate(tmp_path)} == {"version.yaml", "principles.yaml", "topics"}


def test_a_released_version_must_not_change(folder):
    path = freeze(folder)
    assert validate(folder) == []
    spoil(folder, SECURITY, 'place: "5-1 6-1"', 'place: "5-1 6-2"')
    assert [problem.place for problem in validate(folder)] == ["version.yaml: version"]
    path.write_bytes(b"damaged")
    assert [problem.place for problem in validate(folder)] == [path.name]


def test_a_long_message_is_cut():
    document = dict(read_folder().topics[SECURITY], controls="x" * 1000)
    (problem,) = schema_problems("topic", document, "x.yaml")
    assert problem.place == "x.yaml: controls"
    assert len(problem.message) <= 200
