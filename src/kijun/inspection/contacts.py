"""Telephone numbers, postal codes and mail addresses; whether they are a person's or an office's is decided by what is around."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from typing import Final

from kijun.inspection.foreign_phones import abroad, is_of_english_office
from kijun.inspection.rule import Rule
from kijun.inspection.scene import Candidate, Scene
from kijun.inspection.taken import Taken

_SEP: Final = r"[-ー.・ ()の、\n]{0,3}"
#: Where a number may begin: behind no figure and no letter, but for those of a label that it is written to (TEL024-…)
_BEGINS: Final = r"(?<![0-9A-Za-z](?<!TEL)(?<!Tel)(?<!tel)(?<!FAX)(?<!Fax)(?<!fax))"
_PHONE: Final = re.compile(
    rf"{_BEGINS}(?<![0-9][-ー.])"
    rf"(?:(?:\+|00|010-?)81{_SEP}(?:0\)? ?)?[1-9]|(?:\((?=[0-9]{{2,5}}\)))?0)[0-9]{{0,4}}\)?{_SEP}[0-9]{{1,4}}{_SEP}[0-9]{{3,4}}(?![0-9A-Za-z]|[-ー][0-9])"
)
_ONE_BY_ONE: Final = re.compile(r"(?<![0-9A-Za-z-])0(?:[-ー.・ ()、]{1,3}[0-9]){9,10}(?![0-9])")
_BROKEN: Final = re.compile(
    r"(?<![0-9A-Za-z-])0[0-9](?:[-ー.・ ()の]{0,2}\n?[ ]{0,2}[0-9]){8,9}(?![0-9A-Za-z]|[-ー][0-9])"
)
_LOCAL: Final = re.compile(
    r"(?<![0-9A-Za-z-])(?:\([0-9]{2,4}\) ?|[0-9]{2,4}[-ー])[0-9]{4}(?![0-9A-Za-z]|[-ー][0-9])"
)
_POSTAL: Final = re.compile(
    r"(?<![0-9A-Za-z-])[0-9](?: ?[0-9]){2}[ ]?[-ー・.の][ ]?\n?[0-9](?: ?[0-9]){3}(?![0-9A-Za-z]|[-ー][0-9])"
)
_POSTAL_PLAIN: Final = re.compile(r"(?<=〒)[ ]?([0-9](?:[ ]?[-ー.・]?[ ]?\n?[0-9]){6})(?![0-9A-Za-z-])")
_SEVEN: Final = re.compile(r"(?<![0-9A-Za-z-])[0-9](?:[ .・]?\n?[0-9]){6}(?![0-9A-Za-z-])")
_SEVEN_BEFORE: Final = re.compile(r"(?<![0-9A-Za-z-])([0-9]{3}[-ー.・ ]?\n?[0-9]{4})[ \n、,]{0,2}$")
#: Figures as they are said: ゼロハチゼロ、5555、0199
_SAID: Final = {
    word: figure
    for figure, words in enumerate(
        (
            "ゼロ レイ マル",
            "イチ",
            "ニイ ニ",
            "サン",
            "ヨン",
            "ゴ",
            "ロク",
            "ナナ シチ",
            "ハチ",
            "キュウ キュー",
        )
    )
    for word in words.split()
}
_SAID_WORD: Final = re.compile("|".join(_SAID))
_KANJI_FIGURES: Final = str.maketrans("〇零一二三四五六七八九", "00123456789")
#: In katakana as a whole, so that ノ stands for の as well: ゼロ二八の六五六の三三一七
_AS_SAID: Final = re.compile(
    rf"(?:ゼロ|レイ|マル)(?:[-ー.・ ()ノ、]{{0,2}}+(?:{'|'.join(_SAID)}|[0-9〇零一二三四五六七八九])){{9,10}}ー?(?!{'|'.join(_SAID)}|[0-9〇零一二三四五六七八九]|-[0-9])"
)
_ZEROS: Final = ("ゼロ", "レイ", "マル", "ぜろ", "れい", "まる")
_AS_KATAKANA: Final = {hira: hira + 96 for hira in range(ord("ぁ"), ord("ゔ"))}
_FOR_SURE: Final = 0.65
_PHONES: Final = (_PHONE, _ONE_BY_ONE, _BROKEN)
#: Before a number that is somebody's own, whoever else is spoken of.
_HOME: Final = re.compile(
    r"(?:自宅|実家|固定|宅電|家電|家の電話|本人)(?:の?電話|の?番号|[(](?:電話|TEL))?[は:]?[ (]?$"
)
#: Between somebody's address and their number: …15番22号、電話0995-…, or the next cell of a table
_BEHIND_ADDRESS: Final = re.compile(r"\t$|[ ]?[、,/(][ \n]?(?:電話(?:番号)?|TEL|Tel|☎|℡)[ :は]{0,2}$")
#: Right before figures that are no telephone number, whatever their form: 工事番号 第080-…, 管理番号 090-…
_IS_OTHER: Final = re.compile(
    "第[ ]?$|(?:管理|工事|契約|注文|受注|発注|伝票|送り状|追跡|製造|シリアル|資産|機器|入札|公告|案件|文書|起案|決裁|図面|許可|認可|見積|請求書|商品|製品)(?:番号|No[.]?|№)[ :はが]{0,2}$|[一-龥](?<![話帯絡先宅人定表通旧新現同元前後本当各])番号[ :はが]{0,2}$"
)
#: A mobile number as people write it. Only people have one, but for those that the words before it say to be an office's or a firm's, or no telephone.
_MOBILE: Final = re.compile(r"0[6-9]0[-ー. ・(][0-9]{4}[-ー. ・)][0-9]{4}|0[789]0[0-9]{8}")
_NOT_SOMEBODYS: Final = re.compile(
    r"(?:公用|社用|業務用|当番|代表|直通|窓口|会社|[課係室局署館園校院店社会](?![一-龥])|センター|事務所|役[場所]|支所|企業|工業|建設|商店|薬局|協会|組合|\(株\)|㈱)[^。\n]{0,10}$"
    r"|(?:品番|型番|型式|コード|ロット|見本|例|(?<![話帯絡先])番号|No[.]?|№|[A-Za-z_-]{2})[ :はが=\"]{0,3}$"
)
#: Before a number in brackets: …に電話（027-322-8156）で
_BY_PHONE: Final = re.compile(r"[(（]?(?:電話|TEL|Tel|☎)[(（: ]{1,2}$|[(（](?:電話|TEL|Tel|☎)$")
_DONE_BY_PHONE: Final = re.compile(r"[)）](?:にて|で(?!す)|し|を|に|した|連絡)")
_HONORIFIC: Final = re.compile("(?:様|さん|さま|氏)")
_TOLD: Final = 30  # characters before a number in which an office may be named whose it is
_CALLED: Final = 60  # characters between a name and the number at which they are called
_NON_DIGIT: Final = re.compile(r"[^0-9]")
_MAIL: Final = re.compile(
    r"(?<![A-Za-z0-9._%+-])([A-Za-z0-9](?:[A-Za-z0-9._%+'-]{0,62}[A-Za-z0-9_+-])?)"
    r"([ \n]?(?:@|＠|\[at\]|\(at\)|アットマーク|あっとまーく) ?\n?)"
    r"([A-Za-z0-9-]{1,40}(?: ?[.。] ?\n?[A-Za-z0-9-]{1,30}){1,5})(?![A-Za-z0-9])"
)
#: Behind a whole address, where the next sentence begins: … to nadia@example.org. Nadia
_NEXT_SENTENCE: Final = re.compile(r"(?<=[a-z]{2})\.[ \n]{1,2}[A-Z][a-z]*$")
#: One character after another: t _ k @ o u t l o o k . j p
_SPACED_MAIL: Final = re.compile(
    r"(?<![A-Za-z0-9._%+-])([A-Za-z0-9](?: [A-Za-z0-9._%+-]){2,40})( @)((?: [A-Za-z0-9-]){1,30}(?: \.(?: [A-Za-z0-9-]){2,30}){1,5})(?! ?[A-Za-z0-9])"
)
_FREE_HOSTS: Final = frozenset(
    [
        "ybb",
        "jcom",
        "commufa",
        "dion",
        "googlemail",
        "ymobile",
        "hi-ho",
        "asahi-net",
        "tiki",
        "gmail",
        "yahoo",
        "outlook",
        "hotmail",
        "icloud",
        "docomo",
        "softbank",
        "ezweb",
        "au",
        "live",
        "me",
        "msn",
        "aol",
        "nifty",
        "biglobe",
        "ocn",
        "so-net",
        "plala",
        "rakuten",
        "i",
        "vodafone",
        "mac",
        "proton",
        "protonmail",
        "qq",
        "naver",
        "163",
    ]
)
#: Local parts that name a desk and not a person.
_DESKS: Final = re.compile(
    r"(?i)^(?:info|contact|support|help|helpdesk|desk|office|admin|webmaster|postmaster|noreply|no-reply|sales|soumu|kikaku|jinji|zeimu|zei|kaigo|"
    r"hoken|kokuho|fukushi|kosodate|kodomo|kyoiku|gakko|toshi|doboku|douro|suido|suidou|gesui|kankyo|gomi|kanko|kankou|nosei|nourin|shoko|shoukou|bousai|bosai|"
    r"shimin|koho|kouhou|hisho|gikai|senkyo|keiyaku|nyusatsu|zaisei|kaikei|joho|jouhou|system|dx|madoguchi|soudan|sodan|koseki|juumin|nenkin|hogo|seiho|"
    r"shogai|shougai|korei|kourei|houkatsu|hokatsu|library|tosho|museum|press|recruit|saiyo|customer|service|shop|order|reception|uketsuke|jimu|jimukyoku|"
    r"team|group|dept|div|mail|public|general|ka|kakari|kyuyo|shien|center|shisetsu|koen|jutaku|chiiki|kyodo|danjo|jinken|bunka|sports|event|entry|apply)"
    r"(?:[-_.]?(?:ka|kakari|shitsu|center|desk|info|office|jimu|gakari|[0-9]{1,3}|bu|kyoku|madoguchi|tantou|all|ml|[a-z]{2,8}))?$"
)


class Contacts:
    """The recogniser of PHONE, POSTAL_CODE and EMAIL."""

    def __init__(self, rules: Sequence[Rule]) -> None:
        self._ids = {rule.type: rule.id for rule in rules}

    def __call__(self, scene: Scene) -> Iterator[Candidate]:
        """Propose what has the form; `score` is how well the form fits."""
        if "PHONE" in self._ids:
            yield from self._phones(scene)
        if "POSTAL_CODE" in self._ids:
            yield from self._postal(scene)
        if "EMAIL" in self._ids and scene.words("when:email"):
            yield from self._mails(scene)

    def _phones(self, scene: Scene) -> Iterator[Candidate]:
        text = scene.digits
        rule = self._ids["PHONE"]
        whole = Taken()
        sure = _ends_of_sure_addresses(scene)
        for pattern, start, end in (
            (one, *run) for run in scene.runs if run[1] - run[0] > 8 for one in _PHONES
        ):
            for match in pattern.finditer(text, start, end + 1):
                form = phone_form(match[0])
                before = text[max(0, match.start() - 7) : match.start()]
                in_english = match[0][0] == "+" or (form != "mobile" and before.isascii())
                if in_english and is_of_english_office(scene, *match.span()):
                    continue  # +81-465-27-1111 (City Hall)
                called_free = form == "free" and match[0][3:4].isdigit()  # 0120-…, 0800-…; not 080-0…
                if form == "service" or called_free:
                    continue  # nobody's own
                if _IS_OTHER.search(text, max(0, match.start() - 16), match.start()):
                    continue  # 管理番号 and 第…号 say what it is
                if form:
                    start = match.start()
                    end = match.end()
                    behind = _BEHIND_ADDRESS.search(text, max(0, start - 12), start)
                    own = (behind is not None and behind.start() in sure) or _HOME.search(
                        text, max(0, start - 10), start
                    ) is not None
                    if whole.free(start, end):
                        whole.take(start, end)
                    yield Candidate(
                        "PHONE",
                        start,
                        end,
                        0.5,
                        rule,
                        (
                            f"form={form}",
                            f"cut={pattern is _PHONE}",
                            f"address={beside_address(scene, start, end)}",
                            f"told={'home' if own else _told(scene, match, form)}",
                        ),
                    )
        for start, end in abroad(scene):
            if whole.free(start, end):
                whole.take(start, end)
                yield Candidate("PHONE", start, end, 0.75, rule)
        for said in self._said(scene):
            if whole.free(said.start, said.end):
                whole.take(said.start, said.end)
            yield said
        for match in (found for start, end in scene.runs for found in _LOCAL.finditer(text, start, end + 1)):
            label = scene.label(match.start()) if whole.free(*match.span()) else None
            if label is not None and label.type in ("PHONE", "FACILITY"):
                yield Candidate("PHONE", *match.span(), 0.4, rule, ("form=local",))

    def _said(self, scene: Scene) -> Iterator[Candidate]:
        """Numbers of which figures are written as words; those who write so mean a person's own."""
        if not any(zero in scene.text for zero in _ZEROS):
            return
        text = scene.text.translate(_AS_KATAKANA)
        for match in _AS_SAID.finditer(text):
            start, end = match.span()
            form = _form_as_said(text[start:end])
            if not form and text[end - 1] == "ニ":  # に behind the number: …三三一七にかける
                end -= 1
                form = _form_as_said(text[start:end])
            if form:
                features = (
                    f"form={form}",
                    "cut=True",
                    f"address={beside_address(scene, start, end)}",
                    "told=home",
                )
                yield Candidate("PHONE", start, end, 0.5, self._ids["PHONE"], features)

    def _postal(self, scene: Scene) -> Iterator[Candidate]:
        text = scene.digits
        rule = self._ids["POSTAL_CODE"]
        for match in (found for start, end in scene.runs for found in _POSTAL.finditer(text, start, end + 1)):
            if not match[0].strip("0- "):
                continue  # 000-0000 stands for any
            yield Candidate(
                "POSTAL_CODE",
                *match.span(),
                0.5,
                rule,
                (
                    "form=hyphen",
                    f"mark={text[max(0, match.start() - 2) : match.start()].strip() == '〒'}",
                    f"address={beside_address(scene, *match.span())}",
                ),
            )
        plain = [match.span(1) for match in _POSTAL_PLAIN.finditer(text)] if "〒" in text else []
        if scene.mentions("POSTAL_CODE"):
            for start, end in scene.runs:
                for match in _SEVEN.finditer(text, start, end + 1):
                    label = scene.label(match.start())
                    if label is not None and label.type == "POSTAL_CODE" and label.strength > 0.8:
                        plain.append(match.span())
        for begins in scene.starts_of("ADDRESS"):  # 5240102 守山市…
            before = _SEVEN_BEFORE.search(text, max(0, begins - 16), begins)
            if before is not None:
                plain.append(before.span(1))
        for start, end in dict.fromkeys(plain):
            yield Candidate("POSTAL_CODE", start, end, 0.5, rule, ("form=plain", "mark=True"))

    def _mails(self, scene: Scene) -> Iterator[Candidate]:
        spaced = _SPACED_MAIL.finditer(scene.text) if " @ " in scene.text else ()
        text = scene.text
        for match in (*_MAIL.finditer(text), *spaced):
            sentence = _NEXT_SENTENCE.search(match[3])
            end = match.end() if sentence is None else match.start(3) + sentence.start()
            local, host = (
                match[1].lower().replace(" ", ""),
                text[match.start(3) : end].lower().replace(" ", "").replace("\n", "").replace("。", "."),
            )
            names = host.split(".")
            host_is = "free" if _FREE_HOSTS & set(names[:-1]) else "lg" if host.endswith("lg.jp") else "other"
            desk = bool(_DESKS.match(local))
            features = (
                f"host={host_is}",
                f"top={names[-1]}",
                f"desk={desk}",
                f"dotted={'.' in local or '_' in local}",
                f"figures={any(char.isdigit() for char in local)}",
                f"long={min(3, len(local) // 4)}",
                f"told={'no' if desk else host_is}",
            )
            yield Candidate("EMAIL", match.start(), end, 0.9, self._ids["EMAIL"], features)


def _form_as_said(written: str) -> str:
    """The form of a number of which figures are words."""
    figures = _SAID_WORD.sub(lambda word: str(_SAID[word[0]]), written)
    return phone_form(figures.translate(_KANJI_FIGURES))


def beside_address(scene: Scene, start: int, end: int) -> str:
    """Whether an address that was found for somebody stands right before or after a place, or in its line."""
    starts, ends = scene.starts_of("ADDRESS"), scene.ends_of("ADDRESS")
    number = bisect_left(starts, end - 2)
    if number < len(starts) and starts[number] - end < 5:
        return "beside"
    if number and -3 < start - ends[number - 1] < 5:
        return "beside"
    return "line" if scene.found_within("ADDRESS", *scene.line(start)) else "no"


def with_bracket(text: str, start: int, end: int) -> int:
    """Where a number begins if the bracket belongs to it whose other half it holds: (042)555-0198."""
    written = text[start:end]
    return start - 1 if ")" in written and "(" not in written and text[start - 1 : start] == "(" else start


def _ends_of_sure_addresses(scene: Scene) -> frozenset[int]:
    """Where addresses end that were found for somebody for sure."""
    return frozenset(one.end for one in scene.found if one.type == "ADDRESS" and one.score >= _FOR_SURE)


def _told(scene: Scene, match: re.Match[str], form: str) -> str:
    """What says, where nobody's home is spoken of, that a number is somebody's."""
    if form == "mobile":
        return "mobile" if _is_somebodys(scene, match) else "no"
    return "called" if _is_called(scene, *match.span()) or _is_told(scene, *match.span()) else "no"


def _is_told(scene: Scene, start: int, end: int) -> bool:
    """Whether somebody tells a number in kanji figures, as a caller does their own: 番号は〇二二の二六六の三一一九です."""
    if scene.text.count("の", start, end) != 2 or scene.text[start] not in "〇零":
        return False
    return not scene.count("office", max(scene.line(start)[0], start - _TOLD), start)


def _is_called(scene: Scene, start: int, end: int) -> bool:
    """Whether somebody who is spoken of is called at a number, or it stands behind their name: 大野様に電話（027-322-8156）で案内した."""
    text = scene.digits
    opening = _BY_PHONE.search(text, max(0, start - 8), start)
    if opening is None:
        return False
    number = bisect_left(scene.ends_of("PERSON"), opening.start() + 1)
    name = scene.ends_of("PERSON")[number - 1] if number else -_CALLED
    if start - name > _CALLED or "。" in text[name:start] or scene.count("office", name, start):
        return False
    return bool(_DONE_BY_PHONE.match(text, end)) or bool(_HONORIFIC.fullmatch(text, name, opening.start()))


def _is_somebodys(scene: Scene, match: re.Match[str]) -> bool:
    """Whether a mobile number stands there as people write it, and nothing before it says that it is nobody's: メモ 080-3715-8099."""
    start = scene.line(match.start())[0]
    return (
        _MOBILE.fullmatch(match[0]) is not None
        and _NOT_SOMEBODYS.search(scene.digits, max(start, match.start() - 24), match.start()) is None
        and not scene.count("elsewhere", start, match.start())  # 伝票, 注文, 商品
    )


def phone_form(written: str) -> str:
    """What kind of number it is: mobile, ip, free, service, fixed, or nothing where it is none.

    After the rules of 電気通信番号計画: 0[5789]0 and ten more digits (mobile, IP), 0120, 0800, 0570, 0990 (services), ten digits else.
    """
    digits = _NON_DIGIT.sub("", written)
    if written.lstrip("(").startswith(("+81", "0081", "01081", "010-81")):
        rest = re.sub(r"^(?:0081|01081|81)", "", digits)
        digits = rest if rest.startswith("0") else "0" + rest
    if digits[:4] == "0800" and len(digits) == 11:
        return "free"
    if len(digits) == 11 and digits[:3] in ("090", "080", "070", "060"):
        return "mobile"
    if len(digits) == 10 and digits[:3] in ("090", "080", "070", "060", "050"):
        return ""
    if len(digits) == 11 and digits[:3] == "050":
        return "ip"
    if digits[:4] in ("0120", "0800") and len(digits) in (10, 11):
        return "free"
    if digits[:4] in ("0570", "0990", "0180", "0170"):
        return "service" if len(digits) == 10 else ""
    if len(digits) == 10 and digits[0] == "0" and digits[1] not in "0":
        separated = bool(re.search(r"[^0-9]", written.strip("()")))
        return "fixed" if separated else "fixed-joined"
    return ""
