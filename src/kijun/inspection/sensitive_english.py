"""Special care-required information in English sentences: an illness, a disability, a harm, a record, a creed, an origin, that is said of somebody.

The sentence must say so of one person (my son has …, Maria is …, she was … by …). What it says of people at large, of a
service or a budget is nobody's.
"""

from __future__ import annotations

import re
from typing import Final

from kijun.inspection.scene import Scene

#: What stands before the word and belongs to the phrase: severe, type 1, chronic kidney (disease)
_BEFORE: Final = re.compile(
    r"(?i)(?<![A-Za-z])(?:(?:acute|chronic|congenital|severe|mild|moderate|early-onset|advanced|terminal|type [12]|stage [0-9IV]+|borderline|clinical|post-?natal|bipolar|grade [1-7]) )?"
    r"(?:(?!(?:has|have|had|with|is|was|are|am|be|been|of|on|a|an|the|and|or|from|for|in|to|my|his|her|our|their|this|that|by|no|any|not|severe|serious|got|very|common|rare) )[a-z'-]{3,16} )?\Z"
)
_KIN: Final = (
    "husband|wife|son|daughter|child|baby|boy|girl|kid|mother|father|mum|mom|dad|brother|sister|uncle|aunt|nephew|niece|cousin|grandmother|grandfather|grandma|grandpa|grandson|granddaughter"
    "|partner|ex-husband|ex-wife|boyfriend|girlfriend|fianc[eé]e?|parent|neighbou?r|friend|roommate|colleague"
)
_CLIENT: Final = "applicant|tenant|patient|caller|client|claimant|resident|student|pupil|victim|suspect|defendant|employee|man|woman|lady|gentleman|boy|girl|child|mother|father"
#: Of whom a sentence speaks, up to the verb
_SUBJECT: Final = re.compile(
    rf"(?<![A-Za-z])(?:I|[Hh]e|[Ss]he|[Ww]e|I'm|I've|[Hh]e's|[Ss]he's|[Ww]e're"
    rf"|(?:(?:[Mm]y|[Hh]is|[Hh]er|[Oo]ur|[Tt]heir|[Yy]our)|[A-Z][a-z]{{1,15}}(?: [A-Z][a-z]{{1,15}})?'s?) (?:[a-z]{{3,12}} |[0-9]{{1,2}}-year-old ){{0,2}}(?:{_KIN}|[a-z]{{2,8}})"
    rf"|[Tt]h(?:e|is|at) (?:[a-z]{{3,12}} )?(?:{_CLIENT}))(?![A-Za-z])"
)
_NAMED: Final = re.compile(
    r"(?<![A-Za-z])([A-Z][a-z]{1,15})(?: [A-Z][a-z]{1,15}){0,2}(?: ?\([^()\n]{1,16}\))?,? \Z"
)
_NO_NAME: Final = frozenset(
    {
        *(
            "The",
            "This",
            "That",
            "There",
            "It",
            "What",
            "Who",
            "Which",
            "People",
            "Anyone",
            "Everyone",
            "Somebody",
        ),
        *(
            "Someone",
            "Children",
            "Patients",
            "Residents",
            "Japan",
            "City",
            "Town",
            "Office",
            "Center",
            "Centre",
        ),
        *(
            "Hospital",
            "Clinic",
            "School",
            "Museum",
            "Support",
            "Today",
            "Here",
            "If",
            "How",
            "When",
            "Why",
            "Each",
        ),
        *(
            "Depression",
            "Diabetes",
            "Cancer",
            "Dementia",
            "Epilepsy",
            "Autism",
            "Asthma",
            "Stroke",
            "Hepatitis",
        ),
    }
)
#: How it is said, right before the phrase
_HAS: Final = re.compile(
    r"(?i)(?: (?:has|have|had|having|suffers? from|suffered|suffering from|living with|lives with|(?:been |was |is |were )?(?:just |recently )?diagnosed (?:with|as)|born with|treated for|hospitali[sz]ed (?:in [a-z]+ )?(?:with|for)|recovering from|died (?:of|from)|lost [a-z ]{2,20} to|being treated for|tests?|tested|because of|due to|with|from|after|takes?|on|uses|needs|attempted|fled|receives?|received|lives on)|'ve(?: got)?|has got|have got|'s got)"
    r"(?: (?:been|just|recently|now|an?|the|his|her|my|got|severe|serious|very|long-term|some|in)){0,3} \Z"
)
_IS: Final = re.compile(
    r"(?i)(?: (?:is|was|are|were|am|became|has been|have been|had been|remains|got)|'m|'s|'re)(?: (?:now|also|an?|the|his|her|almost|partially|totally|completely|legally|born|still|both|openly|not only|severely|nearly|a devout|a practi[sc]ing)){0,3} \Z"
)
#: What is said of many, of a scheme or only of a possibility
_GENERAL: Final = re.compile(
    r"(?i)(?<![a-z])(?:people|those|persons?|anyone|anybody|everyone|children|residents|citizens|patients|families|users|employees|many|percent|per cent|survey|budget|programme|program|class|classes|seminar|lecture|campaign|awareness|prevention|screening|hotline|leaflet|brochure|poster|vaccin[a-z]{2,8}|studies|study|essay|research|history|museum|film|movie|book|novel|art|statistics|policy|works? at|teaches|treats|talks? on|talk about|report on|lecture[sd]?|books? (?:on|about)|volunteer)(?![a-z])"
)
_IF: Final = re.compile(r"(?i)(?<![a-z])(?:if|whether|suppose|imagine|for example|e\.g\.)(?![a-z])")
_DENIED: Final = re.compile(
    r"(?i)(?:(?<![a-z])(?:no|not|never|without|denies|neither)|n't)(?![a-z])[^,]{0,24}\Z"
)
_COMPOUND: Final = re.compile(
    r"(?i) (?:cent(?:er|re)|services?|office|allowance|certificate|handbook|welfare|benefits?|prevention|screening|awareness|care|clinic|hospital|ward|programme|program|class|week|day|month|hotline|research|art|history|studies|society|foundation|users?|ramps?|spots?|support|insurance|test|flag)(?![a-z])"
)
_ADJECTIVES: Final = frozenset(
    [
        "blind",
        "deaf",
        "autistic",
        "dyslexic",
        "disabled",
        "paralysed",
        "paralyzed",
        "bedridden",
        "transgender",
        "gay",
        "lesbian",
        "bisexual",
        "intersex",
        "muslim",
        "hindu",
        "sikh",
        "buddhist",
        "catholic",
        "christian",
        "jewish",
        "alcoholic",
        "schizophrenic",
        "suicidal",
        "homosexual",
        "ainu",
        "kurdish",
        "rohingya",
        "zainichi",
        "atheist",
        "pregnant",
        "diabetic",
        "epileptic",
        "asthmatic",
        "anorexic",
        "bulimic",
        "anaemic",
        "anemic",
    ]
)
#: Phrases that say all by themselves, if the sentence has somebody
_WHOLE: Final = re.compile(
    r"(?i)(?:on (?:dialysis|welfare|public assistance|probation|parole|insulin|antidepressants)|in (?:prison|jail|a wheelchair|chemotherapy|rehab)|hard of hearing|heart (?:defect|attack)|(?:congenital )?heart defect|(?:intellectually|mentally|physically|severely|visually) disabled|colou?r-?[ -]?blind|addicted to [a-z]{3,14}|high blood pressure|kidney failure|eating disorder|hearing[- ]impaired|visually impaired|partially sighted"
    r"|(?:HIV|hepatitis [ABC]|tuberculosis|COVID(?:-19)?)[- ]positive|positive for [a-z-]{3,14}(?: [A-C])?|(?:peanut|egg|milk|nut|wheat|shellfish|food|dairy|soy|latex|penicillin|sesame|drug) allerg(?:y|ies)"
    r"|(?:convicted|accused|guilty) of [a-z]{3,14}(?: [a-z]{3,10})?|(?:arrested|jailed|imprisoned|fined|prosecuted) for [a-z]{3,14}(?:[ -][a-z]{3,10})?|criminal record|previous conviction|suspended sentence"
    r"|(?:sexually|physically|verbally|emotionally) (?:assaulted|abused|harassed)|domestic violence|beats? (?:her|him|me|us)\b|(?:hits|hit|kicks|kicked|abuses) (?:her|him|me)\b|raped|stalked by [a-z -]{3,20}|abused by [a-z -]{3,20}"
    r"|jehovah's witness|(?:down|tourette|asperger)(?:'s)? syndrome|panic attacks?|heart (?:failure|attack|condition|disease)|miscarriage|stillbirth|abortion|suicide|antidepressants|wheelchair|refugee|(?:[A-Z][a-z]{2,12} )refugee)(?![A-Za-z])"
)


def told_in_english(scene: Scene, start: int, end: int) -> tuple[int, int] | None:
    """The phrase around a word (diabetes, blind, convicted), where the sentence says it of somebody; None where it does not."""
    text = scene.text
    begins, ends = _sentence(text, start)
    if _COMPOUND.match(text, end):
        return None
    word = text[start:end].lower()
    place, until = start, end
    whole = next(
        (one for one in _WHOLE.finditer(text, begins, ends) if one.start() <= start < one.end()), None
    )
    if whole is not None:
        place, until = whole.span()
    elif word not in _ADJECTIVES:
        before = _BEFORE.search(text, max(begins, start - 44), start)
        place = start if before is None else before.start()
        if word in ("disease", "disorder", "syndrome", "disability") and place == start:
            return None
    if is_general(text, place, until) or _IF.search(text, begins, place):
        return None
    said = _IS if whole is None and word in _ADJECTIVES else _HAS
    verb = said.search(text, max(begins, place - 48), place) or (
        whole is not None and _IS.search(text, max(begins, place - 40), place)
    )
    subject = _SUBJECT.search(text, begins, place)
    if verb or (whole is not None and subject is not None):
        if subject is not None:
            return place, until
        name = _NAMED.search(text, begins, (verb.start() if verb else place) + 1)
        if name is not None and name[1] not in _NO_NAME:
            return place, until
        if any(scene.found_within(type, begins, place) for type in ("PERSON", "AGE")):
            return place, until
    return None


def is_general(text: str, start: int, end: int) -> bool:
    """Whether an English sentence denies it or speaks of people at large, of a service or a study: nobody is ill in it."""
    begins, ends = _sentence(text, start)
    return bool(
        _COMPOUND.match(text, end)
        or _GENERAL.search(text, begins, ends)
        or _DENIED.search(text, max(begins, start - 36), start)
    )


def _sentence(text: str, place: int) -> tuple[int, int]:
    """A sentence of English, 240 characters to each side at most."""
    start, end = max(0, place - 240), min(len(text), place + 240)
    for mark in (". ", "? ", "! ", "\n", "; ", "。"):
        last, next_ = text.rfind(mark, start, place), text.find(mark, place, end)
        start = start if last < 0 else max(start, last + len(mark))
        end = end if next_ < 0 else min(end, next_ + 1)
    return start, end
