"""Ends of sentences with no space after them: stops of other scripts, and sentences that a scraper glued together."""

from __future__ import annotations

import re
from collections.abc import Iterator

from framing.text.languages import Language

# Stops that need no space: Chinese, Japanese, Arabic, Urdu, Hindi, Armenian, Amharic, Burmese, Khmer.
FULL_STOPS = "。｡！？؟۔।॥։።፧။។"
CLOSING = "\"'”’»)]}」』）】》〉"
_OPENING = "“‘«„([{「『（【《〈¿¡"
_STOP = re.compile(f"([.!?…{FULL_STOPS}]+)([{re.escape(CLOSING)}]*)([{re.escape(_OPENING)}]*)")
# A quick look: a full stop, or another with a letter right after it and its marks.
_ANY = re.compile(
    rf"[.!?…{FULL_STOPS}](?:(?<=[{FULL_STOPS}])|[{re.escape(CLOSING)}]*+[{re.escape(_OPENING)}]*+(?=[^\W\d_]))"
)
# No chunk of text without a space is looked at further than this.
_REACH = 200
_QUOTES = "\"'”’»」』"
# "...!" he said: after a quotation that began the sentence, who said it. (Japanese, Chinese, Arabic)
_SAID = re.compile(
    r"と|って|という|[^。！？，、；：…\s]{0,12}?(?:说|說|道|称|稱|表示|问|問|指出|强调|強調|警告|认为|認為|宣布|回答)"
    r"|\s*(?:قال|قالت|أضاف|أضافت|سأل|سألت|تساءل|تساءلت|صرح|صرحت)(?!\w)"
)
_IDEOGRAPH = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]")
# Marks of an address, a path or code.
_ADDRESS = re.compile(r"://|www\.|[@/\\_=]", re.IGNORECASE)
# Ends of names of hosts, files and products. Those that begin sentences ("It", "In", "So") are left out.
_ENDING = re.compile(
    "com|org|net|edu|gov|mil|info|biz|io|co|uk|eu|ru|cn|jp|fr|ch|nl|pl|br|ca|tv|fm|ai|app|dev|js|ts|py|txt|pdf|docx?|csv|"
    "html?|php|aspx?|exe|zip|png|jpe?g|gif|mp[34]|xml|json|md|xlsx?|ppt|ini|config|ya?ml|toml",
    re.IGNORECASE,
)
_LAST_WORD = re.compile(r"(\.?)([^\W\d_]+|[\d,.]*\d%?)[" + re.escape(CLOSING) + "]*$")
_FIRST_WORD = re.compile(r"[^\W\d_]+")


def may_be_glued(text: str) -> bool:
    """Whether the text has a stop that may end a sentence with no space after it: a quick look."""
    return _ANY.search(text) is not None


def glued_stops(text: str, start: int, end: int, language: Language) -> Iterator[int]:
    """Yield where, between ``start`` and ``end``, a sentence ends although no space follows its stop."""
    for found in _STOP.finditer(text, start, end):
        if found.end() == end:
            return
        cut = _cut_at_stops(text, start, found, language)
        if cut is not None and start < cut < end:
            yield cut
            start = cut


def _cut_at_stops(text: str, start: int, found: re.Match[str], language: Language) -> int | None:
    stop, after = found.group(1), text[found.end()]
    if any(mark in FULL_STOPS for mark in stop):
        return None if _goes_on(text, start, found) else _after_closing(text, start, found)
    if after.isspace() or not after.isalpha() or after.islower():
        return None
    if after.isupper():
        return _after_closing(text, start, found) if _is_glued(text, found, language) else None
    return _after_closing(text, start, found) if _is_glued_uncased(text, found) else None


def _after_closing(text: str, start: int, found: re.Match[str]) -> int:
    """Return where the sentence ends: after its closing marks, before a straight quote that opens the next."""
    quote = text.find('"', *found.span(2))
    if quote >= 0 and text.count('"', start, quote) % 2 == 0:
        return quote
    closes = text.startswith("“", found.end(2)) and text.count("„", start, found.end()) > text.count(
        "“", start, found.end(2)
    )
    return found.end(2) + closes  # a German quotation ends with the mark that begins an English one


def _goes_on(text: str, start: int, found: re.Match[str]) -> bool:
    """Whether the sentence goes on after a full stop and a quotation mark."""
    end = found.end()
    if text[end] in ",，、;；:：،؛" or text[end].islower():
        return True
    quoted = any(mark in _QUOTES for mark in found.group(2))
    if not quoted or found.group(3) or not _SAID.match(text, end):
        return False
    opened = max(text.rfind(mark, max(start, end - 2000), found.start()) for mark in '“"«「『')
    return text[opened - 1] not in "：:" if opened > start else True


def _is_glued(text: str, found: re.Match[str], language: Language) -> bool:
    """Whether a stop before a capital letter ends a sentence, and no name, address, number or abbreviation."""
    at, after = found.start(), found.end()
    head = re.split(r"\s", text[max(0, at - _REACH) : at])[-1]
    tail = re.split(r"\s", text[after : after + _REACH], maxsplit=1)[0]
    before = _LAST_WORD.search(head)
    first = _FIRST_WORD.match(tail)
    if before is None or first is None or _ADDRESS.search(head) or _ADDRESS.search(tail):
        return False
    following, rest = first.group(), tail[first.end() :]
    common = following.lower() in language.words
    inner_capitals = not following[1:].islower() and len(following) > 1 and not following.startswith(("Mc", "Mac"))
    if len(following) == 1 and not (common or rest[:1] in ("'", "’")):
        return False
    if _ENDING.fullmatch(following) or inner_capitals or re.match(r"\.\w|\(", rest):
        return False
    return _ends_sentence(before, found, common, language)


def _ends_sentence(before: re.Match[str], found: re.Match[str], common: bool, language: Language) -> bool:
    """Whether the word before a glued stop is the last of its sentence; ``common``: a common word follows."""
    inner_stop, word = before.groups()
    stop, quoted = found.group(1), found.group(2)
    if stop != "." and not set(stop) <= set("!?"):  # "Oslo...Bergen"
        return common
    if word[-1] == "%" or word[-1].isdigit():
        return common or word[-1] == "%" or (len(word) > 2 and "." not in word)
    if len(word) > 1 and quoted:
        return True
    if len(word) < 2 or word.lower() in language.titles | language.numbered:
        return False
    plain = not inner_stop and word[-2:].islower() and word.lower() not in language.abbreviations
    return plain or common


def _is_glued_uncased(text: str, found: re.Match[str]) -> bool:
    """Whether a stop of Latin script ends a sentence of a script without capitals."""
    before, after = text[max(0, found.start() - 3) : found.start()], text[found.end(3) : found.end(3) + 3]
    if _IDEOGRAPH.match(after):
        return set(found.group(1)) <= set("!?") and _IDEOGRAPH.search(before[-1:]) is not None
    return len(before) == len(after) == 3 and (before + after).isalpha() and not _IDEOGRAPH.search(before)
