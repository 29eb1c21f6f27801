from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class OrganisationConfig(AppConfig):
    name = "kijun.governance.organisation"
    label = "organisation"
    verbose_name = _("組織")

    def ready(self) -> None:
        from kijun.governance.organisation import words
        from kijun.governance.organisation.finder import find_departments
        from kijun.web import navigation, search

        words.register()
        search.register(pgettext_lazy("nav", "部署"), find_departments)
        for label, url_name, order, about in [
            (_("団体の情報"), "organisation:settings", 5, _("団体の名前、連絡先、基本の決まり。")),
            (
                pgettext_lazy("nav", "部署"),
                "organisation:departments",
                20,
                _("部署を登録し、廃止や統合に備える。"),
            ),
            (_("閉庁日"), "organisation:closing_days", 25, _("期限の計算から除く休みの日。")),
        ]:
            navigation.register(
                navigation.Link("settings", label, url_name, "organisation.manage", order=order, about=about)
            )
