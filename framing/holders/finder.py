"""Find for each sentence whose content it conveys: the author's own, or somebody's whom it names."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from framing.holders import plain, words
from framing.holders.attribution import Attribution, Candidate, Mention, Named, Reading
from framing.holders.decision import Decision, is_inherited, sigmoid
from framing.holders.people import People
from framing.records import Sentence
from framing.text.languages import guess_language
from framing.text.pipeline import has_pipeline, parses

# A turn of a transcript is its speaker's, whatever was learned from articles.
_TURN = 0.95


@dataclass(frozen=True)
class Passage:
    """Sentences that are read together, since they follow one another.

    Parameters
    ----------
    texts
        The sentences, and before one whose context was given the sentence before it.
    starts
        For each whether a paragraph starts there.
    numbers
        For each its number in what was asked; ``None`` for context.
    """

    texts: tuple[str, ...]
    starts: tuple[bool, ...]
    numbers: tuple[int | None, ...]


class HolderFinder:
    """Find for each sentence whose content it conveys.

    English only. Text in another language is read without a parser: its quotation marks count, reporting verbs are
    hardly found, and the probabilities were not learned on it.

    Parameters
    ----------
    decision
        What was learned.
    parsed
        Whether sentences are parsed (the extra ``holders`` is installed); else only quotation marks and reporting verbs
        are seen.

    Examples
    --------
    >>> finder = HolderFinder(Decision.load("plain"), parsed=False)
    >>> found, = finder.find([Sentence('"The port will pay for itself," the minister said.')])
    >>> found.holder, found.cue, found.span
    ('the minister', 'said', (32, 44))
    """

    def __init__(self, decision: Decision, parsed: bool) -> None:
        self.decision = decision
        self.parsed = parsed
        self._plain = Decision.load("plain") if parsed else decision

    @classmethod
    def load(cls) -> HolderFinder:
        """Return the best finder that this installation has.

        Raises
        ------
        ModelError
            The parser is of another version, or the numbers that ship are damaged.
        """
        parsed = has_pipeline()
        return cls(Decision.load("parsed" if parsed else "plain"), parsed)

    def find(self, sentences: Sequence[Sentence]) -> list[Attribution]:
        """Return for each sentence whose content it conveys.

        Parameters
        ----------
        sentences
            Those of one ``doc_id`` that follow one another are read together, in the order given. Where the sentence
            before is not there, ``previous`` stands in for it.

        Returns
        -------
        list of Attribution
            One for each sentence. What is found of a document does not depend on the others.
        """
        found = [Attribution(0.0)] * len(sentences)
        for passage in passages(sentences):
            parsed, readings = self.read(passage)
            decision = self.decision if parsed else self._plain
            for number, attribution in zip(passage.numbers, attributions(readings, decision), strict=True):
                if number is not None:
                    found[number] = attribution
        return found

    def read(self, passage: Passage) -> tuple[bool, list[Reading]]:
        """Return whether a passage was parsed, and what was seen in each of its sentences."""
        if self.parsed and guess_language(" ".join(passage.texts)) == "en":
            from framing.holders.reader import readings

            return True, readings(list(parses(passage.texts)), passage.starts)
        return False, plain.readings(passage.texts, passage.starts)


def passages(sentences: Sequence[Sentence]) -> list[Passage]:
    """Return sentences in the passages that are read together.

    Examples
    --------
    >>> found = passages([Sentence("He left.", previous="Lee spoke."), Sentence("It rained.", previous="He left.")])
    >>> [(passage.texts, passage.numbers) for passage in found]
    [(('Lee spoke.', 'He left.', 'It rained.'), (None, 0, 1))]
    """
    documents: dict[str, list[int]] = {}
    for number, sentence in enumerate(sentences):
        documents.setdefault(sentence.doc_id, []).append(number)
    found: list[Passage] = []
    for numbers in documents.values():
        chain: list[tuple[str, bool, int | None]] = []
        last: Sentence | None = None
        for number in numbers:
            sentence = sentences[number]
            if last is None or not _follows(sentence, last):
                found.extend(_passage(chain))
                chain = [(sentence.previous, True, None)] if sentence.previous.strip() else []
                last = None
            chain.append((sentence.text, _starts_paragraph(sentence, last), number))
            last = sentence
        found.extend(_passage(chain))
    return found


def _passage(chain: Sequence[tuple[str, bool, int | None]]) -> Iterator[Passage]:
    if chain:
        texts, starts, numbers = zip(*chain, strict=True)
        yield Passage(texts, starts, numbers)


def _follows(sentence: Sentence, last: Sentence) -> bool:
    if sentence.previous:
        return sentence.previous == last.text
    named = bool(sentence.doc_id) and sentence.position == last.position + 1
    return named or (bool(sentence.headline) and sentence.headline == last.text)


def _starts_paragraph(sentence: Sentence, last: Sentence | None) -> bool:
    if last is None:
        return not sentence.previous
    if sentence.start is None or last.end is None:
        return False
    return sentence.start - last.end >= 2


def attributions(readings: Sequence[Reading], decision: Decision) -> list[Attribution]:
    """Return whose content each sentence of a passage is, by what was seen and learned."""
    decided = chosen(readings, decision)
    meant = [candidate.mention for _, candidate in decided if candidate is not None and candidate.mention is not None]
    names = resolved(meant, readings)
    found = []
    for number, (proba, candidate) in enumerate(decided):
        if candidate is None or proba < decision.threshold:
            found.append(Attribution(proba))
            continue
        mention = candidate.mention
        here = mention is not None and mention.sentence == number
        span = (mention.start, mention.end) if mention is not None and here else None
        holder = names[mention.sentence, mention.start, mention.end] if mention is not None else None
        found.append(Attribution(proba, holder, span, candidate.cue, True))
    return found


def chosen(readings: Sequence[Reading], decision: Decision) -> list[tuple[float, Candidate | None]]:
    """Return for each sentence its probability and its likeliest candidate.

    The author is none, nor is what cannot speak: where "I fear" or "the approach suggests" is the likeliest, its own
    probability is taken off the sentence's. A turn of a
    transcript is its speaker's, to the end of the paragraph.
    """
    found = []
    turn: Candidate | None = None
    for reading, (proba, scores) in zip(readings, decision.decide(readings), strict=True):
        speaker = next((one for one in reading.candidates if _opens_turn(one.features)), None)
        turn = speaker or (None if reading.features["paragraph"] else turn)
        if turn is None:
            found.append(_likeliest_other(reading, proba, scores))
        else:
            found.append((max(proba, _TURN), turn if turn is speaker else replace(turn, cue=None)))
    return found


def _opens_turn(features: Mapping[str, float]) -> bool:
    """Whether a candidate is the speaker of a transcript: in capitals, and not the only one."""
    return "kind_speaker" in features and features["speaker_loud"] > 0 and features["speaker_often"] > 0.1


def _likeliest_other(reading: Reading, proba: float, scores: Sequence[float]) -> tuple[float, Candidate | None]:
    own, cannot = 0.0, False
    for score, candidate in sorted(zip(scores, reading.candidates, strict=True), key=lambda pair: -pair[0]):
        mention = candidate.mention
        abstract = "who_abstract" in candidate.features
        is_author = mention is not None and mention.text.lower() in words.AUTHORS
        if not (is_author or abstract or (cannot and is_inherited(candidate))):
            return proba * (1 - own), candidate
        cannot = cannot or abstract  # then the sentence is no speech that goes on
        own = max(own, sigmoid(score))
    return proba * (1 - own), None


def resolved(mentions: Sequence[Mention], readings: Sequence[Reading]) -> dict[tuple[int, int, int], str | None]:
    """Return who each mention stands for, by what was said before it; ``None`` for a pronoun of which nothing tells."""
    people = People()
    names: dict[tuple[int, int, int], str | None] = {}
    # What is asked at a place comes before what is told there; of names, after all is told.
    told = [(one.mention.sentence, one.mention.start, 1, one) for reading in readings for one in reading.named]
    asked = [(one.sentence, one.start, 0, one) for one in mentions if one.kind != "name"]
    events: list[tuple[int, int, int, Mention | Named]] = [*told, *asked]
    for *_, item in sorted(events, key=lambda event: event[:3]):
        if isinstance(item, Mention):
            names[item.sentence, item.start, item.end] = people.resolved(item)
        elif item.mention.kind != "pronoun":
            people.add(item.mention, item.titles, item.is_subject)
        else:
            people.meant("m" if item.mention.text.lower() == "he" else "f", item.mention)
    for mention in mentions:
        if mention.kind == "name":
            names[mention.sentence, mention.start, mention.end] = people.resolved(mention)
    return names
