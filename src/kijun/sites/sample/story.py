"""What happened in the sample town: two rounds of self-assessment, finished and half-finished, one finding overdue.

Everything goes through the same actions as in real work, each by a person who may do it, so that the trail, the
approvals and the evidence of the sample are real ones.
"""

from __future__ import annotations

from typing import Any

from kijun.governance.evidence import actions as evidence
from kijun.governance.evidence.models import Finding, ScopeKind
from kijun.governance.inventory import actions as inventory
from kijun.governance.inventory.models import AISystem
from kijun.governance.risks import actions as risks
from kijun.governance.risks import facts, rule
from kijun.sites.sample import checks, publishing, systems
from kijun.sites.sample.content import ago, ahead, content
from kijun.sites.sample.town import Town


def tell(town: Town) -> dict[str, AISystem]:
    """The whole story, from the first system to this year's half-finished round and what waits for a decision.

    Gives the systems by their key in ``content.yaml``.
    """
    wanted = content()
    made: dict[str, AISystem] = {}
    early = [one for one in wanted["systems"] if one["assessments"]["previous"] == "approved"]
    late = [one for one in wanted["systems"] if one not in early]
    for one in early:
        made[one["key"]] = _introduce(town, one)
    checks.previous_round(town, made)
    for one in late:
        made[one["key"]] = _introduce(town, one)
    evidence.collect(town.municipality)
    checks.current_round(town, made)
    _mend(town)
    for one in wanted["systems"]:
        if "overdue_finding" in one:
            _overdue(town, made[one["key"]], one["overdue_finding"])
        publishing.update(town, made[one["key"]], one)
    evidence.collect(town.municipality)
    return made


def _introduce(town: Town, wanted: dict[str, Any]) -> AISystem:
    """A system from the guided form to the stage where it stands today, through every gate."""
    actor = town.first("it_staff")
    system = systems.register(town, wanted)
    systems.datasets(town, system, wanted)
    _assess(town, system, wanted)
    if wanted["stage"] in {"pilot", "operation"}:
        systems.run_pilot(town, system, wanted, actor)
    publishing.prepare(town, system, wanted)
    if wanted["stage"] == "operation":
        systems.verify(system, wanted, actor)
        inventory.change_stage(actor, system, "operation", on=ago(wanted["started_days_ago"] - 100))
        publishing.renew(town, system, wanted)
    system.refresh_from_db()
    return system


def _assess(town: Town, system: AISystem, wanted: dict[str, Any]) -> None:
    """Risk: use, data, four axes, a rating of every risk that concerns the system, and the tier by the rule."""
    actor, risk = town.first("it_staff"), wanted["risk"]
    draft = risks.start(actor, system)
    use = {"public_authority": risk["public_authority"], "public_authority_basis": risk.get("basis", "")}
    draft = risks.save_part(actor, draft, "use", use)
    data = {"data_subjects": risk["subjects"], "data_kinds": list(system.data_kinds)}
    draft = risks.save_part(actor, draft, "data", data)
    axes = {axis.key: level for axis, level in zip(rule.AXES, risk["axes"], strict=True)}
    draft = risks.save_part(actor, draft, "axes", {"axes": axes})
    given: dict[str, list[int]] = risk.get("ratings", {})
    ratings = {}
    for one in facts.applicable(draft):
        harm, likelihood = given.get(one.id, [1, 2])
        reason = risk["reasons"].get(one.id, "影響が限られ、職員がすぐに気づいて直せるため。")
        ratings[one.id] = {"applies": True, "reason": reason, "harm": harm, "likelihood": likelihood}
    draft = risks.save_part(actor, draft, "ratings", ratings)
    done = risks.complete(
        actor, draft, residual_note=risk.get("residual", ""), on=ago(risk.get("days_ago", 20))
    )
    if done.tier in {"high", "critical"}:
        risks.accept_residual(town.first("executive"), done, risk["acceptance"])


def _mend(town: Town) -> None:
    """Most of what last year's round found is mended since, and somebody else has confirmed it."""
    mended = set(content()["previous_worse"])
    rows = Finding.objects.filter(
        municipality=town.municipality, cause=Finding.Cause.GAP, control_id__in=mended
    )
    for finding in rows.exclude(state=Finding.State.CLOSED).select_related(
        "municipality", "department", "owner"
    ):
        if finding.state != Finding.State.DONE:  # this year's approval has done so where it came first
            finding = evidence.advance(town.first("it_staff"), finding, note="手順を定め、実施した（見本）。")
        evidence.close_finding(town.first("executive"), finding, note="記録を確かめた（見本）。")


def _overdue(town: Town, system: AISystem, wanted: dict[str, Any]) -> None:
    """One finding whose day has passed, with a plan that is half carried out."""
    owner = town.person(wanted["owner"])
    finding = evidence.raise_finding(
        town.first("it_staff"),
        town.municipality,
        control_id=wanted["control"],
        scope_kind=ScopeKind.SYSTEM,
        scope_id=system.pk,
        title=wanted["title"],
        description=wanted["description"],
        cause=Finding.Cause.MANUAL,
        owner=owner,
        department=system.user_departments.first(),
        due_on=ago(wanted["days_overdue"]),
    )
    for one in wanted["steps"]:
        due = ahead(one["due_in_days"])
        step = evidence.save_step(owner, finding, step=None, what=one["what"], person=owner, due_on=due)
        if "result" in one:
            evidence.finish_step(owner, step, done_on=ago(one["done_days_ago"]), result=one["result"])
