"""Files beside a question: taken with where their data comes from, by a button of their own or together with what is sent."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from kijun.governance.access.models import Grant
from kijun.governance.chat import actions, queries
from kijun.governance.chat.actions.attachments import MOST_BYTES, Provenance
from kijun.governance.chat.forms import AskForm, AttachForm
from kijun.governance.chat.models import Attachment, Conversation, slot_of
from kijun.governance.chat.typed import keeps_text
from kijun.governance.chat.views._page import grant_and_conversation, place, show, waiting
from kijun.governance.organisation.tenancy import StaffRequest, get_mine
from kijun.web.forms import add_errors
from kijun.web.who_may import who_may


def brings(request: StaffRequest) -> bool:
    """Whether a file that is not attached yet, or a word on where one comes from, came with the form."""
    told = (request.POST.get(name, "") for name in AttachForm.base_fields if name != "file")
    return "file" in request.FILES or any(one.strip() for one in told)


def take(request: StaffRequest, grant: Grant, conversation: Conversation | None) -> AttachForm:
    """Attach what came with the form; its errors say whether that failed."""
    form = AttachForm(request.POST, request.FILES)
    if form.is_valid():
        data = form.cleaned_data
        told = Provenance(data["collected_where"], data["collected_when"], data["collected_why"])
        try:
            content = data["file"].read(MOST_BYTES + 1)
            actions.attach(request.user, grant, conversation, data["file"].name, content, told)
        except ValidationError as error:
            add_errors(form, error)
    return form


def not_attached(
    request: StaffRequest,
    grant: Grant,
    conversation: Conversation | None,
    attach: AttachForm,
    form: AskForm | None = None,
) -> HttpResponse:
    """The page again with what is to be mended; no browser keeps a chosen file for it, and that is said."""
    if "file" in request.FILES and "file" not in attach.errors:
        attach.add_error("file", _("ファイルは、もう一度選んでください。"))
    return show(request, grant, conversation, form=form, attach=attach, status=422)


@keeps_text
@who_may("chat.use")
@require_POST
def attach(request: StaffRequest, grant: int) -> HttpResponse:
    """A file with where its data comes from; what was written meanwhile is kept. For the page's script (``Accept: application/json``) pieces of it."""
    found, conversation = grant_and_conversation(request, grant)
    if "text" in request.POST:
        actions.save_draft(request.user, slot_of(conversation, found), request.POST["text"])
    form = take(request, found, conversation)
    in_pieces = request.headers.get("accept") == "application/json"
    if form.errors:
        if in_pieces:
            why = next(iter(form.errors.values()))
            return JsonResponse({"errors": form.errors, "why": list(why), "form": form.render()}, status=422)
        return not_attached(request, found, conversation, form)
    if in_pieces:
        listed = {"waiting": waiting(request, found, conversation)}
        html = render_to_string("chat/_waiting.html", listed, request)
        return JsonResponse({"waiting": html, "form": AttachForm().render()})
    messages.success(request, _("ファイルを添付しました。次の送信で一緒に送ります。"))
    return redirect(f"{place(conversation, found)}#ask")


@who_may("chat.use")
@require_POST
def remove(request: StaffRequest, pk: int) -> HttpResponse:
    """Take a file away, sent or not."""
    row: Attachment = get_mine(request, Attachment.objects.filter(person=request.user), pk=pk)
    if "text" in request.POST and row.turn_id is None:
        actions.save_draft(request.user, slot_of(row.conversation, row.grant), request.POST["text"])
    actions.remove_attachment(request.user, row)
    messages.success(request, _("添付したファイルを取り除きました。"))
    if row.conversation is None and queries.grant_of(request.user, row.grant_id) is None:
        return redirect("chat:home")
    return redirect(f"{place(row.conversation, row.grant)}#ask")
