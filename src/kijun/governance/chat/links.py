"""What the chat tells the other apps: menu, waiting tasks, words of the trail, what hangs on a person."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.template.defaultfilters import filesizeformat
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from kijun.governance.accounts import belongings, departures, waiting
from kijun.governance.accounts.models import Person
from kijun.governance.accounts.roles import Role
from kijun.governance.audit import words
from kijun.governance.chat import actions
from kijun.governance.chat.models import Prompt, Turn
from kijun.governance.organisation import dependents, succession
from kijun.governance.organisation.models import Department
from kijun.governance.reviews import remarks
from kijun.web import navigation


def tasks(person: Person) -> Iterable[waiting.Task]:
    """Prompts that an approver of their department reads, and those that came back to their author."""
    open_states = [Prompt.State.REVIEW, Prompt.State.RETURNED]
    rows = Prompt.objects.of(person.municipality).filter(state__in=open_states).select_related("department")
    approves = Role.APPROVER in person.roles_today()
    for one in rows:
        url = reverse("chat:prompt", args=[one.pk])
        if one.state == Prompt.State.RETURNED and one.author_id == person.pk:
            yield waiting.Task(
                gettext("ひな形「%(title)s」を直す") % {"title": one.title}, _("AIのひな形"), url
            )
        elif (
            one.state == Prompt.State.REVIEW
            and approves
            and one.author_id != person.pk
            and person.covers(one.department, Role.APPROVER)
        ):
            yield waiting.Task(
                gettext("ひな形「%(title)s」を確かめる") % {"title": one.title}, _("AIのひな形"), url
            )


def remarks_of(person: Person, interaction: str) -> Iterable[str]:
    """For who confirms and who approves: what the question went without."""
    rows = Turn.objects.filter(interaction=interaction, conversation__person=person)
    turn = rows.prefetch_related("attachments").first()
    if turn is None:
        return
    for one in turn.attachments.all():
        if one.left_out_at is not None:
            yield gettext(
                "添付するはずだったファイル（%(kind)s、%(size)s）は文章が残っていなかったため、添付せずに質問しています。"
            ) % {"kind": one.kind, "size": filesizeformat(one.size)}
    if turn.without_earlier:
        yield gettext("前のやり取りが消去されていたため、それを添えずに質問しています。")


_KEPT = (Prompt.State.REVIEW, Prompt.State.SHARED)


def in_departments(departments: Sequence[Department]) -> Iterable[tuple[int, str]]:
    """Prompts that departments would leave behind when they are closed."""
    for one in Prompt.objects.filter(department__in=departments, state__in=_KEPT):
        yield one.department_id, gettext("ひな形「%(title)s」") % {"title": one.title}


def _of_closed(department: Department) -> Iterable[tuple[int, str]]:
    """What its successor may go on using, what was put away when it closed as well."""
    rows = Prompt.objects.filter(department=department).exclude(state=Prompt.State.WITHDRAWN)
    for one in rows.order_by("title", "pk"):
        yield one.pk, one.title


def _pass_on(actor: Person, pk: int, old: Department, new: Department) -> None:
    row = Prompt.objects.select_related("municipality", "department").get(pk=pk, department=old)
    actions.pass_on_prompt(actor, row, new)


def kept_prompts(people: Sequence[Person]) -> Iterable[tuple[int, belongings.Belonging]]:
    """What these people wrote and others use: a successor mends it."""
    for one in Prompt.objects.filter(author__in=people, state__in=_KEPT):
        url = reverse("chat:prompt", args=[one.pk])
        yield (
            one.author_id,
            belongings.Belonging("chat.prompt", str(one.pk), one.title, _("ひな形を作った人"), "author", url),
        )


def _give_prompt(thing_id: str, old: Person, new: Person, actor: Person) -> None:
    row = Prompt.objects.select_related("municipality").get(pk=thing_id, municipality=old.municipality_id)
    actions.hand_over_prompt(actor, row, old, new)


def register_all() -> None:
    """Called once, when Django starts."""
    waiting.register(tasks)
    remarks.register(remarks_of)
    dependents.register_work(in_departments)
    succession.register(succession.Keeper("chat.prompt", _("ひな形"), _of_closed, _pass_on))
    departures.register(actions.end_of_departed)
    belongings.register(
        belongings.Keeper(
            "chat.prompt:author",
            lambda person: [one for _pk, one in kept_prompts([person])],
            _give_prompt,
            kept_prompts,
        )
    )
    for link in (
        navigation.Link(
            "use",
            _("AIと対話"),
            "chat:home",
            "chat.use",
            order=10,
            about=_("目的を選んでAIに尋ね、これまでの対話を読み返す。"),
        ),
        navigation.Link(
            "use",
            _("ひな形"),
            "chat:prompts",
            "chat.use",
            order=40,
            about=_("よく使う頼み方を選び、部署で分け合う。"),
        ),
        navigation.Link(
            "settings",
            _("AIと対話の注意書き"),
            "chat:notice",
            "chat.notice",
            order=65,
            about=_("対話の画面に出す、職員への注意。"),
        ),
    ):
        navigation.register(link)
    words.add_actions(ACTIONS)
    words.add_kinds(KINDS)
    words.add_fields(FIELDS)


ACTIONS: dict[str, StrOrPromise] = {
    "chat.begun": _("AIとの対話を始めた"),
    "chat.renamed": _("対話の名前を変えた"),
    "chat.deleted": _("対話を削除した"),
    "chat.erased": _("保存期間が過ぎた対話を消した"),
    "chat.exported": _("対話を書き出した"),
    "chat.attached": _("対話にファイルを添付した"),
    "chat.detached": _("添付したファイルを取り除いた"),
    "chat.sent_without": _("文章が残っていないファイルを、添付せずに送った"),
    "chat.prompt_made": _("ひな形を作った"),
    "chat.prompt_changed": _("ひな形を直した"),
    "chat.prompt_sent": _("ひな形を確認に出した"),
    "chat.prompt_shared": _("ひな形を部署で共有した"),
    "chat.prompt_returned": _("ひな形を差し戻した"),
    "chat.prompt_withdrawn": _("ひな形を取り下げた"),
    "chat.prompt_moved": _("ひな形を別の部署に移した"),
    "chat.prompt_handed_over": _("ひな形を引き継いだ"),
    "chat.prompt_reread": _("作った人が去ったひな形を、確かめ直しに回した"),
    "chat.prompt_archived": _("使う部署か作った人がなくなったひな形を、保管した"),
    "chat.notice_saved": _("AIと対話の注意書きを保存した"),
}
KINDS: dict[str, StrOrPromise] = {
    "chat.conversation": _("AIとの対話"),
    "chat.attachment": _("対話の添付ファイル"),
    "chat.prompt": _("AIのひな形"),
    "chat.notice": _("AIと対話の注意書き"),
}
FIELDS: dict[str, StrOrPromise] = {
    "text_en": _("英語の言葉"),
    "turns": _("やり取りの数"),
}
