"""The catalogue record that a portal harvests."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from kijun.governance.organisation.models import Municipality
from kijun.governance.register.models import Publication

pytestmark = pytest.mark.django_db


def graph(client: Client, town: Municipality) -> list[dict[str, Any]]:
    response = client.get(f"/towns/{town.code}/data/dcat.jsonld")
    assert response["Content-Type"] == "application/ld+json; charset=utf-8"
    document = response.json()
    nodes: list[dict[str, Any]] = document["@graph"]
    prefixes = {key.partition(":")[0] for node in nodes for key in node if ":" in key}
    assert prefixes <= set(document["@context"])
    return nodes


def test_it_works(client: Client, town: Municipality, publication: Publication, settings: Any) -> None:
    """Every address is absolute, every file can be fetched with the media type that is named."""
    settings.KIJUN_PUBLIC_URL = "https://ai.example.lg.jp"
    catalogue, publisher, dataset = graph(client, town)
    base = f"https://ai.example.lg.jp/towns/{town.code}"
    assert catalogue["dcat:dataset"] == [{"@id": dataset["@id"]}]
    assert publisher["dct:identifier"] == town.code
    distributions = dataset["dcat:distribution"]
    assert [one["dcat:downloadURL"]["@id"] for one in distributions] == [
        f"{base}/data/register.json",
        f"{base}/data/register.csv",
    ]
    for one in distributions:
        answer = client.get(one["dcat:downloadURL"]["@id"].removeprefix("https://ai.example.lg.jp"))
        assert answer.status_code == 200
        assert one["dcat:mediaType"]["@id"].endswith(answer["Content-Type"].partition(";")[0])
    schema = distributions[0]["dct:conformsTo"]["@id"]
    assert client.get(schema.removeprefix("https://ai.example.lg.jp")).status_code == 200


def test_what_dcat_ap_asks_for(client: Client, town: Municipality, publication: Publication) -> None:
    catalogue, publisher, dataset = graph(client, town)
    shared = {"dct:title", "dct:description", "dct:publisher", "dct:license", "dct:language", "dct:spatial"}
    shared |= {"dcat:contactPoint", "dct:issued", "dct:modified"}
    assert shared <= set(catalogue)
    assert shared | {"dct:accrualPeriodicity", "dct:identifier", "dcat:theme"} <= set(dataset)
    assert {"@type", "foaf:name"} <= set(publisher)
    for one in dataset["dcat:distribution"]:
        wanted = {"dcat:accessURL", "dcat:mediaType", "dct:format", "dct:license", "dct:modified"}
        assert wanted <= set(one)
    assert dataset["dct:license"] == {"@id": "https://creativecommons.org/licenses/by/4.0/"}
    assert dataset["dct:issued"]["@type"] == "xsd:dateTime"


def test_the_contact_in_both_languages(client: Client, town: Municipality) -> None:
    """An empty register has no dates; whom to ask is there."""
    Municipality.objects.filter(pk=town.pk).update(contact="電話 1", contact_en="Telephone 1")
    catalogue, _publisher, dataset = graph(client, town)
    assert dataset["dcat:contactPoint"]["vcard:note"] == [
        {"@value": "電話 1", "@language": "ja"},
        {"@value": "Telephone 1", "@language": "en"},
    ]
    assert "dct:issued" not in catalogue
