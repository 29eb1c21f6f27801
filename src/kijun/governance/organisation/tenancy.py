"""Every row of the control plane belongs to one municipality, and nobody sees across."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Self, TypeVar

from django.core.exceptions import ObjectDoesNotExist
from django.db import models
from django.http import Http404, HttpRequest, HttpResponse

if TYPE_CHECKING:
    from kijun.governance.organisation.models import Municipality

T = TypeVar("T", bound=models.Model)


class StaffRequest(HttpRequest):
    """A request behind ``who_may`` or ``signed_in``: there is a person, and a municipality."""

    municipality: Municipality
    user: Any  # accounts.Person; this app stands before accounts


class TenantQuerySet(models.QuerySet[Any]):
    def of(self, municipality: models.Model | None) -> Self:
        """The rows of one municipality; nothing for None."""
        return self.filter(municipality=municipality) if municipality is not None else self.none()


class Tenant(models.Model):
    """Base of every row that belongs to a municipality."""

    municipality = models.ForeignKey("organisation.Municipality", on_delete=models.CASCADE, related_name="+")

    objects = TenantQuerySet.as_manager()

    class Meta:
        abstract = True


def mine(request: StaffRequest, model: type[T]) -> models.QuerySet[T]:
    """The rows of the person's municipality."""
    return model._default_manager.filter(municipality=request.municipality)


def get_mine(request: StaffRequest, rows: type[T] | models.QuerySet[T], **lookup: Any) -> T:
    """One row of the person's municipality. Another municipality's row is a 404, as if it were not there."""
    found = rows if isinstance(rows, models.QuerySet) else mine(request, rows)
    try:
        found = found.filter(municipality=request.municipality, **lookup)
        return found.get()
    except (ObjectDoesNotExist, ValueError, OverflowError) as error:
        raise Http404 from error


class TenancyMiddleware:
    """Sets ``request.municipality`` to the signed-in person's municipality, else None."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.municipality = getattr(request.user, "municipality", None)  # type: ignore[attr-defined]  # who_may lets only a person in
        return self.get_response(request)
