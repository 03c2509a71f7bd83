"""Lines of a page that are no sentences of the article: bylines, datelines, agency marks, advertisements, links."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

_LINE = re.compile(r"[^\r\n\v\f\x85\u2028\u2029]+")
_STOP = re.compile(r"[.!?…][\"”’')\]]*\s*$")
_NAME = r"(?:[A-Z][\w.'’-]*|de|van|von|der|al|bin|and|und|&)"
_AGENCY = (
    r"(?:Reuters|AP|Associated Press|The Associated Press|AFP|Agence France-Presse|dpa|DPA|TASS|Tass|Interfax|Xinhua|"
    r"Bloomberg(?: News)?|ANSA|EFE|UPI|Ukrinform|RIA Novosti|Kyodo(?: News)?|Anadolu(?: Agency)?|PTI|ANI|IANS)"
)
_MONTH = (
    r"(?:Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|Sept?(?:ember)?|Oct(?:ober)?|"
    r"Nov(?:ember)?|Dec(?:ember)?)\.?"
)
_DAY = (
    rf"(?:{_MONTH}\s+\d{{1,2}}(?:st|nd|rd|th)?(?:,?\s+\d{{4}})?|\d{{1,2}}\s+{_MONTH}(?:,?\s+\d{{4}})?"
    r"|\d{4}-\d\d-\d\d)"
)
# Lines as a whole, by what they are.
_KINDS = {
    "byline": re.compile(
        rf"(?:By|by|BY|Von|Par|Por)\s+{_NAME}(?:,?\s+{_NAME}){{1,7}}(?:\s*[,|]\s*[\w .,'’&/-]{{2,60}})?"
        rf"|\(?(?:Additional\s+|additional\s+)?(?:Reporting|Writing|Editing|reporting|writing|editing)(?:\s+and\s+\w+)?\s+by\s.{{3,200}}"
        r"|(?:Staff|Senior|Chief|Special)\s+(?:writer|reporter|correspondent|Writer|Reporter|Correspondent)s?"
    ),
    "agency mark": re.compile(
        rf"[(\[—–-]?\s*{_AGENCY}(?:\s*[/,]\s*{_AGENCY})*\s*[)\]]?|(?:Source|Photo|Image)s?:\s+{_AGENCY}"
    ),
    "date": re.compile(
        rf"(?:(?:First |Last )?(?:Published|Updated|Posted|Modified)(?: on| at)?:?\s*)?(?:\w+day,?\s+)?{_DAY}"
        r"(?:\s*(?:at|,|-|–|\|)?\s*\d{1,2}[:.]\d\d(?:\s*[ap]\.?m\.?)?(?:\s*[A-Z]{2,5})?)?(?:\s*[|·-]\s*.{0,40})?"
        r"|\d{1,3}[- ]min(?:ute)?s?[- ]read"
    ),
    "advertisement": re.compile(
        r"(?i:advertisement|advertising|sponsored(?: content)?|paid content|promoted"
        r"|article continues (?:below|after).*"
        r"|(?:story|scroll) (?:continues|down) (?:below|after|to).*|skip advertisement|advertisement\W+scroll.*)"
    ),
    "link": re.compile(
        r"(?i:(?:read|see|watch|listen)(?: more| also| next| now)(?:\s*(?::|>|»|→|\||on |about ).*)?"
        r"|also read:?.*|see also:?.*"
        r"|related(?: (?:articles?|stories|content|coverage|topics?))?(?::.*)?|more on this (?:story|topic)|most read"
        r"|recommended(?: stories| for you)?|share(?: this)?(?: article| story| page)?|follow us on .{3,80}"
        r"|(?:sign up|subscribe)(?: now| here)?(?: (?:for|to) .{3,120})?|click here(?: to .{3,80})?"
        r"|comments?(?: \(\d+\))?|leave a comment|skip to (?:main )?content|back to top|print(?: this page)?|copy link"
        r"|©.{0,120}|copyright .{3,120}"
        r"|all rights reserved\.?)"
    ),
}
# Before the first sentence of an article: "KYIV, March 3 (Reuters) - ".
_PLACE = r"[A-Z][A-Z.'’-]{2,}(?:[ /][A-Z][A-Z.'’-]+)*(?:,\s+[A-Z][A-Za-z.]+)?"
_DASH = r"\s*(?:—|–|--|-)\s+"
_DATELINE = re.compile(
    rf"\s*(?:{_PLACE}(?:,\s+{_DAY}(?:\s+\({_AGENCY}\))?|\s+\({_AGENCY}\))"
    rf"|[A-Z][\w.'’-]+(?:[ ,/]+[A-Z][\w.'’-]+){{0,3}}(?:,\s+{_DAY})?\s+\({_AGENCY}\)|\({_AGENCY}\)){_DASH}(?=\S)"
)
# A place alone may be an acronym that a sentence is about, but where an article begins; "MR. SPEAKER.-" is a speaker.
_PLACE_ALONE = re.compile(rf"\s*{_PLACE}\s{_DASH}(?=[\"“‘]?[A-Z](?:[a-z.'’]|\s))")
_BEGINNING = 3  # lines: headline, perhaps another one, and the first sentence
_LONGEST = 240  # characters of a line that is none


class Furniture(NamedTuple):
    """A stretch of a document that is no sentence.

    Parameters
    ----------
    start, end
        Characters of the document.
    kind
        ``byline``, ``dateline``, ``agency mark``, ``date``, ``advertisement`` or ``link``.
    """

    start: int
    end: int
    kind: str


def furniture(text: str) -> list[Furniture]:
    r"""Return what of a document stands beside its sentences, in order.

    The first line is the headline, whatever it says. A byline that ends in a stop is a sentence. The words are English,
    names of agencies and the marks of bylines in a few languages more.

    Examples
    --------
    >>> text = "Talks resume\nBy Ann Lund\n\nKYIV, March 3 (Reuters) - She left.\n\nAdvertisement\n\nRead more: Polls"
    >>> [(found.kind, text[found.start : found.end]) for found in furniture(text)]
    [('byline', 'By Ann Lund'), ('dateline', 'KYIV, March 3 (Reuters) - '), ('advertisement', 'Advertisement'),
     ('link', 'Read more: Polls')]
    """
    found: list[Furniture] = []
    lines = 0  # that are of the article itself
    for line in _LINE.finditer(text):
        content = line.group()
        if not content.strip():
            continue
        kind = None if not lines or len(content) > _LONGEST else kind_of(content)
        if kind:
            found.append(Furniture(*line.span(), kind))
            continue
        dateline = _DATELINE.match(content) or (_PLACE_ALONE.match(content) if lines < _BEGINNING else None)
        if dateline:
            found.append(Furniture(line.start(), line.start() + dateline.end(), "dateline"))
        lines += 1
    return found


def kind_of(line: str) -> str | None:
    """Return what a line is that is no sentence; None where it may be one.

    Examples
    --------
    >>> kind_of("ADVERTISEMENT"), kind_of("By Monday the Danes had left."), kind_of("Read more about it, he said.")
    ('advertisement', None, None)
    """
    plain = line.strip(" \t\u00a0\ufeff\u200b#*_>|•·–—-")
    for kind, pattern in _KINDS.items():
        if pattern.fullmatch(plain) and (kind in ("byline", "date", "advertisement") or not _is_told(plain)):
            return None if kind == "byline" and _STOP.search(plain) and not plain.startswith("(") else kind
    return None


def _is_told(line: str) -> bool:
    """Whether a line ends as a sentence does, and is no mark of a page."""
    return bool(_STOP.search(line)) and not line.lower().startswith(("©", "copyright", "all rights"))


def without(spans: Iterable[tuple[int, int]], left_out: Iterable[Furniture]) -> Iterable[tuple[int, int]]:
    """Yield spans of sentences without what stands beside them; a dateline is cut off its sentence.

    Examples
    --------
    >>> list(without([(0, 4), (5, 20)], [Furniture(0, 4, "byline"), Furniture(5, 9, "dateline")]))
    [(9, 20)]
    """
    parts = list(left_out)
    for start, end in spans:
        for part in parts:
            if part.start <= start < part.end:
                start = min(end, part.end)
        if start < end:
            yield start, end
