"""One's own conversations: the cards of what one may use, the list, one conversation, its name, its end."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from kijun.governance.access import cards
from kijun.governance.access import queries as access
from kijun.governance.chat import actions, beside, queries
from kijun.governance.chat.forms import DeleteForm, TitleForm
from kijun.governance.chat.typed import put_back
from kijun.governance.chat.views._page import grant_or_404, own_or_404, show
from kijun.governance.organisation.tenancy import StaffRequest
from kijun.ledger.model import LedgerError
from kijun.web.who_may import who_may


@who_may("chat.use")
def home(request: StaffRequest) -> HttpResponse:
    """A card for each purpose that may be used today, then one's conversations."""
    on = list(access.stops_on(request.municipality))
    held = [] if request.GET.get("q") or request.GET.get("after") else list(access.grants_of(request.user))
    words = request.GET.get("q", "").strip()[:200]
    fault = ""
    rows = queries.conversations(request.user)
    if words:
        try:
            rows = queries.containing(request.user, words)
        except LedgerError as error:
            fault = error.en if beside.english() else error.ja
            rows = rows.filter(title__icontains=words)
    context = {
        "cards": [(one, cards.card(one.purpose), access.stop_for(one, on)) for one in held],
        "words": words,
        "fault": fault,
        "shown": queries.page(request.user, rows, request.GET.get("after", "")),
        "after": request.GET.get("after", ""),
        "contact": cards.contact(request.municipality),
    }
    return render(request, "chat/home.html", context)


@who_may("chat.use")
def new(request: StaffRequest, grant: int) -> HttpResponse:
    """An empty page of a purpose: the conversation begins with the first answer."""
    if put_back(request):
        messages.info(request, _("入力していた文章を戻しました。"))
    return show(request, grant_or_404(request, grant), None)


@who_may("chat.use")
def conversation(request: StaffRequest, pk: uuid.UUID) -> HttpResponse:
    """What was said, and the next question where the grant still holds."""
    if put_back(request):
        messages.info(request, _("入力していた文章を戻しました。"))
    row = own_or_404(request, pk)
    return show(request, queries.grant_of(request.user, row.grant_id), row)


@who_may("chat.use")
def rename(request: StaffRequest, pk: uuid.UUID) -> HttpResponse:
    """Give it a name."""
    row = own_or_404(request, pk)
    form = TitleForm(request.POST or None, initial={"title": row.title, "revision": row.revision})
    if request.method == "POST" and form.is_valid():
        try:
            actions.rename(request.user, row, form.cleaned_data["title"], form.cleaned_data["revision"])
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, _("名前を保存しました。"))
            return redirect("chat:conversation", row.pk)
    status = 422 if request.method == "POST" else 200
    return render(request, "chat/rename.html", {"form": form, "conversation": row}, status=status)


@who_may("chat.use")
def delete(request: StaffRequest, pk: uuid.UUID) -> HttpResponse:
    """Take it off one's list; the records stay by their retention."""
    row = own_or_404(request, pk)
    form = DeleteForm(request.POST if request.method == "POST" else None, initial={"revision": row.revision})
    if request.method == "POST" and form.is_valid():
        try:
            actions.delete(request.user, row, form.cleaned_data["revision"])
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, _("対話を削除しました。入出力の記録は、保存期間のあいだ残ります。"))
            return redirect("chat:home")
    status = 422 if request.method == "POST" else 200
    return render(request, "chat/delete.html", {"form": form, "conversation": row}, status=status)
