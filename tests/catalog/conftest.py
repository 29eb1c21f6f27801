import shutil
from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from kijun.catalog import Catalog, Control, Evidence, Frequency, Level, Role, Text, Tier, load
from kijun.catalog.load import _current
from kijun.catalog.sources import DATA, Loader


@pytest.fixture(scope="session")
def catalog() -> Catalog:
    return load()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the catalogue's data that a test may spoil."""
    target = tmp_path / "data"
    shutil.copytree(DATA, target, ignore=shutil.ignore_patterns("releases"))
    return target


@pytest.fixture
def own() -> Control:
    """An own control of a municipality."""
    return Control(
        id="L5.1.1",
        topic="5.1",
        role=Role.USER,
        level=Level.ORGANISATION,
        title=Text("窓口端末の目隠し", "Privacy screens"),
        statement=Text("職員は、窓口の端末に目隠しを付ける。", "Fit privacy screens at the counter."),
        done_when=(
            Text("点検表に確認日がある"),
            Text("目隠しの数が端末の数と合う", "As many screens as terminals"),
        ),
        place="AI利用要綱 第5条",
        frequency=Frequency.YEARLY,
        tiers=Tier.MEDIUM.upward,
        evidence=(Evidence.ATTESTATION, Evidence.FILE),
        risks=("R5.1.1",),
    )


@pytest.fixture
def changed(catalog: Catalog):
    """A function that gives the catalogue with one control changed: ``changed("P6.1.1", role=Role.USER)``."""

    def change(id: str, **fields: object) -> Catalog:
        topics = tuple(
            replace(
                topic,
                controls=tuple(
                    replace(control, **fields) if control.id == id else control for control in topic.controls
                ),
            )
            for topic in catalog.topics
        )
        return replace(catalog, topics=topics)

    return change


@pytest.fixture
def release(folder: Path):
    """A function that gives the catalogue in `folder` a new number, and P6.1.1 other fields."""

    def change(version: str, **fields: object) -> None:
        for path, change in (
            (folder / "version.yaml", lambda document: document.update(version=version)),
            (
                folder / "topics" / "06-1-security-measures.yaml",
                lambda document: document["controls"][0].update(fields),
            ),
        ):
            document = yaml.load(path.read_text(encoding="utf-8"), Loader)  # noqa: S506 - a safe loader
            change(document)
            text = yaml.safe_dump(document, allow_unicode=True)
            path.write_text(text, encoding="utf-8")
        _current.cache_clear()  # a running process sees one state of the files

    return change
