"""The published register as files: JSON with its schema, and CSV; :mod:`dcat` lists them. Only what is in force.

Values are those of :mod:`kijun.governance.register.content`, as approved; the files do not depend on a language.
"""

from __future__ import annotations

import csv
import io
import json
from typing import Any

from django.utils import timezone

from kijun.governance.organisation.models import Municipality
from kijun.governance.register import queries
from kijun.governance.register.fields import LANGUAGES, Field, spec
from kijun.governance.register.models import Publication
from kijun.web import excel

LICENCE = "https://creativecommons.org/licenses/by/4.0/"
DIALECT = "https://json-schema.org/draft/2020-12/schema"


def register(town: Municipality, base: str) -> dict[str, Any]:
    """The whole public register of a town. ``base``: address of its pages without a slash at the end."""
    last = queries.last_change(town)
    return {
        "$schema": f"{base}/data/register.schema.json",
        "fields_version": spec().version,
        "licence": LICENCE,
        "municipality": {"code": town.code, "name": town.name, "name_en": town.name_en},
        "sample": town.is_sample,
        "updated_at": timezone.localtime(last).isoformat(timespec="seconds") if last else None,
        "systems": [_system(one, base) for one in _rows(town)],
        "not_public": [
            {"reason": reason, "count": count} for reason, count in sorted(queries.not_public(town).items())
        ],
    }


def _rows(town: Municipality) -> list[Publication]:
    return list(queries.published(town).select_related("entry__system"))


def _system(one: Publication, base: str) -> dict[str, Any]:
    known = {field.key for field in spec().fields}
    values = {key: value for key, value in one.fields.items() if key in known}
    return {
        "url": f"{base}/ai/{one.entry.system.number}/",
        "published_at": timezone.localtime(one.published_at).isoformat(timespec="seconds"),
        **values,
    }


def schema() -> dict[str, Any]:
    """The JSON Schema of :func:`register`, made from ``fields.yaml``; shipped as ``register.schema.json``."""
    fields = [one for one in spec().fields if one.key != "not_public_reason"]
    system = {
        "type": "object",
        "additionalProperties": False,
        "required": ["url", "published_at", *(one.key for one in fields if one.required)],
        "properties": {
            "url": {"type": "string", "format": "uri"},
            "published_at": {"type": "string", "format": "date-time"},
            **{one.key: _property(one) for one in fields},
        },
    }
    return {
        "$schema": DIALECT,
        "$id": "urn:kijun:register:schema",
        "title": "自治体AI公開台帳 Public AI register of a Japanese municipality",
        "type": "object",
        "additionalProperties": False,
        "required": [
            "fields_version",
            "licence",
            "municipality",
            "sample",
            "updated_at",
            "systems",
            "not_public",
        ],
        "properties": {
            "$schema": {"type": "string"},
            "fields_version": {"type": "string"},
            "licence": {"const": LICENCE},
            "municipality": {
                "type": "object",
                "additionalProperties": False,
                "required": ["code", "name", "name_en"],
                "properties": {
                    "code": {"type": "string", "pattern": "^[0-9]{6}$"},
                    "name": {"type": "string"},
                    "name_en": {"type": "string"},
                },
            },
            "sample": {"type": "boolean", "description": "見本のデータ Data of an invented town"},
            "updated_at": {"type": ["string", "null"], "format": "date-time"},
            "systems": {"type": "array", "items": system},
            "not_public": {
                "type": "array",
                "items": {
                    "type": "object",
                    "additionalProperties": False,
                    "required": ["reason", "count"],
                    "properties": {
                        "reason": {"enum": list(spec().codes["not_public"])},
                        "count": {"type": "integer", "minimum": 1},
                    },
                },
            },
        },
    }


def _property(one: Field) -> dict[str, Any]:
    about = {"title": one.label.ja, "description": f"{one.label.en}. {one.instruction.en}"}
    if one.codes:
        item = {"enum": list(spec().codes[one.codes])}
        return about | ({"type": "array", "items": item, "uniqueItems": True} if one.kind == "list" else item)
    if one.translated:
        texts = {
            language: {"type": "string"} | ({"maxLength": one.max} if one.max else {})
            for language in LANGUAGES
        }
        return about | {
            "type": "object",
            "additionalProperties": False,
            "required": ["ja"],
            "properties": texts,
        }
    if one.kind == "list":
        return about | {"type": "array", "items": {"type": "string"}}
    if one.kind == "number":
        return about | {"type": "integer", "minimum": 0}
    return about | {"type": "string"} | ({"format": "date"} if one.kind == "date" else {})


def as_json(document: dict[str, Any]) -> bytes:
    return json.dumps(document, ensure_ascii=False, indent=1).encode("utf-8", "replace")


def columns() -> list[tuple[Field, str]]:
    """The columns of the CSV: codes, numbers and dates first, then texts, a column a language."""
    fields = [one for one in spec().fields if one.key != "not_public_reason"]
    coded = [one for one in fields if not _is_prose(one)]
    prose = [one for one in fields if _is_prose(one)]
    order = [one for one in coded if one.category == "identification"]
    order += [one for one in coded if one.category != "identification"]
    return [
        (one, language) for one in (*order, *prose) for language in (LANGUAGES if one.translated else ("",))
    ]


def _is_prose(one: Field) -> bool:
    return one.kind in {"text", "list"} and not one.codes and one.category != "identification"


def as_csv(town: Municipality, base: str) -> bytes:
    """One row an AI system, headings by field key. UTF-8 with a byte order mark, so that Excel reads it, CRLF."""
    target = io.StringIO()
    writer = csv.writer(target, lineterminator="\r\n")
    names = [f"{one.key}_{language}" if language else one.key for one, language in columns()]
    writer.writerow([*names, "published_at", "url"])
    for row in _rows(town):
        system = _system(row, base)
        cells = [_cell(system.get(one.key), one, language) for one, language in columns()]
        writer.writerow([*cells, system["published_at"], system["url"]])
    return target.getvalue().encode("utf-8-sig", "replace")


def _cell(value: Any, one: Field, language: str) -> str:
    if value is None:
        return ""
    if isinstance(value, dict):
        value = value.get(language, "")
    text = ";".join(map(str, value)) if isinstance(value, list) else str(value)
    return text if one.kind == "number" else excel.csv_text(text)
