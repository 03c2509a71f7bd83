"""Targets that a corpus proposes itself: the noun phrases that its sentences take sides on."""

from __future__ import annotations

import warnings
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from framing.errors import ConfigError, FramingWarning, InputError, ModelError
from framing.model.decisions.rule import Rule
from framing.records import Sentence
from framing.text.noun_phrases import NounPhrase, NounPhraseFinder, english_share

if TYPE_CHECKING:
    from framing.predictor import Predictor

# Stances are asked for this many times as many targets as are returned, those that are mentioned most.
_JUDGED = 3
# A phrase inside longer ones is a target of its own if this share of the sentences that mention it do so outside them.
_OUTSIDE = 0.3
# A family name is one person's if this share of the longer names that end in it are.
_SAME_PERSON = 0.8
# A noun that could be of anything ("the agreement") is what a text is about if this share of its sentences has it.
_ABOUT = 0.08
# Less of a text in function words than this is no English: sentences have about 40 %, lists of headlines 20 %.
_ENGLISH, _ENOUGH_CHARACTERS = 0.12, 200


@dataclass(frozen=True)
class Example:
    """A sentence that takes a side.

    Parameters
    ----------
    sentence
        The sentence, with its target.
    proba
        Probability of that side.
    """

    sentence: Sentence
    proba: float


@dataclass(frozen=True)
class TargetProposal:
    """A target that a corpus may take sides on.

    Parameters
    ----------
    target
        The noun phrase, as the corpus spells it most often.
    count
        Number of sentences that mention it.
    documents
        Number of documents that do; ``None`` where no sentence of the corpus names its document.
    spread
        Number of these sentences by predicted stance; empty where no model was asked.
    examples
        By each stance but neutral, the sentence for which it is most probable.
    at_stake
        Number of sentences that take a side.

    Examples
    --------
    >>> TargetProposal("sanctions on Iran", 3, 2).to_row()
    {'target': 'sanctions on Iran', 'count': 3, 'documents': 2}
    """

    target: str
    count: int
    documents: int | None
    spread: Mapping[str, int] = field(default_factory=dict)
    examples: Mapping[str, Example] = field(default_factory=dict)
    at_stake: int = 0

    def to_row(self) -> dict[str, Any]:
        """Return one flat row: counts, and for each side its example, where that stands and its probability."""
        row: dict[str, Any] = {"target": self.target, "count": self.count, "documents": self.documents, **self.spread}
        for stance, example in self.examples.items():
            row[f"{stance}_example"] = example.sentence.text
            row[f"{stance}_doc_id"] = example.sentence.doc_id
            row[f"{stance}_position"] = example.sentence.position
            row[f"{stance}_proba"] = round(example.proba, 6)
        return row


def propose_targets(
    sentences: Iterable[str | Sentence], predictor: Predictor | None = None, *, min_count: int = 3, top: int = 20
) -> list[TargetProposal]:
    """Propose targets: the noun phrases of English text that are mentioned often, and on which sides are taken.

    Parameters
    ----------
    sentences
        Texts or ``Sentence`` records, each one sentence. Their own targets are not looked at.
    predictor
        The model that is asked for the stance of each sentence toward each target that it mentions; only for those
        ``3 * top`` targets that are mentioned most. ``None`` only counts.
    min_count
        Least number of sentences that mention a target.
    top
        Most targets that are returned.

    Returns
    -------
    list of TargetProposal
        Those with most sentences on a side first, among equals the more evenly divided; without a predictor those
        that are mentioned most.

    Raises
    ------
    InputError
        A single text was given, or something that is no sentence.
    ConfigError
        ``min_count`` or ``top`` is below 1.
    ModelError
        The model was trained without stance.

    Warns
    -----
    FramingWarning
        The text does not look like English, whose phrases these are.

    Examples
    --------
    >>> talk = ["The tax on sugar helps.", "Shops fight the sugar tax.", "A tax on sugar is unfair.", "Sugar sells."]
    >>> [(proposal.target, proposal.count) for proposal in propose_targets(talk, min_count=2)]
    [('tax on sugar', 2)]
    """
    for name, number in (("min_count", min_count), ("top", top)):
        if number < 1:
            raise ConfigError(f"{name}={number}: a number of at least 1 is needed")
    if predictor is not None and "stance" not in predictor.classifier.tasks:
        raise ModelError(
            "targets: this model was trained without stance; train one with tasks=[frames,stance], name another with "
            "--model, or count alone with --no-stance (predictor=None)"
        )
    records = _records_of(sentences)
    _check_english(records)
    found = _mentions([record.text for record in records], min_count)
    with_documents = any(record.doc_id for record in records)
    proposals = []
    for mentions in found[: top if predictor is None else _JUDGED * top]:
        documents = {records[row].doc_id for row in mentions.rows} - {""}
        proposal = TargetProposal(mentions.target, len(mentions.rows), len(documents) if with_documents else None)
        proposals.append((proposal, [records[row] for row in sorted(mentions.rows)]))
    if predictor is None:
        return [proposal for proposal, _ in proposals]
    judged = _with_stances(proposals, predictor)
    return sorted(judged, key=lambda p: (-p.at_stake, -_smaller_side(p), -p.count, p.target))[:top]


def _records_of(sentences: Iterable[str | Sentence]) -> list[Sentence]:
    if isinstance(sentences, str | Sentence):
        raise InputError("propose_targets takes a list of sentences, got one; split a text with framing.text.segment")
    records = [Sentence(item) if isinstance(item, str) else item for item in sentences]
    for number, record in enumerate(records):
        if not isinstance(record, Sentence):
            raise InputError(f"item {number}: expected a text or a Sentence, got {type(record).__name__}")
    return records


def _check_english(records: Sequence[Sentence]) -> None:
    texts = [record.text for record in records]
    share = english_share(texts)
    if share < _ENGLISH and sum(map(len, texts)) >= _ENOUGH_CHARACTERS:
        warnings.warn(
            f"targets: {share:.0%} of the words are function words of English, expected about 40 %; phrases are found "
            "by an English grammar, in another language name your targets yourself",
            FramingWarning,
            stacklevel=3,
        )


# ---------------------------------------------------------------------- phrases of a corpus


@dataclass
class _Mentions:
    """Where a phrase is mentioned, and how it is written."""

    spellings: Counter[str] = field(default_factory=Counter)
    rows: set[int] = field(default_factory=set)
    parts: tuple[str, ...] = ()
    is_bare: bool = False

    @property
    def target(self) -> str:
        return min(self.spellings, key=lambda spelling: (-self.spellings[spelling], spelling))


def _mentions(texts: Sequence[str], min_count: int) -> list[_Mentions]:
    """Return the phrases that are frequent, and not only inside longer ones; the most frequent first."""
    finder = NounPhraseFinder(texts)
    phrases = [finder.phrases(text) for text in texts]
    phrases = _with_full_names(phrases, _full_names(phrases, finder))
    mentions: dict[str, _Mentions] = defaultdict(_Mentions)
    for row, of_text in enumerate(phrases):
        for phrase in of_text:
            one = mentions[phrase.key]
            one.spellings[phrase.text] += 1
            one.rows.add(row)
            one.parts, one.is_bare = phrase.parts, phrase.is_bare
    frequent = {key for key, one in mentions.items() if len(one.rows) >= min_count}
    # The agreement of what with whom counts as a whole where both are spoken of.
    frequent = {key for key in frequent if frequent.issuperset(mentions[key].parts)}
    about = max(min_count, _ABOUT * len(texts))
    frequent = {key for key in frequent if not mentions[key].is_bare or len(mentions[key].rows) >= about}
    kept = _not_only_inside(phrases, frequent, min_count)
    return sorted((mentions[key] for key in kept), key=lambda one: (-len(one.rows), one.target))


def _full_names(phrases: Sequence[Sequence[NounPhrase]], finder: NounPhraseFinder) -> dict[str, str]:
    """Return full names by the name that people go by, where the corpus knows only one person who is called so."""
    names = Counter(phrase.key for of_text in phrases for phrase in of_text if phrase.is_name)
    longer: dict[tuple[str, bool], Counter[str]] = defaultdict(Counter)
    for name, count in names.items():
        words = name.split()
        if len(words) in (2, 3) and count > 1 and all(map(finder.reader.is_name_only, words)):
            longer[words[-1], True][name] = count
            longer[words[0], False][name] = count
    full: dict[str, str] = {}
    for (short, is_last), people in longer.items():
        name, count = people.most_common(1)[0]
        # A first word is a family name in Chinese, and a country before another name ("Israel Katz").
        is_person = is_last or names[short] <= 2 * count
        if names[short] > 0 and is_person and count >= _SAME_PERSON * people.total():
            full.setdefault(short, name)
    return full


def _with_full_names(phrases: Sequence[Sequence[NounPhrase]], full: Mapping[str, str]) -> list[list[NounPhrase]]:
    return [
        [replace(phrase, key=full[phrase.key]) if phrase.key in full else phrase for phrase in of_text]
        for of_text in phrases
    ]


def _not_only_inside(phrases: Sequence[Sequence[NounPhrase]], frequent: set[str], min_count: int) -> list[str]:
    """Return the keys that occur often enough outside the longer phrases that are kept."""
    places: dict[str, list[tuple[int, int, int]]] = defaultdict(list)
    for row, of_text in enumerate(phrases):
        for phrase in of_text:
            if phrase.key in frequent:
                places[phrase.key].append((row, phrase.start, phrase.end))
    length = {key: max(end - start for _, start, end in found) for key, found in places.items()}
    covered: dict[int, list[tuple[int, int]]] = defaultdict(list)
    kept = []
    for key in sorted(places, key=lambda key: (-length[key], -len(places[key]), key)):
        outside = {
            row
            for row, start, end in places[key]
            if not any(first <= start and end <= last and last - first > end - start for first, last in covered[row])
        }
        if len(outside) >= max(min_count, _OUTSIDE * len({row for row, _, _ in places[key]})):
            kept.append(key)
            for row, start, end in places[key]:
                covered[row].append((start, end))
    return kept


# ---------------------------------------------------------------------- their stances


def _with_stances(
    proposals: Sequence[tuple[TargetProposal, list[Sentence]]], predictor: Predictor
) -> list[TargetProposal]:
    """Ask for all stances at once, so that each text is encoded once."""
    pairs = [sentence.with_target(one.target) for one, sentences in proposals for sentence in sentences]
    if not pairs:
        return []
    found = predictor.classifier.tasks["stance"].judge(pairs, Rule())
    names = predictor.codebook.stance_names
    sides = [number for number, name in enumerate(names) if name != predictor.codebook.stance_called("neutral")]
    decided = found.present.argmax(axis=1)
    judged, first = [], 0
    for one, sentences in proposals:
        rows = range(first, first + len(sentences))
        first = rows.stop
        counts = Counter(int(decided[row]) for row in rows)
        examples = {}
        for side in sides:
            taken = [row for row in rows if decided[row] == side]
            if taken:
                best = max(taken, key=lambda row: found.proba[row, side])
                examples[names[side]] = Example(pairs[best], float(found.proba[best, side]))
        judged.append(
            replace(
                one,
                spread={name: counts[number] for number, name in enumerate(names)},
                examples=examples,
                at_stake=sum(counts[side] for side in sides),
            )
        )
    return judged


def _smaller_side(proposal: TargetProposal) -> int:
    """Return how many sentences the side has that has fewest; 0 where there is only one."""
    counts = [proposal.spread[stance] for stance in proposal.examples]
    return min(counts) if len(counts) > 1 else 0
