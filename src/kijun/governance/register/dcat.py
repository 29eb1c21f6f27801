"""The catalogue of the open data in the vocabulary of DCAT 3 (W3C), with what DCAT-AP 3 asks of a portal's records.

Codes for language, frequency, file type, access and theme are those of the EU's Publications Office, which portals
outside Europe read as well.
"""

from __future__ import annotations

import datetime
from typing import Any

from django.utils import timezone

from kijun.governance.organisation.models import Municipality
from kijun.governance.register import queries
from kijun.governance.register.opendata import LICENCE

AUTHORITY = "http://publications.europa.eu/resource/authority"
MEDIA = "https://www.iana.org/assignments/media-types"
LANGUAGES = [{"@id": f"{AUTHORITY}/language/{code}"} for code in ("JPN", "ENG")]
CONTEXT = {
    "dcat": "http://www.w3.org/ns/dcat#",
    "dcatap": "http://data.europa.eu/r5r/",
    "dct": "http://purl.org/dc/terms/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "vcard": "http://www.w3.org/2006/vcard/ns#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
FILES = (
    ("register.json", "application/json", "JSON", "AI公開台帳（JSON）", "Public AI register (JSON)"),
    ("register.csv", "text/csv", "CSV", "AI公開台帳（CSV、UTF-8）", "Public AI register (CSV, UTF-8)"),
)
"""Name, media type, code of the file type, title in Japanese and English of each form of the data."""


def catalogue(town: Municipality, base: str) -> dict[str, Any]:
    """JSON-LD: catalogue, publisher, one dataset with a distribution a file. ``base``: see :func:`opendata.register`."""
    first, last = queries.first_publication(town), queries.last_change(town)
    times = {"dct:issued": _moment(first), "dct:modified": _moment(last)}
    times = {key: value for key, value in times.items() if value}
    publisher = {
        "@id": f"{base}/#publisher",
        "@type": "foaf:Organization",
        "foaf:name": _texts(town.name, town.name_en),
        "dct:identifier": town.code,
    }
    dataset = {
        "@id": f"{base}/data/#register",
        "@type": "dcat:Dataset",
        "dct:identifier": f"{town.code}-ai-register",
        "dct:title": _texts(f"{town.name} AI公開台帳", f"Public AI register of {town.name_en or town.name}"),
        "dct:description": _texts(
            f"{town.name}が使うAIの、目的、使わない範囲、データ、リスク、人の確認などの一覧です。",
            "The AI systems that the municipality uses: purpose, limits, data, risks and human checks.",
        ),
        **_common(town, publisher),
        **times,
        "dct:accrualPeriodicity": {"@id": f"{AUTHORITY}/frequency/IRREG"},
        "dct:accessRights": {"@id": f"{AUTHORITY}/access-right/PUBLIC"},
        "dcat:theme": [{"@id": f"{AUTHORITY}/data-theme/GOVE"}],
        "dcat:keyword": _texts("AI", "AI")
        + _texts("公開台帳", "register")
        + _texts("透明性", "transparency"),
        "dcat:landingPage": {"@id": f"{base}/"},
        "foaf:page": {"@id": f"{base}/data/"},
        "dcat:distribution": [_distribution(base, times, *one) for one in FILES],
    }
    return {
        "@context": CONTEXT,
        "@graph": [
            {
                "@id": f"{base}/data/dcat.jsonld",
                "@type": "dcat:Catalog",
                "dct:title": _texts(
                    f"{town.name} AIのオープンデータ", f"Open data on AI of {town.name_en or town.name}"
                ),
                "dct:description": _texts(
                    "AI公開台帳のオープンデータの目録です。", "Catalogue of the open data of the AI register."
                ),
                **_common(town, publisher),
                **times,
                "foaf:homepage": {"@id": f"{base}/"},
                "dcat:dataset": [{"@id": dataset["@id"]}],
            },
            publisher,
            dataset,
        ],
    }


def _common(town: Municipality, publisher: dict[str, Any]) -> dict[str, Any]:
    """What catalogue and dataset share."""
    return {
        "dct:publisher": {"@id": publisher["@id"]},
        "dct:language": LANGUAGES,
        "dct:license": {"@id": LICENCE},
        "dct:spatial": {
            "@type": "dct:Location",
            "dct:identifier": town.code,
            "skos:prefLabel": _texts(town.name, town.name_en),
        },
        "dcat:contactPoint": {
            "@type": "vcard:Organization",
            "vcard:fn": _texts(town.name, town.name_en),
            **({"vcard:note": _texts(town.contact, town.contact_en)} if town.contact else {}),
        },
    }


def _distribution(
    base: str, times: dict[str, Any], name: str, media: str, form: str, title: str, title_en: str
) -> dict[str, Any]:
    found = {
        "@id": f"{base}/data/{name}",
        "@type": "dcat:Distribution",
        "dct:title": _texts(title, title_en),
        "dcat:accessURL": {"@id": f"{base}/data/"},
        "dcat:downloadURL": {"@id": f"{base}/data/{name}"},
        "dcat:mediaType": {"@id": f"{MEDIA}/{media}"},
        "dct:format": {"@id": f"{AUTHORITY}/file-type/{form}"},
        "dct:language": LANGUAGES,
        "dct:license": {"@id": LICENCE},
        "dcatap:availability": {"@id": f"{AUTHORITY}/planned-availability/STABLE"},
        **times,
    }
    if form == "JSON":
        found["dct:conformsTo"] = {
            "@id": f"{base}/data/register.schema.json",
            "@type": "dct:Standard",
            "dct:title": _texts(
                "AI公開台帳の項目の定義（JSON Schema）", "Definition of the fields (JSON Schema)"
            ),
        }
    return found


def _moment(at: datetime.datetime | None) -> dict[str, str] | None:
    if at is None:
        return None
    return {"@value": timezone.localtime(at).isoformat(timespec="seconds"), "@type": "xsd:dateTime"}


def _texts(japanese: str, english: str) -> list[dict[str, str]]:
    pairs = (("ja", japanese), ("en", english))
    return [{"@value": text, "@language": language} for language, text in pairs if text]
