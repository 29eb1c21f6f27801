"""Where the catalogue comes from: YAML for the version in work, one packed JSON for each released one."""

from __future__ import annotations

import gzip
import json
import re
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

DATA = Path(__file__).parent / "data"
VERSION = re.compile(r"\d{4}\.\d{1,2}\.\d+")
PACKED_FORMAT = "kijun-catalog-sources/1"
_MAX_UNPACKED = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Problem:
    """Something wrong, and where: ``topics/06-1-security.yaml: controls[2].role``, or an element's id."""

    place: str
    message: str

    def __str__(self) -> str:
        return f"{self.place}: {self.message}"


class CatalogError(ValueError):
    """The catalogue cannot be read. `problem` says where and why."""

    def __init__(self, place: str, message: str) -> None:
        super().__init__(f"{place}: {message}")
        self.problem = Problem(place, message)


class UnknownVersion(LookupError):
    """This version of the catalogue was never released. `known` are those that were."""

    def __init__(self, version: str, known: tuple[str, ...]) -> None:
        super().__init__(f"no version {version!r} of the catalogue; there are {', '.join(known)}")
        self.version = version
        self.known = known


class Loader(yaml.CSafeLoader if hasattr(yaml, "CSafeLoader") else yaml.SafeLoader):  # type: ignore[misc]  # the base is chosen at run time
    """Safe YAML in which dates stay text and a key that stands twice is an error."""

    yaml_implicit_resolvers = {
        first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
        for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen: set[str] = set()
        for key, _ in node.value:
            if key.value in seen:
                raise yaml.MarkedYAMLError(
                    problem=f"key {key.value!r} stands twice", problem_mark=key.start_mark
                )
            seen.add(key.value)
        mapping: dict[Any, Any] = super().construct_mapping(node, deep)
        return mapping


@dataclass(frozen=True, slots=True)
class Sources:
    """The documents of one version as plain dicts, each under the path of its file."""

    version: dict[str, Any]
    principles: list[Any]
    topics: dict[str, dict[str, Any]]
    crosswalk: dict[str, dict[str, Any]]


def read_yaml(path: Path, place: str) -> Any:
    """The content of one YAML file. Raises CatalogError, with the line, where it cannot be read."""
    try:
        with path.open(encoding="utf-8") as file:
            return yaml.load(file, Loader)  # noqa: S506 - Loader is a safe loader
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = f", line {mark.line + 1}" if mark else ""
        raise CatalogError(f"{place}{line}", error.problem or "not YAML") from error
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise CatalogError(place, str(error).partition("\n")[0]) from error


def _mapping(folder: Path, path: Path) -> dict[str, Any]:
    place = path.relative_to(folder).as_posix()
    document = read_yaml(path, place)
    if not isinstance(document, dict):
        raise CatalogError(place, "a mapping is expected at the top")
    return document


def read_folder(folder: Path = DATA) -> Sources:
    """The version in work. Raises CatalogError at the first file that cannot be read."""
    principles = read_yaml(folder / "principles.yaml", "principles.yaml")
    if not isinstance(principles, list):
        raise CatalogError("principles.yaml", "a list is expected at the top")
    return Sources(
        version=_mapping(folder, folder / "version.yaml"),
        principles=principles,
        topics={
            f"topics/{path.name}": _mapping(folder, path) for path in sorted(folder.glob("topics/*.yaml"))
        },
        crosswalk={
            f"crosswalk/{path.name}": _mapping(folder, path)
            for path in sorted(folder.glob("crosswalk/*.yaml"))
        },
    )


def packed_path(version: str, folder: Path = DATA) -> Path:
    """Where a released version is kept."""
    return folder / "releases" / f"{version}.json.gz"


def pack(sources: Sources) -> bytes:
    """The sources as gzipped JSON: the same bytes for the same content, whenever it is packed."""
    document = {
        "format": PACKED_FORMAT,
        "version": sources.version,
        "principles": sources.principles,
        "topics": sources.topics,
        "crosswalk": sources.crosswalk,
    }
    text = json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return gzip.compress(text.encode(), mtime=0)


def unpack(path: Path) -> Sources:
    """The sources that `pack` packed. Raises CatalogError where the file is damaged or of another format."""
    try:
        with gzip.open(path) as file:
            content = file.read(_MAX_UNPACKED + 1)
        if len(content) > _MAX_UNPACKED:
            raise CatalogError(path.name, "larger than a catalogue can be")
        document = json.loads(content)
    except (OSError, EOFError, ValueError, zlib.error) as error:
        if isinstance(error, CatalogError):
            raise
        raise CatalogError(path.name, f"not a packed catalogue: {error}") from error
    if not isinstance(document, dict) or document.get("format") != PACKED_FORMAT:
        raise CatalogError(path.name, f"not of the format {PACKED_FORMAT}")
    try:
        return Sources(document["version"], document["principles"], document["topics"], document["crosswalk"])
    except KeyError as error:
        raise CatalogError(path.name, f"{error.args[0]} is missing") from error
