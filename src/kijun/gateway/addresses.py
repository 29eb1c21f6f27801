"""Where an upstream's endpoints are, and how it is shown its key."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import quote

from kijun.gateway.policy import Service
from kijun.gateway.snapshot import Route


def authorisation(service: Service) -> Mapping[str, str]:
    """The header with the upstream's key."""
    if not service.key:
        return {}
    if service.upstream.kind == "azure":
        return {"api-key": service.key}
    return {"authorization": f"Bearer {service.key}"}


def address(service: Service, route: Route, path: str) -> str:
    """The URL of an endpoint. Azure with a version has its deployments' paths, without one those of OpenAI under ``/openai/v1``."""
    upstream = service.upstream
    base = upstream.base_url.rstrip("/")
    if upstream.kind != "azure":
        return f"{base}/{path}"
    base = base.removesuffix("/v1").removesuffix("/openai")
    if not upstream.api_version:
        return f"{base}/openai/v1/{path}"
    version = f"api-version={quote(upstream.api_version, safe='')}"
    if path == "responses":
        return f"{base}/openai/responses?{version}"
    return f"{base}/openai/deployments/{quote(route.model, safe='')}/{path}?{version}"
