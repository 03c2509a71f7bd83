"""Find for each sentence whose content it conveys."""

from __future__ import annotations

import re
from collections.abc import Sequence

from framing.holders.attribution import Attribution
from framing.records import Sentence

_SAID = re.compile(
    r"(?P<who>(?:[A-Z][\w’'-]+ ){1,4}|\b[Hh]e |\b[Ss]he |\b[Tt]hey )(?P<cue>said|says|say|told|added|wrote|warned)\b"
)
_ACCORDING = re.compile(r"(?P<cue>[Aa]ccording to) (?P<who>(?:the )?(?:[A-Z][\w’'-]+ ?){1,4})")


class HolderFinder:
    """Find for each sentence whose content it conveys."""

    parsed: bool = False

    @classmethod
    def load(cls) -> HolderFinder:
        """Return a finder."""
        return cls()

    def find(self, sentences: Sequence[Sentence]) -> list[Attribution]:
        """Return whose content each sentence conveys."""
        return [self._found(sentence.text) for sentence in sentences]

    def _found(self, text: str) -> Attribution:
        match = _SAID.search(text) or _ACCORDING.search(text)
        if match is None:
            return Attribution(0.2)
        who = match.group("who").strip()
        start = match.start("who")
        return Attribution(0.9, who, (start, start + len(who)), match.group("cue"))
