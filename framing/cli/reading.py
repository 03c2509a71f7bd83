"""What ``predict`` and ``report`` share: the options, and the way from files to predictions."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from functools import cached_property, wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from framing.cli.files import read_files
from framing.cli.options import (
    ALL_LINES,
    BACKEND,
    COLUMN,
    FAST,
    INPUT_FORMAT,
    MODEL,
    STORE,
    TARGET,
    TARGETS,
    Command,
    pairs,
    rule_options,
    targets_by_document,
    targets_of,
    tell_fast,
)

if TYPE_CHECKING:
    from framing.model.decisions.rule import Rule
    from framing.predictions import Predictions
    from framing.predictor import Predictor
    from framing.records import Prediction, Sentence
    from framing.stream import Labelled

_HOLDERS = click.option(
    "--holders/--no-holders",
    default=True,
    help="Find who says, thinks or fears what a sentence conveys.  [default: holders]",
)
_ALIASES = click.option(
    "--aliases",
    metavar="FILE",
    help="Names of holders of your own: YAML, a line `Steve Witkoff: [Trump's envoy]` for each.",
)


@dataclass(frozen=True)
class Reading:
    """What was asked for on the command line, option by option."""

    model: str | None
    store: str | None
    backend: str
    input_format: str
    given: tuple[str, ...]
    lists: tuple[str, ...]
    rule: Rule
    columns: tuple[str, ...]
    fast: str | None = None
    holders: bool | None = None
    aliases: str | None = None
    explain: bool = False

    def predict(self, files: Sequence[str], split_quotes: bool = False) -> tuple[Predictor, Predictions]:
        """Load the model and let it read the files; all else that was given is checked first."""
        sentences, asked = self._read_and_asked(files, split_quotes)
        found = self.predictor.predict(sentences, **asked, **vars(self.rule))
        tell_fast([found.provenance])
        return self.predictor, found

    def labelled(self, files: Sequence[str], split_quotes: bool = False) -> Labelled:
        """Return the same a piece at a time."""
        from framing.stream import Labelled

        sentences, asked = self._read_and_asked(files, split_quotes)
        return Labelled(self.predictor, sentences, rule=self.rule, **asked)

    def _read_and_asked(self, files: Sequence[str], split_quotes: bool) -> tuple[list[Sentence], dict[str, Any]]:
        """Return the sentences of the files, and what a predictor is asked about them besides the rule."""
        named = pairs(self.columns, "--column")
        aliases = self._aliases(split_quotes)
        targets, of_documents = targets_of(self.given, self.lists), targets_by_document(self.lists)
        if targets and of_documents:
            raise click.UsageError("--targets: a table has the targets of each document; leave --target and lists out")
        sentences = read_files(files, named, self.input_format)
        asked = {
            "targets": targets,
            "holders": bool(self.holders),
            "aliases": aliases,
            "split_quotes": split_quotes,
            "explain": self.explain,
        }
        return _asked(sentences, targets, of_documents, self.lists), asked

    @cached_property
    def predictor(self) -> Predictor:
        """The model, loaded once."""
        from framing.predictor import Predictor

        return Predictor.load(self.model, self.store, self.backend, self.fast or False)

    def predictions(self, files: Sequence[str]) -> tuple[Predictor | None, Sequence[Prediction]]:
        """Return what files hold that ``framing predict`` wrote, else what the model says of them.

        Of predictions there is a model only where one was named.
        """
        from framing.corpus.results import holds_predictions, read_predictions

        written = [self.input_format == "auto" and file != "-" and holds_predictions(file) for file in files]
        if not any(written):
            return self.predict(files)
        if not all(written):
            raise click.UsageError(
                f"{files[written.index(False)]}: has no predictions, other files have; give one kind"
            )
        self._refuse_of_predicted(files[0])
        found = [prediction for file in files for prediction in read_predictions(file)]
        return self.predictor if self.model or self.store else None, found

    @property
    def by_own_rule(self) -> bool:
        """Whether no option replaces the model's way from probabilities to decisions."""
        from framing.model.decisions.rule import Rule

        return self.rule == Rule()

    def _refuse_of_predicted(self, file: str) -> None:
        """Refuse what can be asked only while a model reads, of a file that one has read.

        Raises
        ------
        click.UsageError
            Naming the first option that was given.
        """
        asked = {
            "--column": self.columns,
            "--threshold": self.rule.thresholds,
            "--goal": self.rule.goal,
            "--adapt-documents" if self.rule.adapt_priors == "document" else "--adapt-priors": self.rule.adapt_priors,
            "--abstain": self.rule.abstain,
            "--explain": self.explain,
            "--fast": self.fast,
            "--aliases": self.aliases,
            "--no-holders": self.holders is False,
            "--target": self.given,
            "--targets": self.lists,
        }
        for option, given in asked.items():
            if given:
                raise click.UsageError(f"{option}: {file} is predicted already; give it to framing predict")

    def _aliases(self, split_quotes: bool) -> Path | None:
        for option, given in (("--aliases", self.aliases is not None), ("--split-quotes", split_quotes)):
            if given and not self.holders:
                raise click.UsageError(f"{option} needs holders: leave --no-holders out")
        if self.aliases is None:
            return None
        from framing.holders.aliases import aliases_of

        aliases_of(self.aliases)
        return Path(self.aliases)


def _asked(
    sentences: list[Sentence],
    targets: Sequence[str] | None,
    of_documents: dict[str, tuple[str, ...]],
    lists: Sequence[str],
) -> list[Sentence]:
    """Give documents their own targets; say where a common one is never mentioned."""
    from framing.corpus.asked import never_mentioned, with_targets_of_documents

    if of_documents:
        return with_targets_of_documents(sentences, of_documents, ", ".join(lists))
    n = len({s.doc_id for s in sentences})
    for target, documents in never_mentioned(sentences, targets or ()).items() if n > 1 else ():
        told = f"target {target!r}: none of its words stands in {len(documents):,} of {n:,} documents"
        first = ", ".join(documents[:3]) + (", ..." if len(documents) > 3 else "")
        print(
            f"warning: {told} ({first}); a stance there is a guess: --targets TABLE gives each its own", file=sys.stderr
        )
    return sentences


def reading_options(explain: str | None) -> Callable[[Command], Command]:
    """Add the options of a ``Reading``, and hand them to the command as one argument ``reading``.

    Parameters
    ----------
    explain
        Help of ``--explain``; without one neither words nor holders are looked for, and there are no options for them,
        and no student is asked.
    """
    words = (
        [FAST, _HOLDERS, _ALIASES, click.option("--explain", is_flag=True, help=explain)] if explain is not None else []
    )
    options: tuple[Callable[[Command], Command], ...] = (
        MODEL,
        STORE,
        BACKEND,
        INPUT_FORMAT,
        TARGET,
        TARGETS,
        ALL_LINES,
        *words,
        rule_options(abstain=True),
        COLUMN,
    )

    def decorate(command: Command) -> Command:
        @wraps(command)
        def with_reading(*args: Any, **given: Any) -> Any:
            parts = {field.name: given.pop(field.name) for field in fields(Reading) if field.name in given}
            return command(*args, reading=Reading(**parts), **given)

        decorated: Command = with_reading
        for option in reversed(options):
            decorated = option(decorated)
        return decorated

    return decorate
