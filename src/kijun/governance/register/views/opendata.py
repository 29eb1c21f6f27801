"""The files of the open data. No cookie is read or set; any site may fetch them."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.urls import reverse
from django.utils.cache import get_conditional_response
from django.utils.http import http_date
from django.views.decorators.http import require_safe

from kijun.governance.organisation.models import Municipality
from kijun.governance.register import dcat as dcat_records
from kijun.governance.register import opendata, queries
from kijun.governance.register.views.residents import find_town
from kijun.web.who_may import everyone


def base_url(request: HttpRequest, town: Municipality) -> str:
    """The absolute address of the town's pages: KIJUN_PUBLIC_URL, else the host that was asked."""
    root = settings.KIJUN_PUBLIC_URL or request.build_absolute_uri("/").rstrip("/")
    return str(root + reverse("public:town", args=[town.code]).rstrip("/"))


def _serve(
    request: HttpRequest, code: str, media: str, name: str, make: Callable[[Municipality, str], bytes]
) -> HttpResponse:
    town = find_town(code)
    if town is None:
        response = HttpResponse("not found\n", status=404, content_type="text/plain; charset=utf-8")
        response["Access-Control-Allow-Origin"] = "*"
        return response
    body = make(town, base_url(request, town))
    etag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    last = queries.last_change(town)
    response = HttpResponse(body, content_type=media)
    response["Content-Disposition"] = f'inline; filename="{town.code}-{name}"'
    response["ETag"] = etag
    if last is not None:
        response["Last-Modified"] = http_date(int(last.timestamp()))
    # Only what is in the file counts: the town's name or Kijun itself may have changed it without a publication.
    found = get_conditional_response(request, etag=etag, response=response)
    result: HttpResponse = found if isinstance(found, HttpResponse | HttpResponseNotModified) else response
    result["Access-Control-Allow-Origin"] = "*"
    result["Access-Control-Expose-Headers"] = "ETag, Last-Modified, Content-Disposition"
    result["Content-Language"] = "ja, en"
    result["Cross-Origin-Resource-Policy"] = "cross-origin"
    result["Cache-Control"] = (
        "public, no-cache"  # kept, but asked about each time: what is withdrawn is gone at once
    )
    return result


@everyone
@require_safe
def register_json(request: HttpRequest, code: str) -> HttpResponse:
    return _serve(
        request,
        code,
        "application/json; charset=utf-8",
        "register.json",
        lambda town, base: opendata.as_json(opendata.register(town, base)),
    )


@everyone
@require_safe
def register_schema(request: HttpRequest, code: str) -> HttpResponse:
    return _serve(
        request,
        code,
        "application/schema+json; charset=utf-8",
        "register.schema.json",
        lambda town, base: opendata.as_json(opendata.schema()),
    )


@everyone
@require_safe
def register_csv(request: HttpRequest, code: str) -> HttpResponse:
    return _serve(request, code, "text/csv; charset=utf-8", "register.csv", opendata.as_csv)


@everyone
@require_safe
def dcat(request: HttpRequest, code: str) -> HttpResponse:
    return _serve(
        request,
        code,
        "application/ld+json; charset=utf-8",
        "dcat.jsonld",
        lambda town, base: opendata.as_json(dcat_records.catalogue(town, base)),
    )
