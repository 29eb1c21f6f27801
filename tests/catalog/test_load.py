import time
from dataclasses import replace

import pytest

from kijun.catalog import CatalogError, UnknownId, UnknownVersion, current_version, freeze, load, versions
from kijun.catalog.sources import packed_path


def test_it_works():
    catalog = load()
    assert catalog is load()
    assert catalog == load(current_version())
    assert current_version() in versions()


def test_it_is_fast_once_read():
    load()
    start = time.perf_counter()
    for _ in range(100):
        load()
    assert time.perf_counter() - start < 0.1


def test_own_controls_come_with_it(own):
    assert load(own=[own]).control("L5.1.1") == own
    assert "L5.1.1" not in {control.id for control in load().controls}


def test_a_released_version_stays_loadable(folder, release):
    before = load(folder=folder)
    path = freeze(folder)
    assert path == packed_path(before.version, folder)
    release("2027.4.0", place="5-1 9-9")
    assert load(folder=folder).control("P6.1.1").place == "5-1 9-9"
    assert load(before.version, folder=folder) == before
    assert load(before.version, folder=folder).digest == before.digest
    assert versions(folder) == (before.version, "2027.4.0")


def test_versions_are_ordered_as_numbers(folder, release):
    for version in ("2026.2.0", "2026.10.0", "2026.10.12"):
        release(version)
        freeze(folder)
    assert versions(folder) == ("2026.2.0", "2026.10.0", "2026.10.12")


def test_freezing_again_changes_nothing(folder):
    content = freeze(folder).read_bytes()
    assert freeze(folder).read_bytes() == content


def test_a_released_version_cannot_be_frozen_with_other_content(folder, release):
    freeze(folder)
    release(current_version(folder), place="5-1 9-9")
    with pytest.raises(CatalogError, match="released already"):
        freeze(folder)


@pytest.mark.parametrize("version", ["1999.1.0", "", "../../../etc/passwd", "2026.11.0.json", "2026.11"])
def test_an_unknown_version_is_named_with_those_there_are(version):
    with pytest.raises(UnknownVersion) as raised:
        load(version)
    assert raised.value.known == versions()


@pytest.mark.parametrize("text", ["version: 2026", "version: 2026.11.0-x", "- 1", "{}"])
def test_a_bad_version_number_is_named(folder, text):
    (folder / "version.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(CatalogError, match="not like 2026"):
        current_version(folder)


def test_an_own_control_of_an_unknown_topic_is_refused(own):
    with pytest.raises(UnknownId):
        load(own=[replace(own, topic="5.7")])
