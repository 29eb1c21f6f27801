"""kakushi: its patterns and its GiNZA layer, as ``mask()`` joins them."""

from original_places import original_places


def load():
    from kakushi.ner import find_ner_matches
    from kakushi.normalizer import normalize
    from kakushi.patterns import find_regex_matches
    from kakushi.resolver import resolve_overlaps

    def find(text):
        clean = normalize(text)
        found = find_regex_matches(clean, normalize_first=False) + find_ner_matches(
            clean, normalize_first=False
        )
        spans = [(one.entity_type.value, one.start, one.end) for one in resolve_overlaps(found)]
        return original_places(text, clean, spans)

    return find
