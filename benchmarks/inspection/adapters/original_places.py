"""Places in a text as it was given, for peers that answer with places in a text that they have normalised."""

import unicodedata
from bisect import bisect_right
from difflib import SequenceMatcher
from itertools import accumulate


def original_places(text, normalised, spans):
    if len(normalised) == len(text):
        return spans
    ends = list(accumulate(len(unicodedata.normalize("NFKC", one)) for one in text))
    if ends and ends[-1] == len(normalised):

        def place(index):
            return bisect_right(ends, index)

    else:
        blocks = SequenceMatcher(None, normalised, text, autojunk=False).get_matching_blocks()

        def place(index):
            block = next((one for one in reversed(blocks) if one.a <= index), blocks[0])
            return block.b + min(index - block.a, block.size)

    return [(type, place(start), place(end - 1) + 1) for type, start, end in spans]
