"""Cells below a head that is nothing but a word for secrets, in tables whose other heads say nothing: | ID | パスワード |."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from kijun.inspection.scene import Hit, Scene

_BEGINS: Final = re.compile(r"(?:^|[|\t,\n])[ *\"']{0,2}(?:初期|仮|新|旧)?$")
_ENDS: Final = re.compile(r"[ *\"']{0,2}(?:[|\t,\n]|$)")


def heads(scene: Scene) -> Iterator[tuple[Hit, str, int]]:
    """The labels that are all of a cell above a line divided like theirs, with the mark that divides and the column."""
    text = scene.text
    line, mark, counted, column = (-1, -1), "", 0, 0
    for label in scene.words("label"):
        if label.value != "SECRET":
            continue
        before, behind = text[max(0, label.start - 4) : label.start], text[label.end : label.end + 3]
        if not _BEGINS.search(before) or not _ENDS.match(behind):
            continue
        if not line[0] <= label.start <= line[1]:  # each line is read once, however many labels it holds
            line = scene.line(label.start)
            mark, counted, column = _divider(scene, *line), line[0], 0
        if mark:
            column += text.count(mark, counted, label.start)
            counted = max(counted, label.start)
            yield label, mark, column


def below(scene: Scene) -> Iterator[tuple[int, str]]:
    """Where the cells below such heads begin, and what they hold; of a line of heads, those below its first."""
    text, done = scene.text, -1
    for label, mark, column in heads(scene):
        if label.start < done:
            continue
        start, end = scene.line(label.start)
        marks = text.count(mark, start, end)
        while end < len(text):
            start, end = scene.line(end + 1)
            cells = text[start:end].split(mark)
            if len(cells) != marks + 1:
                break
            done = end
            value = cells[column].strip(" \"'`")
            place = start + sum(len(cell) + 1 for cell in cells[:column])
            yield place + cells[column].find(value), value


def _divider(scene: Scene, start: int, end: int) -> str:
    """The mark that divides a line and the one below it into as many cells."""
    if end >= len(scene.text):
        return ""
    following = scene.line(end + 1)
    for mark in "|\t,":
        marks = scene.text.count(mark, start, end)
        if marks and scene.text.count(mark, *following) == marks:
            return mark
    return ""
