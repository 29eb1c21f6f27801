"""Whether the catalogue's files are right: as YAML, against their JSON Schema, and with one another."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kijun.catalog.build import build
from kijun.catalog.checks import check
from kijun.catalog.sources import DATA, CatalogError, Problem, packed_path, read_folder, read_yaml, unpack

if TYPE_CHECKING:
    from jsonschema import Draft202012Validator

SCHEMAS = DATA / "schema"
_MESSAGE = 200


def validate(folder: Path = DATA) -> list[Problem]:
    """Every problem of the catalogue in a folder; empty where there is none.

    The files come first, each against its schema; what holds across files (`checks.check`) is looked at only
    when all of them can be read, for it would report the same again.
    """
    problems = list(_file_problems(folder))
    if problems:
        return problems
    try:
        catalog = build(read_folder(folder))
    except CatalogError as error:
        return [error.problem]
    return [*check(catalog), *_release_problems(folder, catalog.version, catalog.digest)]


@lru_cache(maxsize=8)
def validator(name: str) -> Draft202012Validator:
    """The validator of one of the schemas that are shipped: version, principles, topic, crosswalk, export."""
    from jsonschema import Draft202012Validator  # here, because reading controls needs no 0.1 s for it

    schema = json.loads((SCHEMAS / f"{name}.schema.json").read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema)


def schema_problems(name: str, document: Any, place: str) -> Iterator[Problem]:
    """Where a document does not fit a schema, in the order of the document."""
    errors = validator(name).iter_errors(document)
    for error in sorted(errors, key=lambda error: [str(part) for part in error.absolute_path]):
        path = _path(error.absolute_path)
        yield Problem(f"{place}: {path}" if path else place, error.message[:_MESSAGE])


def _path(parts: Iterable[str | int]) -> str:
    """``controls[2].role``."""
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in parts).removeprefix(".")


def _file_problems(folder: Path) -> Iterator[Problem]:
    files = [("version", folder / "version.yaml"), ("principles", folder / "principles.yaml")]
    topics = sorted(folder.glob("topics/*.yaml"))
    if not topics:
        yield Problem("topics", "no topic is there")
    files += [("topic", path) for path in topics]
    files += [("crosswalk", path) for path in sorted(folder.glob("crosswalk/*.yaml"))]
    for schema, path in files:
        place = path.relative_to(folder).as_posix()
        try:
            yield from schema_problems(schema, read_yaml(path, place), place)
        except CatalogError as error:
            yield error.problem


def _release_problems(folder: Path, version: str, digest: str) -> Iterator[Problem]:
    path = packed_path(version, folder)
    if not path.exists():
        return
    try:
        released = build(unpack(path)).digest
    except CatalogError as error:
        yield error.problem
        return
    if released != digest:
        message = f"{version} is released with other content: give the changed catalogue a new number"
        yield Problem("version.yaml: version", message)
