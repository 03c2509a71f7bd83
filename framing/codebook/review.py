"""What a codebook lacks for those who code by it, and what changed between two."""

from __future__ import annotations

from framing.codebook.codebook import Codebook
from framing.codebook.labels import Label, plain_label


def missing_parts(book: Codebook) -> list[str]:
    """Return what coders would miss, one line each.

    Examples
    --------
    >>> missing_parts(Codebook("weather", frames=(Label("rain", definition="Water falls."), Label("sun"))))
    ['rain: no example', 'sun: no definition', 'sun: no example']
    """
    return [
        f"{label.name}: no {what}"
        for label in (*book.frames, *book.stance)
        for what, there in (("definition", label.definition), ("example", label.examples))
        if not there and (what == "definition" or label in book.frames)
    ]


def changes(old: Codebook, new: Codebook) -> list[str]:
    """Return what changed, one line each: labels that came, went, moved or read differently, then the rest.

    Examples
    --------
    >>> rain, sun = Label("rain"), Label("sun")
    >>> changes(Codebook("a", frames=(rain,)), Codebook("a", frames=(rain, sun), exclusive=True))
    ['frame sun: new', 'exclusive: False -> True']
    """
    lines = [*_of_labels("frame", old.frames, new.frames), *_of_labels("stance", old.stance, new.stance)]
    before, after = old.to_dict(), new.to_dict()
    for key in dict.fromkeys([*before, *after]):
        if key not in ("frames", "stance") and before.get(key) != after.get(key):
            lines.append(f"{key}: {_shown_value(before.get(key))} -> {_shown_value(after.get(key))}")
    return lines


def _of_labels(kind: str, old: tuple[Label, ...], new: tuple[Label, ...]) -> list[str]:
    before, after = ({label.name: label for label in labels} for labels in (old, new))
    lines = [f"{kind} {name}: gone" for name in before if name not in after]
    lines += [f"{kind} {name}: new" for name in after if name not in before]
    for name in before:
        if name in after:
            one, other = plain_label(before[name]), plain_label(after[name])
            lines += [
                f"{kind} {name}, {key}: {_shown_value(one.get(key))} -> {_shown_value(other.get(key))}"
                for key in dict.fromkeys([*one, *other])
                if one.get(key) != other.get(key)
            ]
    kept = [name for name in before if name in after]
    if kept != [name for name in after if name in before]:
        lines.append(f"{kind}s: in another order, which is that of all arrays")
    return lines


def _shown_value(value: object) -> str:
    return "nothing" if value in (None, "", [], ()) else str(value)
