"""Open data: whole, valid, harmless in a spreadsheet, and fetched by anybody."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from django.test import Client

from kijun.governance.accounts.models import Person
from kijun.governance.organisation.models import Municipality
from kijun.governance.register import actions, fields, opendata
from kijun.governance.register.models import Publication
from tests.governance.register.conftest import Decide, full_texts

pytestmark = pytest.mark.django_db
SHIPPED = Path(fields.__file__).with_name("register.schema.json")
FILES = ("register.json", "register.schema.json", "register.csv", "dcat.jsonld")


def get(client: Client, town: Municipality, name: str, **headers: str) -> Any:
    return client.get(f"/towns/{town.code}/data/{name}", headers=headers)


def check(document: Any) -> None:
    schema = json.loads(SHIPPED.read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(
        schema, format_checker=jsonschema.Draft202012Validator.FORMAT_CHECKER
    )
    validator.validate(document)


def test_it_works(client: Client, town: Municipality, publication: Publication) -> None:
    document = get(client, town, "register.json").json()
    check(document)
    assert len(document["systems"]) == 1
    one = document["systems"][0]
    assert one["id"] == "AI-001"
    assert one["not_used_for"]["en"] == "Text of not_used_for."
    assert one["url"] == f"http://testserver/towns/{town.code}/ai/1/"
    assert get(client, town, "register.schema.json").json() == json.loads(SHIPPED.read_text(encoding="utf-8"))


def test_the_shipped_schema_is_that_of_the_fields() -> None:
    assert json.loads(SHIPPED.read_text(encoding="utf-8")) == opendata.schema()


def test_an_empty_register_is_valid(client: Client, town: Municipality) -> None:
    check(get(client, town, "register.json").json())
    assert get(client, town, "dcat.jsonld").status_code == 200


@pytest.mark.parametrize("name", FILES)
def test_any_site_may_fetch_it_and_asks_again_cheaply(
    client: Client, town: Municipality, publication: Publication, name: str
) -> None:
    first = get(client, town, name)
    assert first["Access-Control-Allow-Origin"] == "*"
    assert first["Last-Modified"]
    assert "ETag" in first["Access-Control-Expose-Headers"]
    assert first["Content-Language"] == "ja, en"
    assert not first.cookies
    again = get(client, town, name, if_none_match=first["ETag"])
    assert again.status_code == 304
    assert again["Access-Control-Allow-Origin"] == "*"
    assert get(client, town, name, if_none_match='"other"').status_code == 200
    assert client.post(f"/towns/{town.code}/data/{name}").status_code == 405
    missing = client.get(f"/towns/999999/data/{name}")
    assert (missing.status_code, missing["Access-Control-Allow-Origin"]) == (404, "*")


@pytest.mark.parametrize("name", ["register.json", "register.csv", "dcat.jsonld"])
def test_it_does_not_depend_on_the_language(
    client: Client, town: Municipality, publication: Publication, name: str
) -> None:
    first = get(client, town, name).content
    for language in ("en", "ja-easy"):
        client.cookies["kijun_language"] = language
        assert get(client, town, name).content == first


def test_csv(client: Client, town: Municipality, it_staff: Person, entry: Any, decide: Decide) -> None:
    texts = full_texts() | {
        "name": {"ja": '=HYPERLINK("http://x")', "en": "+1", "ja-easy": "@x"},
        "description": {"ja": '一行目\n二行目、"引用"', "en": "-a", "ja-easy": "＝1"},
    }
    actions.save_entry(it_staff, entry, texts, None)
    decide(actions.submit(it_staff, entry))
    content = get(client, town, "register.csv").content
    assert content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))
    assert len(rows) == 1
    row = rows[0]
    assert list(row)[:4] == ["municipality_code", "id", "version", "languages"]
    assert list(row).index("training") < list(row).index("name_ja")
    assert row["name_ja"] == '\'=HYPERLINK("http://x")'
    assert (row["name_en"], row["name_ja-easy"]) == ("'+1", "'@x")
    assert row["description_ja"] == '一行目\n二行目、"引用"'
    assert (row["description_en"], row["description_ja-easy"]) == ("'-a", "'＝1")
