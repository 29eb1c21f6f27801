"""Labels on the staff site: given, shown with what is pasted, withdrawn; and what all of them tell."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from kijun.governance.organisation.tenancy import StaffRequest, get_mine
from kijun.governance.reviews import actions, leaving, queries
from kijun.governance.reviews.actions.labelling import post_of
from kijun.governance.reviews.exports.blocks import address, block, qr
from kijun.governance.reviews.forms import LabelForm, RulesForm, WithdrawForm
from kijun.governance.reviews.lists import LABELS
from kijun.governance.reviews.models import Label
from kijun.governance.reviews.views._shared import own_review, status_of
from kijun.web.forms import add_errors
from kijun.web.who_may import require, who_may

IMAGES = {"svg": "image/svg+xml", "png": "image/png"}


@who_may("reviews.view_labels")
def labels(request: StaffRequest) -> HttpResponse:
    """AI利用の表示: every label within reach."""
    rows = queries.visible_labels(request.user)
    if LABELS.wants_excel(request):
        return LABELS.as_excel(request, rows, _("AI利用の表示") + ".xlsx")
    context = {"shown": LABELS.show(request, rows), "may_rule": request.user.has_perm("reviews.label_rules")}
    return render(request, "reviews/labels.html", context)


def _get(request: StaffRequest, pk: int) -> Label:
    label: Label = get_mine(request, queries.labels(request.municipality), pk=pk)
    if not request.user.has_perm("reviews.view_label", label):
        raise Http404
    return label


@who_may("reviews.use")
def make(request: StaffRequest, pk: int) -> HttpResponse:
    """Give an approved text a label."""
    review = own_review(request, pk)
    if why := leaving.why_not_label(review):
        messages.error(request, str(why))
        return redirect(review)
    assert review.approval is not None
    decided_by = review.approval.decided_by
    initial = {"post": post_of(decided_by) if decided_by is not None else ""}
    form = LabelForm(request.POST if request.method == "POST" else None, initial=initial)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            made = actions.make_label(
                request.user, review, kind=data["kind"], parts=data["parts"], post=data["post"]
            )
        except ValidationError as error:
            add_errors(form, error)
        else:
            messages.success(
                request, _("表示の番号を付けました。これから取り出す文章には、この表示が入ります。")
            )
            return redirect(made)
    return render(
        request, "reviews/label_form.html", {"review": review, "form": form}, status=status_of(form)
    )


@require_safe
@who_may("reviews.view_labels")
def label(request: StaffRequest, pk: int) -> HttpResponse:
    """One label: what residents read, the block and the picture to paste."""
    row = _get(request, pk)
    context = {
        "label": row,
        "words": block(request, row),
        "url": address(request, row),
        "may_withdraw": row.withdrawn_at is None and request.user.has_perm("reviews.withdraw_label", row),
    }
    return render(request, "reviews/label.html", context)


@require_safe
@who_may("reviews.view_labels")
def image(request: StaffRequest, pk: int, kind: str) -> HttpResponse:
    """The QR code as a picture: svg or png."""
    row = _get(request, pk)
    if kind not in IMAGES:
        raise Http404
    response = HttpResponse(qr(address(request, row), kind), content_type=IMAGES[kind])
    if "download" in request.GET:
        response["Content-Disposition"] = f'attachment; filename="{row}.{kind}"'
    return response


@who_may("reviews.view_labels")
def withdraw(request: StaffRequest, pk: int) -> HttpResponse:
    """Take a label back, with a reason."""
    row = _get(request, pk)
    require(request, "reviews.withdraw_label", row)
    form = WithdrawForm(
        request.POST if request.method == "POST" else None, initial={"revision": row.revision}
    )
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            actions.withdraw_label(request.user, row, data["reason"], data.get("revision"))
        except ValidationError as error:
            add_errors(form, error)
        else:
            messages.success(request, _("取り下げました。住民のページには、取り下げたことが示されます。"))
            return redirect(row)
    return render(
        request, "reviews/label_withdraw.html", {"label": row, "form": form}, status=status_of(form)
    )


@who_may("reviews.label_rules")
def rules(request: StaffRequest) -> HttpResponse:
    """Whether residents read the name of who decided."""
    row = queries.label_rules(request.municipality)
    initial = {"names": row.names, "revision": row.revision}
    form = RulesForm(request.POST if request.method == "POST" else None, initial=initial)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        seen = data.get("revision") if row.pk is not None else None
        try:
            actions.save_rules(request.user, request.municipality, names=data["names"], seen_revision=seen)
        except ValidationError as error:
            add_errors(form, error)
        else:
            messages.success(request, _("保存しました。"))
            return redirect("reviews:labels")
    return render(request, "reviews/label_rules.html", {"form": form}, status=status_of(form))
