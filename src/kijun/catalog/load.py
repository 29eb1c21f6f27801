"""Loading a version of the catalogue, and keeping released ones loadable for ever.

An assessment pins a version. The newest version is the YAML in `data/`; every version that was ever released
lies packed in `data/releases/`, put there by `freeze` when it was released.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

from kijun.catalog.build import build
from kijun.catalog.model import Catalog, Control, natural_key
from kijun.catalog.sources import (
    DATA,
    VERSION,
    CatalogError,
    UnknownVersion,
    pack,
    packed_path,
    read_folder,
    read_yaml,
    unpack,
)


def load(version: str | None = None, own: Iterable[Control] = (), *, folder: Path = DATA) -> Catalog:
    """A version of the catalogue, the current one by default, with a municipality's own controls added.

    Reads the files once a process; later calls cost a few microseconds (with `own`, about a millisecond).
    Raises UnknownVersion, CatalogError where a file is damaged, UnknownId where an own control names no
    topic.
    """
    catalog = _current(folder) if version is None else _version(version, folder)
    own = tuple(own)
    return catalog.with_own(own) if own else catalog


def current_version(folder: Path = DATA) -> str:
    """The number of the current version, without reading the catalogue. Raises CatalogError."""
    document = read_yaml(folder / "version.yaml", "version.yaml")
    version = document.get("version") if isinstance(document, dict) else None
    if not isinstance(version, str) or not VERSION.fullmatch(version):
        raise CatalogError("version.yaml: version", f"{version!r} is not like 2026.11.0")
    return version


def versions(folder: Path = DATA) -> tuple[str, ...]:
    """Every version that can be loaded, oldest first. Raises CatalogError."""
    released = {path.name.removesuffix(".json.gz") for path in (folder / "releases").glob("*.json.gz")}
    return tuple(sorted(released | {current_version(folder)}, key=natural_key))


def freeze(folder: Path = DATA) -> Path:
    """Pack the current version into `releases/`, where it stays loadable after the next change.

    Returns the file. Freezing an unchanged version again changes nothing. Raises CatalogError where the
    version was frozen before with other content: then it needs a new number in `version.yaml`.
    """
    version = current_version(folder)
    sources = read_folder(folder)
    digest = build(sources).digest
    path = packed_path(version, folder)
    if path.exists():
        if build(unpack(path)).digest != digest:
            raise CatalogError("version.yaml: version", f"{version} is released already, with other content")
        return path
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(pack(sources))
    return path


@lru_cache(maxsize=4)
def _current(folder: Path) -> Catalog:
    return build(read_folder(folder))


@lru_cache(maxsize=16)
def _version(version: str, folder: Path) -> Catalog:
    if version == current_version(folder):
        return _current(folder)
    path = packed_path(version, folder)
    if not VERSION.fullmatch(version) or not path.is_file():
        raise UnknownVersion(version, versions(folder))
    return build(unpack(path))
