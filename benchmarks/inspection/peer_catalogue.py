"""Who is measured beside ``kijun.inspection``, how each is installed, and what its types are called here.

A type maps to one of ours, or to several (``A|B``): the one that it overlaps counts, else the first. ``A?`` counts where it
is right and is forgiven where it is not: such a type (any date, any URL, a country's own number) never claimed to be ours.
Types that do not stand here are left out on both sides.
"""

from __future__ import annotations

from dataclasses import dataclass, field

DATES = "BIRTH_DATE?"
LINKS = "URL_TOKEN?"
NUMBERS = "MY_NUMBER|RESIDENT_CODE|CORPORATE_NUMBER|DRIVER_LICENSE|PENSION_NUMBER|HEALTH_INSURANCE"
# what packages call the same thing
COMMON = {
    **dict.fromkeys(("PERSON", "Person", "PER", "NAME", "NAME_KANA", "人物", "name"), "PERSON"),
    **dict.fromkeys(("LOCATION", "ADDRESS", "LOC", "住所", "address"), "ADDRESS"),
    **dict.fromkeys(("EMAIL", "EMAIL_ADDRESS", "Email", "メール", "email"), "EMAIL"),
    **dict.fromkeys(
        ("PHONE", "PHONE_NUMBER", "JP_PHONE_NUMBER", "Phone_Number", "電話", "電話番号", "phone"), "PHONE"
    ),
    **dict.fromkeys(("POSTAL", "POSTAL_CODE", "JP_POSTAL_CODE"), "POSTAL_CODE"),
    **dict.fromkeys(("ZIP_CODE", "ZIP", "postalcode"), "POSTAL_CODE?"),
    **dict.fromkeys(("MY_NUMBER", "MYNUMBER"), "MY_NUMBER"),
    **dict.fromkeys(("CORPORATE_NUMBER", "MY_NUMBER_CORPORATE", "BIZ_NUM"), "CORPORATE_NUMBER"),
    **dict.fromkeys(("CREDIT_CARD", "CARD", "credit_card"), "CREDIT_CARD"),
    **dict.fromkeys(("DRIVER_LICENSE", "DRIVERS_LICENSE", "LICENSE"), "DRIVER_LICENSE"),
    **dict.fromkeys(("BANK_ACCOUNT", "BANK"), "BANK_ACCOUNT"),
    **dict.fromkeys(("IP", "IP_ADDRESS"), "IP_ADDRESS"),
    **dict.fromkeys(("URL", "url"), LINKS),
    **dict.fromkeys(("DATE", "Date", "DATE_TIME", "日付", "日時"), DATES),
    **dict.fromkeys(("BIRTHDATE", "DATE_OF_BIRTH", "date_of_birth"), "BIRTH_DATE"),
    **dict.fromkeys(("AGE", "Age"), "AGE"),
    **dict.fromkeys(("SECRET", "credential"), "SECRET|URL_TOKEN"),
    "PASSPORT": "PASSPORT",
    "PENSION_NUMBER": "PENSION_NUMBER",
    "RESIDENCE_CARD": "RESIDENCE_CARD",
    "HEALTH_INSURANCE": "HEALTH_INSURANCE",
    "PATIENT_ID": "LOCAL_ID?",
    "ID_NUM": NUMBERS,
    "ID_Number": NUMBERS + "|LOCAL_ID?",
    "CONTRACT": "LOCAL_ID?",
    "USERNAME": "PERSON?",
    "US_BANK_NUMBER": "BANK_ACCOUNT?",
    "US_DRIVER_LICENSE": "DRIVER_LICENSE?",
    "US_PASSPORT": "PASSPORT?",
    "シリアル番号": "LOCAL_ID?",
}
PLACES = ("Province", "City", "County", "Domestic_Region", "GPE_Other", "Postal_Address")


@dataclass(frozen=True)
class Peer:
    """One package: what pip installs, the adapter that asks it, and a Python that it needs if not any will do."""

    name: str
    adapter: str
    packages: tuple[str, ...]
    note: str = ""
    options: tuple[str, ...] = ()
    python: str = ""
    types: dict[str, str] = field(default_factory=lambda: COMMON)

    @property
    def version_of(self) -> str:
        return self.packages[0].partition("[")[0].partition("=")[0]


GINZA = ("ja-ginza", "ginza", "spacy")
DATA = (
    Peer("presidio + ja-ginza", "presidio_ja", ("presidio-analyzer", *GINZA)),
    Peer("presidio (en)", "presidio_en", ("presidio-analyzer", "spacy"), "patterns only: no English model is on PyPI"),
    Peer("ja-ginza NER", "ginza_ner", GINZA, types=COMMON | dict.fromkeys(PLACES, "ADDRESS")),
    Peer("fuseji + ja-ginza", "fuseji_ginza", ("fuseji[ginza]",)),
    Peer("kakushi + ja-ginza", "kakushi_ner", ("kakushi[ner]",)),
    Peer("namemask + ja-ginza", "namemask_ner", ("namemask[ner]",)),
    Peer("besshouka", "besshouka_all", ("besshouka",), options=("--pre",)),
    Peer("pymasking", "pymasking_all", ("pymasking",), "without its reader of pictures", options=("--no-deps",)),
    Peer("privacy-masker", "privacy_masker_rules", ("privacy-masker",), "rules; its model comes from a hub"),
    Peer("privyscope-ja", "privyscope_rules", ("privyscope-ja",), "rules; its model comes from a hub"),
    Peer("pleno-anonymize", "pleno_rules", ("pleno-anonymize",), "rules; its model comes from a hub", python="3.12"),
    Peer("dataairlock", "dataairlock_text", ("dataairlock",)),
    Peer("datafog", "datafog_regex", ("datafog",), "English"),
    Peer("scrubadub", "scrubadub_default", ("scrubadub",), "English"),
    Peer("python-stdnum", "stdnum_digits", ("python-stdnum",), "check digits of runs of digits"),
)  # fmt: skip
# what a package installed with --no-deps does need for texts
BESIDE = {
    "pymasking": (
        "ja-ginza",
        "ginza",
        "spacy",
        "chardet",
        "python-dateutil",
        "openpyxl",
        "python-docx",
        "python-pptx",
    )
}

ATTACKS = (
    Peer("pyaigis", "attacks_aigis", ("pyaigis",), "any rule"),
    Peer("ai-injection-guard", "attacks_ai_injection_guard", ("ai-injection-guard",)),
    Peer("prompt-injection-defense", "attacks_prompt_injection_defense", ("prompt-injection-defense",), "suspicious or high risk"),
    Peer("pyatr", "attacks_pyatr", ("pyatr",), "bundled rules"),
    Peer("aicordon", "attacks_aicordon", ("aicordon",), "Picket"),
    Peer("guardlayer", "attacks_guardlayer", ("guardlayer",), "balanced, flag or block"),
    Peer("forcefield", "attacks_forcefield", ("forcefield",), "any threat"),
    Peer("prompt-inject-detect", "attacks_prompt_inject_detect", ("prompt-inject-detect",)),
    Peer("promptbadger", "attacks_promptbadger", ("promptbadger",), "suspicious or malicious"),
    Peer("safepaste", "attacks_safepaste", ("safepaste",)),
    Peer("clawguard-core", "attacks_clawguard", ("clawguard-core",), "any finding"),
    Peer("injectionshield", "attacks_injectionshield", ("injectionshield",)),
    Peer("plumblint", "attacks_plumblint", ("plumblint",), "strict"),
    Peer("toolwall-guard", "attacks_toolwall", ("toolwall-guard",), "without its model"),
    Peer("last-layer", "attacks_last_layer", ("last-layer",)),
)  # fmt: skip

# looked at by hand: these cannot be measured where there is PyPI and nothing else
NOT_MEASURED = {
    "llm-guard 0.3.16": "its prompt-injection scanner loads a model from a hub; its scanners without one bring no rules",
    "pytector 0.4.0": "loads a model from a hub",
    "llm-prompt-shield 0.1.7": "loads a sentence model from a hub",
    "prompt-shield-ai 0.8.1": "loads a sentence model from a hub for its default detectors",
    "rebuff 0.1.1": "its heuristic takes 1.7 s of CPU for an English sentence of nine words; the rest asks paid services",
    "promptwall 0.4.0": "cannot be imported (IndentationError in its firewall.py)",
    "jpi-guard 0.1.2": "a client of a service",
    "prompt-anonymizer 0.3.3": "refuses to start without spaCy's ja_core_news_sm, which is not on PyPI",
    "vigil-llm": "not on PyPI",
}
