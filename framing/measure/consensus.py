"""One coding out of several: what coders agree on, what most say, or each coding with its share."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from itertools import combinations
from typing import TypeVar

from framing.codebook import Codebook
from framing.errors import InputError
from framing.measure.ceiling import CODERS
from framing.measure.coders import coder_column
from framing.measure.matching import Matching, Unit, match_units, normalised, two_codes
from framing.records import Sentence

# What may become of several codings; else the name of a coder, whose codes are taken.
MAJORITY, SOFT, UNANIMOUS = "majority", "soft", "unanimous"
_Vote = TypeVar("_Vote", bound=Hashable)


@dataclass
class Consensus:
    """Rows of which each sentence and target has one, or with ``soft`` one for each coding.

    Parameters
    ----------
    sentences
        The rows; the column ``coders`` says what each coder said.
    coders
        Who coded.
    shared
        How many rows several coders coded.
    tied
        How many of these are in part left uncoded, since no coding had enough votes.
    """

    sentences: list[Sentence]
    coders: tuple[str, ...]
    shared: int = 0
    tied: int = 0


@dataclass
class Votes:
    """What coders said of one sentence and target.

    Parameters
    ----------
    row
        The sentence, as the first coder has it.
    by_coder
        A row of each coder.
    """

    row: Sentence
    by_coder: dict[str, Sentence] = field(default_factory=dict)

    def frames(self, codebook: Codebook, how: str) -> tuple[tuple[str, ...] | None, tuple[str, ...] | None]:
        """Return the frames that have enough votes, and the labels that were settled (None: all of the codebook)."""
        votes = [s for s in self.by_coder.values() if s.frames is not None]
        if not votes:
            return None, None
        if codebook.exclusive:
            found = _winner([s.frames for s in votes], how)
            return (found, None) if found is not None else (None, None)
        present, settled = [], []
        for name in codebook.frame_names:
            looked = [name in (s.frames or ()) for s in votes if s.coded is None or name in s.coded]
            winner = _winner(looked, how)
            if winner is not None:
                settled.append(name)
                present += [name] if winner else []
        if not settled:
            return None, None
        return tuple(present), None if len(settled) == len(codebook.frames) else tuple(settled)

    def stance(self, how: str) -> str | None:
        """Return the stance that has enough votes."""
        return _winner([s.stance for s in self.by_coder.values() if s.stance], how)

    def differ(self, task: str) -> bool:
        """Say whether two coders gave different codes; of frames, of one that both looked for."""
        if task == "stance":
            return len({s.stance for s in self.by_coder.values() if s.stance}) > 1
        return any(_contradict(one, other) for one, other in combinations(self.by_coder.values(), 2))


def settled_by(decided: Sentence, rows: Iterable[Sentence]) -> Sentence:
    """Return a decision on the frames of some rows as one on what they were coded for, and on what it names."""
    looked = [s.coded for s in rows if s.frames is not None]
    if not looked or None in looked:
        return replace(decided, coded=None)
    names = [*(name for coded in looked for name in coded or ()), *(decided.frames or ())]
    return replace(decided, coded=tuple(dict.fromkeys(names)))


def _contradict(one: Sentence, other: Sentence) -> bool:
    """Say whether two codings differ in a frame that both looked for."""
    if one.frames is None or other.frames is None:
        return False
    return any(
        all(s.coded is None or name in s.coded for s in (one, other)) for name in {*one.frames} ^ {*other.frames}
    )


def coders_agree(
    sentences: Sequence[Sentence], codebook: Codebook, how: str, column: str | None = None, origin: str = "data"
) -> Consensus:
    """Make one coding of several.

    Parameters
    ----------
    sentences
        Rows of several coders: a column that names the coder of each row, or a column ``coders`` with a list of what
        each said.
    codebook
        The labels.
    how
        ``majority``: of each label, class and stance what most of its coders said; where there is a tie, it is
        not coded. ``soft``: each coding, with the share of the coders who gave it as its weight. ``unanimous``: what
        all gave. Else the name of a coder, whose codes are taken.
    column
        The column that names the coder; by default ``coder`` or ``annotator``.
    origin
        What the rows are called in an error.

    Raises
    ------
    InputError
        Nothing says who coded, there is no coder of that name, or one coder has two codes of one sentence.

    Examples
    --------
    >>> book = Codebook.from_dict({"name": "tiny", "frames": ["gain", "risk"]})
    >>> said = {"ann": ("gain",), "ben": ("gain", "risk"), "cat": ("gain",)}
    >>> rows = [Sentence("It pays.", frames=frames, extra={"coder": coder}) for coder, frames in said.items()]
    >>> coders_agree(rows, book, "majority").sentences[0].frames
    ('gain',)
    >>> [(s.frames, round(s.weight, 2)) for s in coders_agree(rows, book, "soft").sentences]
    [(('gain',), 0.67), (('gain', 'risk'), 0.33)]
    """
    votes, coders = _votes(sentences, column, origin)
    if how not in (MAJORITY, SOFT, UNANIMOUS):
        if how not in coders:
            raise InputError(f"{origin}: no coder {how!r}; there are {', '.join(map(repr, coders))}")
        votes = [Votes(v.by_coder[how], {how: v.by_coder[how]}) for v in votes if how in v.by_coder]
    return consensus_of(votes, coders, codebook, how)


def consensus_of(votes: Sequence[Votes], coders: Sequence[str], codebook: Codebook, how: str) -> Consensus:
    """Return one coding of several, as ``coders_agree``, of what each said already sorted by sentence and target."""
    consensus = Consensus([], tuple(coders))
    for one in votes:
        consensus.shared += len(one.by_coder) > 1
        if how == SOFT:
            consensus.sentences += _soft(one)
            continue
        frames, coded = one.frames(codebook, how)
        stance = one.stance(how)
        open_frames = one.differ("frames") and (frames is None or coded is not None)
        consensus.tied += open_frames or (one.differ("stance") and stance is None)
        consensus.sentences.append(_with_coders(replace(one.row, frames=frames, coded=coded, stance=stance), one))
    return consensus


def votes_of(matching: Matching) -> list[Votes]:
    """Return what coders said of each sentence and target, also of those that one coder alone has."""
    units: list[Unit] = [*matching.units, *([occurrence] for occurrence in matching.unmatched)]
    units.sort(key=lambda unit: (matching.coders.index(unit[0].coder), unit[0].row))
    return [votes for unit in units for votes in _sorted_by_target(unit)]


def _sorted_by_target(unit: Unit) -> list[Votes]:
    """Part what was said of a sentence by target; frames hold for all of them."""
    targets: dict[str, Votes] = {}
    frames: dict[str, Sentence] = {}
    for occurrence in unit:
        for s in occurrence.rows:
            votes, coder = targets.setdefault(normalised(s.target or ""), Votes(s)), occurrence.coder
            before = votes.by_coder.setdefault(coder, s)
            if before.stance and s.stance and before.stance != s.stance:
                raise two_codes(coder, "stance", s.text, before.stance, s.stance)
            votes.by_coder[coder] = replace(before, stance=before.stance or s.stance)
            if s.frames is not None and _contradict(first := frames.setdefault(coder, s), s):
                raise two_codes(coder, "frames", s.text, sorted(first.frames or ()), sorted(s.frames))
    for votes in targets.values():
        for coder, s in frames.items():
            own = votes.by_coder.get(coder, replace(votes.row, stance=None))
            votes.by_coder[coder] = replace(own, frames=s.frames, coded=s.coded)
    return list(targets.values())


def _votes(sentences: Sequence[Sentence], column: str | None, origin: str) -> tuple[list[Votes], tuple[str, ...]]:
    """Sort rows by sentence and target, whichever way they say who coded them."""
    if any(isinstance(s.extra.get(CODERS), list) for s in sentences):
        found = [Votes(s, _by_name(s)) for s in sentences]
        coders = tuple(dict.fromkeys(name for votes in found for name in votes.by_coder))
        return [votes for votes in found if votes.by_coder], coders
    column = column or coder_column(sentences)
    by_coder: dict[str, list[Sentence]] = defaultdict(list)
    for s in sentences if column else ():
        if coder := str(s.extra.get(column or "") or "").strip():
            by_coder[coder].append(replace(s, extra={k: v for k, v in s.extra.items() if k != column}))
    if not by_coder:
        raise InputError(f"{origin}: nothing says who coded; expected a column 'coder', or 'coders' with a list")
    return votes_of(match_units(by_coder)), tuple(by_coder)


def _by_name(s: Sentence) -> dict[str, Sentence]:
    """Return a row for each coder that the column ``coders`` tells of."""
    found = {}
    for entry in s.extra.get(CODERS) or ():
        if isinstance(entry, dict) and entry.get("coder"):
            frames, stance = entry.get("frames"), entry.get("stance")
            coding = replace(
                s,
                frames=tuple(frames) if isinstance(frames, list | tuple) else None,
                coded=None,
                stance=stance if isinstance(stance, str) else None,
            )
            if coding.frames is not None or coding.stance is not None:
                found[str(entry["coder"])] = coding
    return found


def _winner(votes: Sequence[_Vote], how: str) -> _Vote | None:
    """Return what most gave, or with ``unanimous`` what all gave; None where there is no such vote."""
    ranked = Counter(votes).most_common(2)
    if not ranked or (how == UNANIMOUS and len(ranked) > 1) or (len(ranked) > 1 and ranked[0][1] == ranked[1][1]):
        return None
    return ranked[0][0]


def _soft(votes: Votes) -> list[Sentence]:
    """Return a row for each coding, weighted by the share of the coders who gave it."""
    codings: dict[tuple[object, ...], list[Sentence]] = defaultdict(list)
    for s in votes.by_coder.values():
        codings[None if s.frames is None else frozenset(s.frames), s.coded, s.stance].append(s)
    n = len(votes.by_coder)
    return [
        _with_coders(
            replace(
                votes.row,
                frames=same[0].frames,
                coded=same[0].coded,
                stance=same[0].stance,
                weight=(1.0 if votes.row.weight is None else votes.row.weight) * len(same) / n,
            ),
            votes,
        )
        for same in codings.values()
    ]


def _with_coders(row: Sentence, votes: Votes) -> Sentence:
    """Keep beside a row what each coder said, for the coders' ceiling."""
    said = []
    for coder, s in votes.by_coder.items():
        entry: dict[str, object] = {"coder": coder}
        entry |= {"frames": list(s.frames)} if s.frames is not None else {}
        entry |= {"stance": s.stance} if s.stance else {}
        said.append(entry)
    return replace(row, extra={**row.extra, CODERS: said})
