"""The parts that change the tree: no permission, no trail. The actions and the import put them together."""

from __future__ import annotations

import datetime
import re
import unicodedata
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from kijun.governance.audit.actions import changes
from kijun.governance.organisation.models import Department, DepartmentVersion, Municipality
from kijun.web import dates
from kijun.web.kana import normalise_kana

KEEP: Final = object()
DAY: Final = datetime.timedelta(days=1)


def clean_code(text: str) -> str:
    """The department's code in half width; ValidationError when it holds anything but letters, digits and . _ -"""
    code = unicodedata.normalize("NFKC", text).strip()
    if re.fullmatch(r"[0-9A-Za-z._-]{1,20}", code) is None:
        raise ValidationError({"code": _("部署コードは半角の英数字20文字までで入力してください。例：1020")})
    return code


def lock(municipality: Municipality) -> None:
    Municipality.objects.select_for_update().get(pk=municipality.pk)


def put_department(
    municipality: Municipality,
    *,
    code: str,
    name: str,
    kana: str,
    name_en: str,
    parent: Department | None,
    valid_from: datetime.date,
    order: int,
    reason: str,
) -> Department:
    """A department with its first version; the caller checks the tree and copies."""
    code = clean_code(code)
    # Subtrees are found by their path, and SQLite does not tell a from A there.
    if Department.objects.of(municipality).filter(code__iexact=code).exists():
        raise ValidationError({"code": _("この部署コードはすでに使われています。")})
    _check_parent(municipality, parent)
    department = Department(
        municipality=municipality,
        code=code,
        name=name.strip(),
        kana=normalise_kana(kana) if kana else "",
        name_en=name_en,
        parent=parent,
        path=f"{parent.path if parent else ''}{code}/"[:300],
        order=order,
    )
    department.full_clean(exclude=["municipality", "path"])
    department.save(force_insert=True)
    DepartmentVersion.objects.create(
        municipality=municipality,
        department=department,
        name=department.name,
        kana=department.kana,
        parent=parent,
        valid_from=valid_from,
        reason=reason,
    )
    return department


def put_version(
    department: Department,
    *,
    valid_from: datetime.date,
    reason: str,
    name: str | None = None,
    kana: str | None = None,
    parent: Any = KEEP,
) -> tuple[DepartmentVersion, dict[str, Any]]:
    """The version that holds from a day on, and what it changes as the trail tells it."""
    held = department.versions.on(valid_from).select_related("parent").first()
    if held is None:
        raise ValidationError({"valid_from": _("この日には、この部署はありません。")})
    if department.versions.filter(valid_from__gt=valid_from).exists():
        raise ValidationError(
            {"valid_from": _("この日より後に予定された変更があります。先に取り消してください。")}
        )
    if parent is not KEEP:
        _check_parent(department.municipality, parent)
    before = {"name": held.name, "kana": held.kana, "parent": held.parent}
    after = {
        "name": held.name if name is None else name.strip(),
        "kana": held.kana if kana is None else normalise_kana(kana) if kana else "",
        "parent": held.parent if parent is KEEP else parent,
    }
    detail = changes(before, after)
    if not detail["after"]:
        return held, detail
    if held.valid_from == valid_from:
        version = held
    else:
        version = DepartmentVersion(
            municipality=department.municipality,
            department=department,
            valid_from=valid_from,
            valid_to=held.valid_to,
        )
        held.valid_to = valid_from - DAY
        held.save(update_fields=["valid_to"])
    version.name, version.kana, version.parent = after["name"], after["kana"], after["parent"]
    version.reason = reason
    version.full_clean(exclude=["municipality", "department", "parent"])
    version.save()
    return version, detail


def _check_parent(municipality: Municipality, parent: Department | None) -> None:
    if parent is not None and parent.municipality_id != municipality.pk:
        raise ValidationError({"parent": _("この団体の部署を選んでください。")})


def refuse_broken_tree(municipality: Municipality, since: datetime.date) -> None:
    """ValidationError when, on a day from ``since`` on, a department stands below itself or below none that exists."""
    versions = list(DepartmentVersion.objects.of(municipality).select_related("department"))
    days = {since} | {version.valid_from for version in versions if version.valid_from > since}
    for version in versions:
        if version.valid_to and version.valid_to >= since:
            days.add(version.valid_to + DAY)
    for day in sorted(days):
        on = {version.department_id: version for version in versions if version.holds_on(day)}
        sound: set[int] = set()
        for start in on.values():
            walked: set[int] = set()
            version = start
            while version.parent_id is not None and version.department_id not in sound:
                walked.add(version.department_id)
                if version.parent_id not in on:
                    message = _(
                        "%(day)sには上位の部署がありません（%(name)s）。日付か上位の部署を変えてください。"
                    )
                    raise ValidationError(
                        {
                            "parent": ValidationError(
                                message, params={"day": dates.format_date(day), "name": version.name}
                            )
                        }
                    )
                version = on[version.parent_id]
                if version.department_id in walked:
                    message = _("%(name)sが自分自身の下に入ってしまいます。別の上位の部署を選んでください。")
                    raise ValidationError({"parent": ValidationError(message, params={"name": start.name})})
            sound |= walked


def sync_tree(municipality: Municipality) -> list[Department]:
    """Copy the versions of today into the departments and write every path anew; gives what changed."""
    departments = {one.pk: one for one in Department.objects.of(municipality)}
    seen = {one.pk: (one.name, one.kana, one.parent_id, one.path) for one in departments.values()}
    for version in DepartmentVersion.objects.of(municipality).on():
        one = departments[version.department_id]
        one.name, one.kana, one.parent_id = version.name, version.kana, version.parent_id
    for one in departments.values():
        codes, at, walked = [one.code], one.parent_id, {one.pk}
        while at is not None and at not in walked:
            walked.add(at)
            codes.append(departments[at].code)
            at = departments[at].parent_id
        one.path = "".join(f"{code}/" for code in reversed(codes))
        if len(one.path) > 300:
            raise ValidationError({"parent": _("部署の階層が深すぎます。")})
    changed = [
        one for one in departments.values() if seen[one.pk] != (one.name, one.kana, one.parent_id, one.path)
    ]
    for one in changed:
        one.revision += seen[one.pk][:3] != (one.name, one.kana, one.parent_id)
    Department.objects.bulk_update(changed, ["name", "kana", "parent", "path", "revision"])
    return changed
