"""What the municipality says beside every input."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from kijun.governance.chat import actions
from kijun.governance.chat.forms import NoticeForm
from kijun.governance.chat.models import Notice
from kijun.governance.organisation.tenancy import StaffRequest
from kijun.web.who_may import who_may


@who_may("chat.notice")
def notice(request: StaffRequest) -> HttpResponse:
    """IT staff write it; everybody who chats reads it."""
    row = Notice.objects.of(request.municipality).first() or Notice()
    first = {"text": row.text, "text_en": row.text_en, "url": row.url, "revision": row.revision}
    form = NoticeForm(request.POST or None, initial=first)
    if request.method == "POST" and form.is_valid():
        values = dict(form.cleaned_data)
        revision = values.pop("revision")
        try:
            actions.save_notice(request.user, values, revision if row.pk else None)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, _("保存しました。入力欄のそばに出ています。"))
            return redirect("chat:notice")
    status = 422 if request.method == "POST" else 200
    return render(request, "chat/notice.html", {"form": form}, status=status)
