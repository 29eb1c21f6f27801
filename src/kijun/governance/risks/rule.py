"""How the tier of a system is computed. Pure: no database, no Django.

Every rule says at least how high the tier is; the highest of them is the tier. So a worse answer can never lower it.
The page 「判定のしかた」 is drawn from the tables below, and an assessment keeps each line as it was shown.

Sources: harm × likelihood and proportionate effort are the guideline's risk-based approach (introduction); the four axes
are those of DS-920's 高リスク判定 (デジタル社会推進標準ガイドライン, 2025-05-27); public authority is Part 4, 4-1 ①.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from kijun.catalog import Text, Tier

RULE_VERSION: Final = "2026.11.2"

LOW, MEDIUM, HIGH, CRITICAL = Tier

MATRIX: Final[tuple[tuple[Tier, ...], ...]] = (
    # likelihood  1       2       3       4
    (LOW, LOW, LOW, MEDIUM),  # harm 1
    (LOW, MEDIUM, MEDIUM, HIGH),  # harm 2
    (MEDIUM, MEDIUM, HIGH, CRITICAL),  # harm 3
    (HIGH, HIGH, CRITICAL, CRITICAL),  # harm 4
)
"""Tier of one risk: ``MATRIX[harm - 1][likelihood - 1]``; it grows along every row and column."""

HARM: Final = (
    Text("軽微", "Minor"),
    Text("限定的", "Limited"),
    Text("重大", "Serious"),
    Text("極めて重大", "Grave"),
)
LIKELIHOOD: Final = (
    Text("まれ", "Rare"),
    Text("ときどき", "Now and then"),
    Text("たびたび", "Often"),
    Text("ほぼ確実", "Almost certain"),
)
HARM_MEANS: Final = (
    Text(
        "不便や手戻りで済み、その日のうちに直せる",
        "Inconvenience or rework, put right the same day",
    ),
    Text(
        "一部の人に不利益や費用が生じるが、元に戻せる",
        "Some people lose time, money or a benefit, and it can be made good",
    ),
    Text(
        "権利・給付・財産・信用・健康が損なわれる、または多くの人に及ぶ",
        "Rights, benefits, property, reputation or health suffer, or many people are affected",
    ),
    Text(
        "命に関わる、または取り返しがつかない",
        "Lives are at stake, or the harm cannot be undone",
    ),
)
"""What a harm of 1 to 4 means, so that two people who rate the same thing choose the same figure."""
LIKELIHOOD_MEANS: Final = (
    Text("数年に1回あるかどうか", "Perhaps once in several years"),
    Text("年に数回", "A few times a year"),
    Text("月に数回", "A few times a month"),
    Text("毎週、または使うたびに", "Every week, or each time it is used"),
)
"""What a likelihood of 1 to 4 means."""
MANY_HIGH: Final = 5
"""So many risks of 高 or more together weigh 極めて高い."""


@dataclass(frozen=True, slots=True)
class Axis:
    """One of the four axes. ``levels`` explain 1 (small), 2 and 3 (large) by examples of our own."""

    key: str
    name: Text
    question: Text
    levels: tuple[Text, Text, Text]


AXES: Final = (
    Axis(
        "users",
        Text("利用者の範囲・種別", "Who uses it, and how widely"),
        Text("だれが、どれだけ広く使いますか。", "Who uses it, and how widely?"),
        (
            Text("決まった部署の職員だけが使う", "Only staff of certain departments"),
            Text("全庁の職員、または委託先が使う", "Staff of the whole town hall, or contractors"),
            Text(
                "住民が直接使う、または不特定の人に結果が届く",
                "Residents use it themselves, or results reach people at large",
            ),
        ),
    ),
    Axis(
        "work",
        Text("業務の性格", "Nature of the work"),
        Text(
            "間違えたとき、住民の暮らしや権利にどれだけ響く業務ですか。",
            "How far would a mistake touch residents' lives or rights?",
        ),
        (
            Text(
                "庁内の文書づくりなど、直せば済む業務",
                "Internal drafting and the like, where a fix settles it",
            ),
            Text(
                "住民への案内や相談など、誤ると迷惑がかかる業務",
                "Advice and information, where a mistake inconveniences residents",
            ),
            Text(
                "給付、税、福祉、防災など、権利や生命・財産に関わる業務",
                "Benefits, taxes, welfare, disasters: rights, lives or property are at stake",
            ),
        ),
    ),
    Axis(
        "information",
        Text("要機密情報・個人情報の学習等", "Confidential and personal data, training included"),
        Text("どんな情報が入り、学習に使われますか。", "What goes in, and is it used for training?"),
        (
            Text("公開してよい情報だけを入力する", "Only information that may be public"),
            Text(
                "個人情報や非公開情報を入力するが、学習には使われない",
                "Personal or closed information, never used for training",
            ),
            Text(
                "個人情報や機密情報が学習に使われる、または使われるおそれがある",
                "Personal or confidential information is, or may be, used for training",
            ),
        ),
    ),
    Axis(
        "judgement",
        Text("職員による判断の有無", "Whether staff decide"),
        Text("AIの結果を、だれが判断して使いますか。", "Who decides on the AI's result?"),
        (
            Text(
                "職員が毎回確かめ、直してから使う",
                "Staff check and correct every result before it is used",
            ),
            Text(
                "職員が一部を抜き出して確かめる、または要点だけを見る",
                "Staff check samples, or only the main points",
            ),
            Text("職員の確認なしに、結果がそのまま使われる", "Results are used without a check by staff"),
        ),
    ),
)


@dataclass(frozen=True, slots=True)
class Facts:
    """What the rule reads.

    ``authority``: none, supports, decides. ``data_kinds``: values of inventory's DataKind. ``training``: values of
    inventory's Training; anything but ``off_confirmed`` counts as possible. ``human_check``: the inventory names
    one, and the axis of judgement does not say that results are used without. ``axes``: axis key → 1, 2, 3.
    ``ratings``: (harm, likelihood), each 1–4, of the risks that apply.
    """

    authority: str
    data_kinds: frozenset[str]
    external: bool
    training: str
    learns: bool
    resident_facing: bool
    human_check: bool
    axes: Mapping[str, int]
    ratings: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Step:
    """One rule that spoke: its id, why in both languages, and the tier that it asks for at least."""

    rule: str
    ja: str
    en: str
    tier: Tier


@dataclass(frozen=True, slots=True)
class Result:
    tier: Tier
    steps: list[Step]


@dataclass(frozen=True, slots=True)
class Floor:
    """One line of the page that shows the rule: when ``when`` is so, the tier is at least ``tier``."""

    rule: str
    when: Text
    tier: Tier


FLOORS: Final = (
    Floor(
        "A1",
        Text(
            "AIの結果がそのまま処分になる（公権力の行使を決める）",
            "The AI's result is the disposition itself (it decides on the use of public authority)",
        ),
        CRITICAL,
    ),
    Floor(
        "A2",
        Text(
            "AIの結果が処分の判断材料になる（決めるのは職員）",
            "The AI's result supports a disposition that staff decide",
        ),
        HIGH,
    ),
    Floor(
        "D1",
        Text(
            "要配慮個人情報・特定個人情報を、庁外のサービスに渡すか、学習に使う（使われるおそれがある場合を含む）",
            "Sensitive data or My Number data leave the town hall, or are or may be used for training",
        ),
        HIGH,
    ),
    Floor(
        "D2",
        Text(
            "個人情報を学習に使う（庁内のデータで学習させる、または使われないことを確認できていない）",
            "Personal data are used for training (on the town hall's own data), or it is not confirmed that they are not",
        ),
        MEDIUM,
    ),
    Floor(
        "R1",
        Text(
            "結果が住民に直接届き、職員の確認がない（台帳の「人による確認」がないか、四つの観点の判断が「大」）",
            "Results reach residents directly and no member of staff checks them "
            "(the inventory names no check, or the axis of judgement is at its highest)",
        ),
        MEDIUM,
    ),
    Floor("X1", Text("四つの観点のうち、「大」が1つある", "One of the four axes is at its highest"), MEDIUM),
    Floor("X2", Text("四つの観点のうち、「大」が2つ以上ある", "Two or more axes are at their highest"), HIGH),
    Floor("X3", Text("四つの観点のすべてが「大」", "All four axes are at their highest"), CRITICAL),
    Floor(
        "X4",
        Text("四つの観点のうち、「中」以上が3つ以上ある", "Three or more axes are in the middle or higher"),
        MEDIUM,
    ),
)
_FLOOR: Final = {floor.rule: floor for floor in FLOORS}
_TIER_WORDS: Final = {
    LOW: Text("低", "low"),
    MEDIUM: Text("中", "medium"),
    HIGH: Text("高", "high"),
    CRITICAL: Text("極めて高い", "critical"),
}
_SENSITIVE: Final = frozenset({"sensitive", "my_number"})
_PERSONAL: Final = _SENSITIVE | {"personal"}
_CLOSED: Final = _PERSONAL | {"confidential"}


def of_rating(harm: int, likelihood: int) -> Tier:
    """The tier of one risk. IndexError outside 1–4."""
    if not (1 <= harm <= 4 and 1 <= likelihood <= 4):
        raise IndexError((harm, likelihood))
    return MATRIX[harm - 1][likelihood - 1]


def may_train(training: str, learns: bool) -> bool:
    """What goes in may train a model; what is not confirmed counts as so."""
    return training != "off_confirmed" or learns


def least_levels(data_kinds: Iterable[str], *, trains: bool, resident_facing: bool) -> dict[str, int]:
    """The least level of an axis that agrees with what the inventory says: axis key → 2 or 3.

    Whoever answers less contradicts the inventory: one of the two is wrong and is mended before the tier counts.
    """
    found: dict[str, int] = {}
    if _CLOSED & set(data_kinds):
        found["information"] = 3 if trains else 2
    if resident_facing:
        found |= {"users": 3, "judgement": 2}
    return found


def tier(facts: Facts) -> Result:
    """The tier, and every rule that spoke, the strongest first."""
    steps = [*_matrix_steps(facts.ratings), *(_floor_step(rule) for rule in _floors(facts))]
    steps.sort(key=lambda step: (-step.tier.rank, step.rule))
    return Result(max((step.tier for step in steps), key=lambda one: one.rank), steps)


def _matrix_steps(ratings: Iterable[tuple[int, int]]) -> list[Step]:
    tiers = [of_rating(harm, likelihood) for harm, likelihood in ratings]
    highest = max(tiers, key=lambda one: one.rank, default=LOW)
    words = _TIER_WORDS[highest]
    same = tiers.count(highest)
    steps = [
        Step(
            "M1",
            f"評価した{len(tiers)}件のリスクのうち、最も高いものは「{words.ja}」（{same}件）",
            f"Of {len(tiers)} risks rated, the highest is {words.en} ({same})",
            highest,
        )
    ]
    high = sum(1 for one in tiers if one >= HIGH)
    if high >= MANY_HIGH:
        steps.append(
            Step(
                "M2",
                f"「高」以上のリスクが{high}件ある（{MANY_HIGH}件以上）",
                f"{high} risks are high or higher ({MANY_HIGH} or more)",
                CRITICAL,
            )
        )
    return steps


def _floors(facts: Facts) -> list[str]:
    """Ids of the floors that hold."""
    trains = may_train(facts.training, facts.learns)
    levels = [facts.axes.get(axis.key, 1) for axis in AXES]
    large, middle = sum(1 for one in levels if one >= 3), sum(1 for one in levels if one >= 2)
    holds = {
        "A1": facts.authority == "decides",
        "A2": facts.authority in {"supports", "decides"},
        "D1": bool(facts.data_kinds & _SENSITIVE) and (facts.external or trains),
        "D2": bool(facts.data_kinds & _PERSONAL) and trains,
        "R1": facts.resident_facing and not facts.human_check,
        "X1": large == 1,
        "X2": large >= 2,
        "X4": middle >= 3,
        "X3": large == len(AXES),
    }
    return [rule for rule, held in holds.items() if held]


def _floor_step(rule: str) -> Step:
    floor = _FLOOR[rule]
    return Step(rule, floor.when.ja, floor.when.en, floor.tier)
