"""The names of what inspection finds. They are public: policies, the ledger and other programs hold them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final


@dataclass(frozen=True, slots=True)
class Words:
    """The same words in Japanese and in English."""

    ja: str
    en: str

    def in_(self, language: str) -> str:
        """The words of a language; Japanese where it is neither."""
        return self.en if language == "en" else self.ja


class Kind(StrEnum):
    """What sort of thing a finding is."""

    DATA = "data"
    ATTACK = "attack"
    EXPRESSION = "expression"


class DataType(StrEnum):
    """Personal and confidential information; what a span of each covers stands in docs/inspection.md."""

    PERSON = "PERSON"
    ADDRESS = "ADDRESS"
    PHONE = "PHONE"
    EMAIL = "EMAIL"
    POSTAL_CODE = "POSTAL_CODE"
    BIRTH_DATE = "BIRTH_DATE"
    AGE = "AGE"
    MY_NUMBER = "MY_NUMBER"
    RESIDENT_CODE = "RESIDENT_CODE"
    CORPORATE_NUMBER = "CORPORATE_NUMBER"
    PENSION_NUMBER = "PENSION_NUMBER"
    DRIVER_LICENSE = "DRIVER_LICENSE"
    PASSPORT = "PASSPORT"
    RESIDENCE_CARD = "RESIDENCE_CARD"
    HEALTH_INSURANCE = "HEALTH_INSURANCE"
    BANK_ACCOUNT = "BANK_ACCOUNT"
    CREDIT_CARD = "CREDIT_CARD"
    VEHICLE_NUMBER = "VEHICLE_NUMBER"
    IP_ADDRESS = "IP_ADDRESS"
    LOCAL_ID = "LOCAL_ID"
    SENSITIVE = "SENSITIVE"
    URL_TOKEN = "URL_TOKEN"  # noqa: S105 - the name of a type
    SECRET = "SECRET"  # noqa: S105 - the name of a type
    CONFIDENTIALITY_MARK = "CONFIDENTIALITY_MARK"
    FORBIDDEN_WORD = "FORBIDDEN_WORD"


class Attack(StrEnum):
    """How a text tries to steer the model against those who run it."""

    INSTRUCTION_OVERRIDE = "instruction_override"
    ROLE_PLAY = "role_play"
    PROMPT_EXTRACTION = "prompt_extraction"
    DATA_EXFILTRATION = "data_exfiltration"
    ENCODED = "encoded"
    INDIRECT = "indirect"


class Expression(StrEnum):
    """What an expression does to people."""

    DISCRIMINATION = "discrimination"
    ABUSE = "abuse"
    SEXUAL = "sexual"
    SELF_HARM = "self_harm"
    VIOLENCE = "violence"
    ILLEGAL_ADVICE = "illegal_advice"
    MANIPULATION_DEPENDENCE = "manipulation_dependence"
    OVERCLAIM = "overclaim"
    FORBIDDEN_WORD = "forbidden_word"


class Target(StrEnum):
    """Whom a discriminatory expression is about."""

    NATIONALITY = "nationality"
    ETHNICITY = "ethnicity"
    BURAKU = "buraku"
    DISABILITY = "disability"
    GENDER = "gender"
    LGBT = "lgbt"
    AGE = "age"
    RELIGION = "religion"
    ILLNESS = "illness"
    POVERTY = "poverty"
    REGION = "region"
    OTHER = "other"


#: A type's name on screens; the Japanese one also stands in placeholders such as ⟦氏名1⟧.
LABELS: Final[Mapping[str, Words]] = {
    DataType.PERSON: Words("氏名", "Name of a person"),
    DataType.ADDRESS: Words("住所", "Address"),
    DataType.PHONE: Words("電話番号", "Telephone number"),
    DataType.EMAIL: Words("メール", "E-mail address"),
    DataType.POSTAL_CODE: Words("郵便番号", "Postal code"),
    DataType.BIRTH_DATE: Words("生年月日", "Date of birth"),
    DataType.AGE: Words("年齢", "Age"),
    DataType.MY_NUMBER: Words("個人番号", "Individual Number (My Number)"),
    DataType.RESIDENT_CODE: Words("住民票コード", "Resident record code"),
    DataType.CORPORATE_NUMBER: Words("法人番号", "Corporate Number"),
    DataType.PENSION_NUMBER: Words("基礎年金番号", "Pension number"),
    DataType.DRIVER_LICENSE: Words("運転免許証番号", "Driver's licence number"),
    DataType.PASSPORT: Words("旅券番号", "Passport number"),
    DataType.RESIDENCE_CARD: Words("在留カード番号", "Residence card number"),
    DataType.HEALTH_INSURANCE: Words("保険証番号", "Health insurance number"),
    DataType.BANK_ACCOUNT: Words("口座番号", "Bank account number"),
    DataType.CREDIT_CARD: Words("カード番号", "Payment card number"),
    DataType.VEHICLE_NUMBER: Words("車両番号", "Vehicle registration"),
    DataType.IP_ADDRESS: Words("IPアドレス", "IP address"),
    DataType.LOCAL_ID: Words("整理番号", "Local identification number"),
    DataType.SENSITIVE: Words("要配慮情報", "Special care-required information"),
    DataType.URL_TOKEN: Words("鍵付きURL", "URL that carries a key"),
    DataType.SECRET: Words("認証情報", "Secret"),
    DataType.CONFIDENTIALITY_MARK: Words("機密表示", "Confidentiality mark"),
    DataType.FORBIDDEN_WORD: Words("禁止語", "Word that the municipality forbids"),
    Attack.INSTRUCTION_OVERRIDE: Words("指示の上書き", "Instruction override"),
    Attack.ROLE_PLAY: Words("役割のすり替え", "Role play"),
    Attack.PROMPT_EXTRACTION: Words("内部指示の聞き出し", "Prompt extraction"),
    Attack.DATA_EXFILTRATION: Words("情報の持ち出し", "Data exfiltration"),
    Attack.ENCODED: Words("符号化・偽装された指示", "Encoded instruction"),
    Attack.INDIRECT: Words("文書に埋め込まれた指示", "Indirect injection"),
    Expression.DISCRIMINATION: Words("差別的な表現", "Discriminatory expression"),
    Expression.ABUSE: Words("攻撃的・侮辱的な表現", "Abusive expression"),
    Expression.SEXUAL: Words("性的な表現", "Sexual expression"),
    Expression.SELF_HARM: Words("自傷・自殺に関わる表現", "Self-harm"),
    Expression.VIOLENCE: Words("暴力的な表現", "Violent expression"),
    Expression.ILLEGAL_ADVICE: Words("違法行為の助長", "Illegal advice"),
    Expression.MANIPULATION_DEPENDENCE: Words("誘導・依存をあおる表現", "Manipulation, dependence"),
    Expression.OVERCLAIM: Words("断定・権限の越えた表現", "Claim of certainty or authority"),
    Expression.FORBIDDEN_WORD: Words("禁止語", "Word that the municipality forbids"),
}

#: Whom a discriminatory expression is about, on screens.
TARGETS: Final[Mapping[str, Words]] = {
    Target.NATIONALITY: Words("国籍", "nationality"),
    Target.ETHNICITY: Words("民族・人種", "ethnicity"),
    Target.BURAKU: Words("部落・同和地区", "buraku origin"),
    Target.DISABILITY: Words("障害", "disability"),
    Target.GENDER: Words("性別", "gender"),
    Target.LGBT: Words("性的指向・性自認", "sexual orientation, gender identity"),
    Target.AGE: Words("年齢", "age"),
    Target.RELIGION: Words("宗教・信条", "religion, creed"),
    Target.ILLNESS: Words("病気", "illness"),
    Target.POVERTY: Words("貧困・生活保護", "poverty, public assistance"),
    Target.REGION: Words("出身地・地域", "region"),
    Target.OTHER: Words("その他", "other"),
}
