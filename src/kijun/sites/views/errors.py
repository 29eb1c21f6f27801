"""400, 403, 404, 405, 500 and a failed CSRF check: what happened and what to do next."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.exceptions import DisallowedHost
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template import loader
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kijun.web import ruby
from kijun.web.who_may import everyone


def _is_staff_page(request: HttpRequest) -> bool:
    return settings.KIJUN_SITE != "residents" and request.path.startswith("/staff/")


def _page(
    request: HttpRequest, status: int, title: Any, text: Any, steps: list[Any], *, misnamed: bool = False
) -> HttpResponse:
    if _is_staff_page(request):
        context = {"title": title, "text": text, "steps": steps, "misnamed": misnamed}
        return render(request, "sites/error.html", context, status=status)
    context = {"status": status, "misnamed": misnamed}
    return ruby.respond(request, "sites/residents_error.html", context, status)


@everyone
def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    if isinstance(exception, DisallowedHost):
        return _page(
            request, 400, _("この住所（URL）では開けません"),
            _("ブラウザに入れた名前は、このKijunの名前として登録されていません。"),
            [
                _("案内された住所（URL）と同じか、確かめてください。"),
                _("Kijunを動かしている方は、この名前を環境変数 KIJUN_ALLOWED_HOSTS に加えて、起動し直してください。"),
            ],
            misnamed=True,
        )  # fmt: skip
    return _page(
        request, 400, _("この要求は処理できません"),
        _("送られた内容を読み取れませんでした。"),
        [_("前の画面に戻り、もう一度操作してください。")],
    )  # fmt: skip


@everyone
def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _page(
        request, 403, _("このページを開く権限がありません"),
        _("あなたの役割では、このページを見たり操作したりすることができません。"),
        [
            _("役割は「自分の設定」で確かめられます。"),
            _("必要な場合は、システム管理者に役割の追加を依頼してください。"),
        ],
    )  # fmt: skip


@everyone
def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _page(
        request, 404, _("ページが見つかりません"),
        _("住所（URL）が違うか、ページがなくなったか、あなたの団体のものではありません。"),
        [_("住所（URL）を確かめてください。"), _("上の検索か、メニューから探してください。")],
    )  # fmt: skip


@everyone
def wrong_method(request: HttpRequest) -> HttpResponse:
    return _page(
        request, 405, _("このページは、直接には開けません"),
        _("ボタンを押したときの送信先の住所（URL）です。読み込み直したり、あとから開いたりすることはできません。"),
        [_("前の画面に戻るか、メニューから目的のページを開いて、もう一度操作してください。")],
    )  # fmt: skip


def server_error(request: HttpRequest) -> HttpResponse:
    """Drawn without context processors: the database may be what failed."""
    staff = _is_staff_page(request)
    context = {"start": "/staff/" if staff else "/", "staff": staff, "now": timezone.now()}
    page = loader.render_to_string("sites/server_error.html", context)
    return HttpResponse(ruby.annotate(page), status=500)


server_error.who_may = "everyone"  # type: ignore[attr-defined]  # a mark on a function


@everyone
def csrf_failed(request: HttpRequest, reason: str = "") -> HttpResponse:
    return _page(
        request, 403, _("安全のため、送信を中止しました"),
        _("画面を開いてから時間がたったか、サインインし直したため、この画面からの送信を受け付けられませんでした。"),
        [_("前の画面に戻って読み込み直し、もう一度送信してください。"), _("Cookieを受け付けない設定の場合は、許可してください。")],
    )  # fmt: skip
