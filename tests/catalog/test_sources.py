import gzip
import json

import pytest

from kijun.catalog.sources import CatalogError, Problem, pack, packed_path, read_folder, read_yaml, unpack


def test_it_works():
    sources = read_folder()
    assert len(sources.topics) == 20
    assert sources.version["date"] == "2026-11-23"  # a text, not a date


def test_packing_gives_the_same_bytes_and_reads_back(tmp_path):
    sources = read_folder()
    packed = pack(sources)
    assert packed == pack(sources)
    path = packed_path("2026.11.0", tmp_path)
    path.parent.mkdir()
    path.write_bytes(packed)
    assert unpack(path) == sources


@pytest.mark.parametrize(
    ("text", "place", "message"),
    [
        ("a: 1\nb: [1\n", "x.yaml, line 3", "expected"),
        ("a: 1\na: 2\n", "x.yaml, line 2", "'a' stands twice"),
        ("a: !!python/object/apply:os.system [ls]\n", "x.yaml, line 1", "could not determine a constructor"),
        ("a: \x00", "x.yaml", "control characters are not allowed"),
    ],
)
def test_bad_yaml_is_named_with_its_line(tmp_path, text, place, message):
    path = tmp_path / "x.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(CatalogError) as raised:
        read_yaml(path, "x.yaml")
    assert raised.value.problem.place == place
    assert message in raised.value.problem.message
    assert str(raised.value) == str(raised.value.problem)


def test_bytes_that_are_no_utf8_are_named(tmp_path):
    path = tmp_path / "x.yaml"
    path.write_bytes("名: 値".encode("cp932"))
    with pytest.raises(CatalogError, match="utf-8"):
        read_yaml(path, "x.yaml")


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("principles.yaml", "a: 1", "principles.yaml: a list"),
        ("version.yaml", "- 1", "version.yaml: a mapping"),
        ("topics/06-2-security-trends.yaml", "- 1", "topics/06-2-security-trends.yaml: a mapping"),
    ],
)
def test_a_file_of_another_shape_is_named(folder, name, text, message):
    (folder / name).write_text(text, encoding="utf-8")
    with pytest.raises(CatalogError, match=message):
        read_folder(folder)


def test_a_missing_file_is_named(folder):
    (folder / "version.yaml").unlink()
    with pytest.raises(CatalogError, match=r"version\.yaml"):
        read_folder(folder)


@pytest.mark.parametrize(
    "content",
    [
        b"no gzip",
        gzip.compress(b"no json"),
        gzip.compress(b"{}")[:-4],
        gzip.compress(json.dumps({"format": "other"}).encode()),
        gzip.compress(json.dumps({"format": "kijun-catalog-sources/1"}).encode()),
        gzip.compress(b" " * (64 * 1024 * 1024 + 1)),
    ],
    ids=["no gzip", "no json", "cut off", "other format", "parts missing", "too large"],
)
def test_a_damaged_release_is_named(tmp_path, content):
    path = tmp_path / "2026.1.0.json.gz"
    path.write_bytes(content)
    with pytest.raises(CatalogError, match=r"2026\.1\.0\.json\.gz"):
        unpack(path)


def test_a_problem_reads_as_place_and_message():
    assert str(Problem("a.yaml: b", "c")) == "a.yaml: b: c"
