"""What was typed when the session had ended: kept in the session that comes with the sign-in page, for the same person alone."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, cast

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse

from kijun.gateway.sealing import Unsealable, seal, unseal
from kijun.governance.accounts.models import Person
from kijun.governance.chat import actions

KEY = "chat.typed"
_SALT = "chat writer"
LONGEST = 100_000


def mark(person: Person, slot: str) -> str:
    """Goes into the form, signed: who is writing, and where."""
    return signing.dumps([person.pk, slot], salt=_SALT)


def keeps_text(view: Callable[..., HttpResponse]) -> Any:
    """A form sent without a session: its text waits, sealed, until the same person has signed in."""

    @functools.wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.method == "POST" and not request.user.is_authenticated:
            text = request.POST.get("text", "")[:LONGEST]
            written = request.POST.get("writer", "")
            if text.strip() and written:
                request.session[KEY] = {"writer": written[:300], "text": seal(settings.SECRET_KEY, text)}
        return view(request, *args, **kwargs)

    return cast("Any", guarded)


def put_back(request: Any) -> bool:
    """Make a draft of what waits, where it is this person's; gives whether there was any."""
    kept = request.session.pop(KEY, None)
    if not isinstance(kept, dict):
        return False
    try:
        person, slot = signing.loads(str(kept.get("writer")), salt=_SALT, max_age=7 * 86_400)
        text = unseal(settings.SECRET_KEY, str(kept.get("text")))
    except (signing.BadSignature, Unsealable, ValueError):
        return False
    if person != request.user.pk:
        return False
    actions.save_draft(request.user, str(slot), text)
    return True
