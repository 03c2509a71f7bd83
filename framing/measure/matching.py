"""Which rows of several coders are one sentence: the units that agreement is computed on."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from framing.errors import InputError
from framing.records import Sentence

# What word processors and spreadsheets put in place of what was typed.
_TYPOGRAPHY = str.maketrans(
    dict.fromkeys("‘’‚‛′`´", "'") | dict.fromkeys("“”„‟″«»", '"') | dict.fromkeys("‐‑‒–—―−", "-") | {"…": "..."}
)
_WHOLE_AS_FLOAT = re.compile(r"(\d+)\.0")
_SHOWN = 3  # sentences without a partner, by coder
_CANDIDATES = 2000  # among so many a near miss is looked for


@dataclass(frozen=True)
class Occurrence:
    """A sentence at one place of one coder's file: a row, or several with a target each.

    Parameters
    ----------
    coder
        Whose it is.
    row
        Number of its first row, from 1.
    rows
        The rows.
    """

    coder: str
    row: int
    rows: list[Sentence] = field(default_factory=list)

    @property
    def text(self) -> str:
        """The sentence as it is written here."""
        return self.rows[0].text

    @property
    def document(self) -> str:
        """The document it stands in; its group where no document is named; else empty. A number ``8.0`` is ``8``."""
        return document_name(self.rows[0].doc_id or self.rows[0].group)

    @property
    def place(self) -> tuple[str, int]:
        """Document, and position in it."""
        return self.document, self.rows[0].position


Unit = list[Occurrence]


@dataclass
class Matching:
    """Which sentences of several coders are the same.

    Parameters
    ----------
    coders
        Their names, in order.
    units
        Sentences that at least two coders have: one ``Occurrence`` a coder.
    unmatched
        What no other coder has.
    left_out
        Sentences that stand several times, with no telling which is which.
    in_order
        How many units stand several times and were matched in the order of their rows.
    """

    coders: tuple[str, ...]
    units: list[Unit] = field(default_factory=list)
    unmatched: list[Occurrence] = field(default_factory=list)
    left_out: list[Occurrence] = field(default_factory=list)
    in_order: int = 0

    @property
    def matched(self) -> dict[str, int]:
        """By coder, how many sentences have a partner."""
        counts = Counter(occurrence.coder for unit in self.units for occurrence in unit)
        return {coder: counts[coder] for coder in self.coders}

    @property
    def total(self) -> dict[str, int]:
        """By coder, how many sentences there are."""
        rest = Counter(occurrence.coder for occurrence in (*self.unmatched, *self.left_out))
        return {coder: n + rest[coder] for coder, n in self.matched.items()}

    def between(self, one: str, other: str) -> Matching:
        """Return the sentences that two of the coders have, with what these two said of them."""
        pair = (one, other)
        units = [[occurrence for occurrence in unit if occurrence.coder in pair] for unit in self.units]
        return Matching(pair, [unit for unit in units if len(unit) > 1])


def two_codes(coder: str, task: str, text: str, one: object, other: object) -> InputError:
    """Return the error of a coder whose codes of one sentence contradict each other."""
    return InputError(
        f"{coder}: two codes of {task} for {text[:60]!r}: {one} and {other}; "
        "keep one row, or tell two sentences apart by 'doc_id' or 'position'"
    )


def document_name(name: str) -> str:
    """Return a document's name as it is compared: pandas writes the whole numbers of a column that lacks one as 8.0.

    Examples
    --------
    >>> document_name("8.0"), document_name("8"), document_name("v8.0")
    ('8', '8', 'v8.0')
    """
    return whole[1] if (whole := _WHOLE_AS_FLOAT.fullmatch(name)) else name


def normalised(text: str) -> str:
    r"""Return a text as it is compared: NFC, plain quotes and dashes, spaces as one, without invisible characters.

    Letter case stays: it is a part of what coders read.

    Examples
    --------
    >>> normalised("He  said:\xa0“cafe\u0301”  – and left… ") == normalised('He said: "café" - and left...')
    True
    """
    text = unicodedata.normalize("NFC", text).translate(_TYPOGRAPHY)
    if not text.isprintable():  # else there is no space but the plain one, and nothing invisible
        text = "".join(
            " " if c.isspace() else c for c in text if c.isspace() or unicodedata.category(c) not in ("Cf", "Cc")
        )
    return re.sub("-+", "-", " ".join(text.split()))


def match_units(codings: Mapping[str, Sequence[Sentence]], rows: Mapping[str, Sequence[int]] | None = None) -> Matching:
    """Find the sentences that several coders have.

    A text that stands once with each coder is matched by itself (see ``normalised``). Where the coders name documents
    alike, it has to be of the same document. A text that stands several times in a document is matched by its position,
    or else in the order of the rows if each coder who has it has it equally often. Rows of one coder that differ in
    nothing but target or codes, where no other coder has the text twice, are one sentence.

    Parameters
    ----------
    codings
        By coder, what was coded.
    rows
        By coder, the number of each row in its file; 1, 2, ... if left out.

    Examples
    --------
    >>> first = [Sentence("It pays."), Sentence("It rains.")]
    >>> found = match_units({"ann": first, "ben": [Sentence("It pays. ")]})
    >>> found.matched, found.total, [occurrence.text for occurrence in found.unmatched]
    ({'ann': 1, 'ben': 1}, {'ann': 2, 'ben': 1}, ['It rains.'])
    """
    texts: dict[str, list[Occurrence]] = defaultdict(list)
    for coder, sentences in codings.items():
        numbers = rows[coder] if rows else range(1, len(sentences) + 1)
        for text, occurrence in _occurrences(coder, zip(numbers, sentences, strict=True)):
            texts[text].append(occurrence)
    matching = Matching(tuple(codings))
    common = _documents_are_common(texts.values())
    for occurrences in texts.values():
        for part in _by_document(occurrences) if common else [occurrences]:
            _match_part(part, matching)
    return matching


def matching_lines(matching: Matching) -> list[str]:
    """Return what one should know of a matching: how many sentences have a partner, and the first that have none.

    Examples
    --------
    >>> first = [Sentence("A warship shadowed the ferry."), Sentence("It rains.")]
    >>> second = [Sentence("A warship shadowed the fery."), Sentence("It rains.")]
    >>> print(*matching_lines(match_units({"ann": first, "ben": second})), sep=chr(10))
    matched: 1 of 2 sentences of ann
             1 of 2 sentences of ben
    without a partner, 1 of ann:
      row 1: 'A warship shadowed the ferry.'
        nearly row 1 of ben: 'A warship shadowed the fery.'
    without a partner, 1 of ben:
      row 1: 'A warship shadowed the fery.'
        nearly row 1 of ann: 'A warship shadowed the ferry.'
    """
    shares = [f"{n:,} of {matching.total[coder]:,} sentences of {coder}" for coder, n in matching.matched.items()]
    lines = ["matched: " + shares[0], *("         " + share for share in shares[1:])]
    if matching.in_order:
        lines.append(
            f"of these, {matching.in_order:,} stand several times, not told apart by 'doc_id' or 'position': "
            "matched in the order of the rows"
        )
    for coder, own in _by_coder(matching.unmatched).items():
        lines.append(f"without a partner, {_first_of(len(own))} of {coder}:")
        others = [o for o in matching.unmatched if o.coder != coder]
        for occurrence in own[:_SHOWN]:
            lines += [f"  row {occurrence.row}: {_excerpt(occurrence.text)}", *_near_miss(occurrence, others)]
    for coder, own in _by_coder(matching.left_out).items():
        lines.append(
            f"left out, {_first_of(len(own))} of {coder} that stand several times, not equally often with all:"
        )
        lines += [f"  row {occurrence.row}: {_excerpt(occurrence.text)}" for occurrence in own[:_SHOWN]]
    if matching.left_out:
        lines.append("a 'doc_id' or a 'position' in all files would tell these apart")
    return lines


def _first_of(n: int) -> str:
    return f"the first {_SHOWN} of {n:,}" if n > _SHOWN else f"{n:,}"


def _excerpt(text: str, shown: int = 0) -> str:
    """Return 60 characters of a text, among them the one at a position."""
    text = " ".join(text.split())
    if shown > 50:
        text = "…" + text[shown - 40 :]
    return repr(text if len(text) <= 60 else text[:59] + "…")


def _near_miss(occurrence: Occurrence, others: Sequence[Occurrence]) -> list[str]:
    """Name the sentence of another coder that differs in few letters, if there is one."""
    plain = normalised(occurrence.text).lower()
    candidates = {normalised(o.text).lower(): o for o in others[:_CANDIDATES][::-1]}
    for close in difflib.get_close_matches(plain, candidates, n=1, cutoff=0.9):
        other = candidates[close]
        where = f"row {other.row} of {other.coder}"
        if normalised(other.text) == normalised(occurrence.text):
            return [f"    {where} has it in document {other.document!r}, not in {occurrence.document!r}"]
        differs = next((i for i, (a, b) in enumerate(zip(plain, close, strict=False)) if a != b), len(close))
        return [f"    nearly {where}: {_excerpt(normalised(other.text), differs)}"]
    return []


def _occurrences(coder: str, rows: Iterable[tuple[int, Sentence]]) -> list[tuple[str, Occurrence]]:
    """Gather the rows of a coder that are one sentence with several targets, each with its normalised text."""
    found: dict[tuple[str, str, int, int], Occurrence] = {}
    times: Counter[tuple[str, str, int, str]] = Counter()
    for number, s in rows:
        text = normalised(s.text)
        row = (text, s.doc_id or s.group, s.position, normalised(s.target or ""))
        found.setdefault((*row[:3], times[row]), Occurrence(coder, number)).rows.append(s)
        times[row] += 1
    return [(key[0], occurrence) for key, occurrence in found.items()]


def _by_coder(occurrences: Iterable[Occurrence]) -> dict[str, list[Occurrence]]:
    coders: dict[str, list[Occurrence]] = defaultdict(list)
    for occurrence in occurrences:
        coders[occurrence.coder].append(occurrence)
    return coders


def _documents_are_common(texts: Iterable[list[Occurrence]]) -> bool:
    """Say whether coders name documents alike: most texts that each has once stand in documents of one name."""
    same = other = 0
    holders: dict[str, set[str]] = defaultdict(set)
    for occurrences in texts:
        for occurrence in occurrences:
            holders[occurrence.document].add(occurrence.coder)
        once = len(_by_coder(occurrences)) == len(occurrences) > 1
        if once and all(occurrence.document for occurrence in occurrences):
            agree = len({occurrence.document for occurrence in occurrences}) == 1
            same, other = same + agree, other + (not agree)
    if same + other:
        return same > other
    return any(document and len(coders) > 1 for document, coders in holders.items())


def _by_document(occurrences: list[Occurrence]) -> list[list[Occurrence]]:
    """Part the occurrences of a text by document; a coder who names none may mean any, where there is but one."""
    documents: dict[str, list[Occurrence]] = defaultdict(list)
    for occurrence in occurrences:
        documents[occurrence.document].append(occurrence)
    return [occurrences] if len(documents.keys() - {""}) < 2 else list(documents.values())


def _match_part(occurrences: list[Occurrence], matching: Matching) -> None:
    """Match the occurrences of a text that documents do not tell apart."""
    coders = _by_coder(occurrences)
    sizes = {len(own) for own in coders.values()}
    if sizes == {1}:
        _add(occurrences, matching)
    elif len(coders) == 1:
        matching.unmatched += occurrences
    elif _positions_tell(coders.values()):
        positions: dict[int, Unit] = defaultdict(list)
        for occurrence in occurrences:
            positions[occurrence.place[1]].append(occurrence)
        for unit in positions.values():
            _add(unit, matching)
    elif len(sizes) == 1:
        for same in zip(*coders.values(), strict=True):
            _add(list(same), matching)
        matching.in_order += sizes.pop()
    elif _repeats_a_row(coders.values()):
        _add([Occurrence(c, own[0].row, [s for o in own for s in o.rows]) for c, own in coders.items()], matching)
    else:
        matching.left_out += occurrences


def _positions_tell(coders: Iterable[list[Occurrence]]) -> bool:
    """Say whether no coder has a position twice, and all have some of those that one has."""
    positions = [[occurrence.place[1] for occurrence in own] for own in coders]
    most = max(map(set, positions), key=len)
    return all(len(set(own)) == len(own) and most.issuperset(own) for own in positions)


def _repeats_a_row(coders: Iterable[list[Occurrence]]) -> bool:
    """Say whether one coder alone has the text several times, all at one place: a sentence that was coded again."""
    several = [own for own in coders if len(own) > 1]
    return len(several) == 1 and len({occurrence.place for occurrence in several[0]}) == 1


def _add(unit: Unit, matching: Matching) -> None:
    if len(unit) > 1:
        matching.units.append(unit)
    else:
        matching.unmatched += unit
