"""The first-run page: municipality and first administrator, opened by the one-time link from the console.

Fails closed: without a good code it shows nothing but where the link is found. The session holds the digest of the
code, never the code.
"""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from kijun.governance.accounts import entry
from kijun.governance.accounts.forms import CodeForm, FirstRunForm
from kijun.governance.accounts.models import EntryLink
from kijun.governance.organisation.models import Municipality
from kijun.sites import founding
from kijun.web.who_may import everyone

SESSION_KEY = "set_up"


@everyone
@never_cache
@sensitive_post_parameters()
def set_up(request: HttpRequest) -> HttpResponse:
    """The form for who has a good code; for everybody else the way to the link."""
    if "code" in request.GET:
        request.session[SESSION_KEY] = entry.digest(request.GET["code"])
        return redirect("set_up")
    if request.method == "POST" and "paste" in request.POST:
        return _paste(request)
    kept = request.session.get(SESSION_KEY, "")
    link = entry.find("setup", kept)
    if link is None:
        request.session.pop(SESSION_KEY, None)
        return _closed(request, CodeForm(), refused=bool(kept))
    form = FirstRunForm(request.POST or None, initial={"department_code": "1"})
    if request.method == "POST" and form.is_valid():
        answer = _found(request, link, form)
        if answer is not None:
            return answer
    return render(request, "sites/set_up.html", {"form": form}, status=422 if form.is_bound else 200)


def _paste(request: HttpRequest) -> HttpResponse:
    form = CodeForm(request.POST)
    if not form.is_valid():
        return _closed(request, form, refused=False)
    request.session[SESSION_KEY] = entry.digest(form.cleaned_data["code"])
    return redirect("set_up")


def _closed(request: HttpRequest, form: CodeForm, *, refused: bool) -> HttpResponse:
    is_empty = not Municipality.objects.filter(is_sample=False).exists()
    context = {"form": form, "refused": refused, "is_empty": is_empty}
    return render(request, "sites/set_up_closed.html", context)


def _found(request: HttpRequest, link: EntryLink, form: FirstRunForm) -> HttpResponse | None:
    data = form.cleaned_data
    try:
        town = founding.found(
            link,
            founding.Start(
                code=data["code"],
                name=data["name"],
                kana=data["kana"],
                department=data["department"],
                department_code=data["department_code"],
                staff_number=data["staff_number"],
                person_name=data["person_name"],
                person_kana=data["person_kana"],
                password=data["new_password"],
            ),
        )
    except ValidationError as error:
        for message in error.messages:
            form.add_error(None, message)
        return None
    request.session.pop(SESSION_KEY, None)
    messages.success(
        request,
        _("%(town)sを登録しました。職員番号とパスワードでサインインしてください。") % {"town": town.name},
    )
    response = redirect("accounts:sign_in")
    response["Location"] += f"?town={town.code}"
    return response
