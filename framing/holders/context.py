"""What a sentence inherits from those around it: who goes on speaking, and where it stands."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from framing.holders.attribution import Candidate, Mention
from framing.holders.quotes import Quoted

# How far an inherited holder may stand from the sentence, back and ahead.
_CARRIED, _AHEAD = 10, 4
# From this strength on, somebody plainly speaks.
PLAIN = 0.7
_SPEAKER = re.compile(r"^(?P<who>(?:[A-Z][\w.’'-]*)(?: (?:[A-Z][\w.’'-]*|of|the|de|van)){0,4}|[QA]):\s+\S")


@dataclass(frozen=True)
class Place:
    """A sentence among those of its document, as far as that is known without a parse.

    Parameters
    ----------
    text
        The sentence.
    quoted
        What of it is quoted.
    starts
        Whether a paragraph starts here.
    strength, likely
        Who plainly speaks in it, and how plainly; ``0, None`` where nobody does.
    names
        Who is named in it outside quotation marks, in order.
    """

    text: str
    quoted: Quoted
    starts: bool
    strength: float
    likely: Candidate | None
    names: tuple[Mention, ...] = ()


def speakers(texts: Sequence[str]) -> list[Candidate | None]:
    """Return who speaks in each line of a transcript, as in ``"MR. LEE: No."``; ``None`` elsewhere."""
    found: list[Candidate | None] = []
    matches = [_SPEAKER.match(text) for text in texts]
    often = min(sum(match is not None for match in matches), 10) / 10
    for number, match in enumerate(matches):
        if match is None:
            found.append(None)
            continue
        name = match.group("who")
        mention = Mention(number, 0, len(name), name.rfind(" ") + 1, name, "name", "s")
        loud = float(name.isupper())
        features = {"kind_speaker": 1.0, "speaker_loud": loud, "speaker_often": often, "who_name": 1.0}
        found.append(Candidate(mention, ":", features))
    return found


def likeliest(candidates: Sequence[Candidate]) -> tuple[float, Candidate | None]:
    """Return who plainly speaks in a sentence, and how plainly, before anything was learned."""
    best = max(candidates, key=_strength, default=None)
    return (_strength(best), best) if best is not None and _strength(best) > 0 else (0.0, None)


def _strength(candidate: Candidate) -> float:
    """How plainly a candidate attributes, before anything was learned: who goes on speaking is asked of this."""
    has = candidate.features
    if "cue_quoted" in has or "who_quoted" in has or candidate.mention is None:
        return 0.0
    if "kind_speaker" in has:
        return 2.0 + has["speaker_loud"] + has["speaker_often"]
    if "kind_according" in has:
        return 1.5 + has["content"]
    strength = 0.0
    if "kind_verb" in has or "kind_agent" in has:
        says = "class_say" in has
        clause = has.get("clause", 0.0)
        quote = has.get("content_quoted", 0.0)
        strength = (
            (1.0 + clause + quote if "sure" in has else 0.4 + clause * 0.5 + quote * 0.5) if says else clause * 0.8
        )
        strength += 0.3 * ("root" in has)
    return strength


def inherited(number: int, places: Sequence[Place]) -> Iterator[Candidate]:
    """Yield who may go on speaking in a sentence: whoever did before, does after, or was named last."""
    here = places[number]
    shared = {
        "quoted": here.quoted.share(),
        "open": float(here.quoted.opens),
        "own": here.strength,
        "paragraph": float(here.starts),
    }
    ahead = _speaker_ahead(number, places, shared)
    # A quotation that is still open belongs to whoever is named where it closes.
    shared["runs_ahead"] = float(ahead is not None and ahead.features["after_runs"] > 0)
    for back in range(1, min(_CARRIED, number) + 1):
        other = places[number - back]
        if other.likely is not None and other.strength >= PLAIN:
            broken = any(place.starts for place in places[number - back + 1 : number + 1])
            found = {**shared, "far": float(back), "strength": other.strength, "new": float(broken)}
            found["speaker"] = other.likely.features.get("kind_speaker", 0.0)
            yield _passed_on(other.likely, "before", found)
            break
    if ahead is not None:
        yield ahead
    if not here.quoted.share():
        return  # whoever is merely named says nothing here
    if here.names:
        yield _passed_on(Candidate(here.names[0], None, {}), "here", shared)
    elif number and places[number - 1].names:
        yield _passed_on(Candidate(places[number - 1].names[0], None, {}), "last", shared)


def _speaker_ahead(number: int, places: Sequence[Place], shared: Mapping[str, float]) -> Candidate | None:
    """Return who speaks in a sentence soon after, with nothing but quotations between."""
    for step in range(1, min(_AHEAD, len(places) - 1 - number) + 1):
        other = places[number + step]
        if other.likely is not None and other.strength >= PLAIN:
            new = any(place.starts for place in places[number + 1 : number + step + 1])
            runs = all(place.quoted.closes for place in places[number : number + step])
            found = {**shared, "far": float(step), "strength": other.strength, "new": float(new), "runs": float(runs)}
            return _passed_on(other.likely, "after", found)
        if other.quoted.share() < 0.5:
            return None
    return None


def _passed_on(candidate: Candidate, way: str, features: dict[str, float]) -> Candidate:
    found = {f"{way}_{name}": value for name, value in features.items()}
    kind = "nobody" if candidate.mention is None else candidate.mention.kind
    found |= {f"{way}": 1.0, f"{way}_who_{kind}": 1.0}
    if candidate.mention is not None and candidate.mention.text.lower() == "it":
        found[f"{way}_who_it"] = 1.0
    found[f"{way}_quoted_and_not_own"] = features["quoted"] * (features["own"] < 0.7)
    found[f"{way}_open_and_not_own"] = features["open"] * (features["own"] < 0.7)
    return Candidate(candidate.mention, None, found)


def place_features(number: int, places: Sequence[Place]) -> dict[str, float]:
    """Return what the decision reads of a sentence's place and its quotation marks."""
    here = places[number]
    share = here.quoted.share()
    found = {
        "quoted": share,
        "opens": float(here.quoted.opens),
        "closes": float(here.quoted.closes),
        "begins": float(here.text[:1] in "“\"‘'"),
        "paragraph": float(here.starts),
        "first": float(number == 0),
        "last": float(number + 1 == len(places)),
        "length": min(len(here.text), 300) / 300,
        "question": float(here.text.rstrip("”\"’' ").endswith("?")),
        "quoted_most": float(share >= 0.5),
        "quoted_all": float(share >= 0.9),
        "likely": here.strength,
    }
    for way, step in (("before", -1), ("two_before", -2), ("after", 1)):
        at = number + step
        if 0 <= at < len(places):
            other = places[at].quoted.share()
            found |= {f"{way}_quoted": other, f"{way}_likely": places[at].strength, f"{way}_all": float(other >= 0.9)}
    return found
