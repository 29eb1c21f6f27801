"""Lines that show how something is to be filled in, that ask for anybody or make somebody up: nothing in them is somebody's."""

from __future__ import annotations

import re
from typing import Final

from kijun.inspection.scene import Scene

#: 記入例 氏名：…, 【見本】住所 …
_EXAMPLE: Final = re.compile(r"[^\n]{0,6}?(?:(?:記入|記載|入力|書き方の?|表記)例|見本)(?!の?とおり|と同)")
#: What stands for anything, so that nothing beside it is taken from life: ○○市△△町, 000-0000
_ANYTHING: Final = re.compile(r"[○〇◯△▲□●×✕＊]{2}|(?<![0-9])000|住民 ?太郎|見本 ?太郎|見本 ?花子")
#: Q. 母が認知症で窓口に行けません。代わりに手続できますか。
_QUESTION: Final = re.compile(r"[ ]?(?:Q[0-9]{0,2}[.: ]|【?(?:問|質問)[0-9]{0,2}[】.: ]|よくある質問)")
_ANSWER: Final = re.compile(r"(?:\n|\. |。|[?？] ?)[ ]?(?:A[0-9]{0,2}[.: ]|【?(?:答|回答)[0-9]{0,2}[】.: ])")
_ANSWERED_WITHIN: Final = 300
#: What is about a work, whoever is ill in it
_WORK: Final = re.compile(
    "(?:演題|映画|小説|ドラマ|絵本|漫画|戯曲|書名|番組|題名|テーマ|著書)(?:は|の)?[「『]|主人公"
)
#: （訓練）設定：70歳女性、…, 事例検討（架空） Aさん、82歳、…
_MADE_UP: Final = re.compile(
    r"[^\n]{0,10}?(?:[(（【\[](?:訓練|架空|想定|模擬|仮想|フィクション|設例)[)）】\]]|(?:架空|模擬|仮想)の?事例|(?:訓練|演習)の?(?:想定|設定)|台本|設例)"
)


def in_example(scene: Scene, place: int) -> bool:
    """Whether a line begins by saying that it is an example, and holds what stands for anything; examples of a prompt may be taken from life."""
    line = scene.line(place)
    return _EXAMPLE.match(scene.text, *line) is not None and _ANYTHING.search(scene.text, *line) is not None


def is_of_a_work(scene: Scene, place: int) -> bool:
    """Whether a sentence is about a film, a book or a talk and names nobody: 映画「…」は自閉症の兄と弟の旅を描く。"""
    start, end = scene.sentence(place)
    return _WORK.search(scene.text, start, end) is not None and not any(
        scene.is_likely_within(type, start, end) for type in ("PERSON", "AGE")
    )


def is_made_up(scene: Scene, place: int) -> bool:
    """Whether a line begins by saying that it is made up, and names nobody."""
    line = scene.line(place)
    return _MADE_UP.match(scene.text, *line) is not None and not scene.found_within("PERSON", *line)


def in_question(scene: Scene, place: int) -> bool:
    """Whether a place lies in a question that anybody may have and that is answered below, where nobody is named."""
    start, end = scene.line(place)
    return (
        _QUESTION.match(scene.text, start, end) is not None
        and _ANSWER.search(scene.text, place, place + _ANSWERED_WITHIN) is not None
        and not scene.found_within("PERSON", start, end)
    )
