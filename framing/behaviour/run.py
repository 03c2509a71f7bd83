"""Ask a model the cases of a suite."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from framing.behaviour.suite import DIRECTION, INVARIANCE, KINDS, Case
from framing.codebook import Codebook
from framing.errors import InputError, unknown
from framing.measure.invariance import pass_rate
from framing.model.framing import FramingClassifier
from framing.records import Prediction, Sentence
from framing.scores import Score

ALL = "all"


@dataclass(frozen=True)
class Outcome:
    """How a case came out.

    Parameters
    ----------
    case
        The case.
    failed
        What was not as expected, in words; empty where it passed.
    """

    case: Case
    failed: str

    @property
    def passed(self) -> bool:
        """Whether all was as expected."""
        return not self.failed


@dataclass(frozen=True)
class SuiteResults:
    """How a suite came out.

    Parameters
    ----------
    outcomes
        One a case, in order.
    """

    outcomes: Sequence[Outcome]

    def rates(self) -> dict[tuple[str, str], Score]:
        """Return the share of passed cases with its 95 % interval, by kind and name, by kind, and of all.

        The keys are ``(kind, name)``, ``(kind, "all")`` and ``("all", "all")``. Cases of one template count once.
        """
        return {
            key: pass_rate([o.passed for o in part], [o.case.template for o in part]) for key, part in self._by_test()
        }

    def sizes(self) -> dict[tuple[str, str], int]:
        """Return of how many templates (a case without one is its own) each rate is."""
        return {key: len({outcome.case.template for outcome in part}) for key, part in self._by_test()}

    @property
    def failures(self) -> list[Outcome]:
        """The cases that did not come out as expected."""
        return [outcome for outcome in self.outcomes if not outcome.passed]

    def to_dict(self) -> dict[str, Any]:
        """Return all of it, ready for JSON."""
        sizes = self.sizes()
        return {
            "rates": [
                {"kind": kind, "name": name, "n": sizes[kind, name], **score._asdict()}
                for (kind, name), score in self.rates().items()
            ],
            "failures": [
                {"kind": o.case.kind, "name": o.case.name, "place": o.case.place, "text": o.case.text, "to": o.case.to}
                | {"target": o.case.target, "failed": o.failed}
                for o in self.failures
            ],
        }

    def _by_test(self) -> Iterator[tuple[tuple[str, str], list[Outcome]]]:
        for kind in KINDS:
            of_kind = [outcome for outcome in self.outcomes if outcome.case.kind == kind]
            for name in dict.fromkeys(outcome.case.name for outcome in of_kind):
                yield (kind, name), [outcome for outcome in of_kind if outcome.case.name == name]
            if of_kind:
                yield (kind, ALL), of_kind
        yield (ALL, ALL), list(self.outcomes)


def run_suite(model: FramingClassifier, cases: Sequence[Case]) -> SuiteResults:
    """Ask a model the cases of a suite.

    Parameters
    ----------
    model
        The model; decisions are by its own rule.
    cases
        What ``read_suite`` returned. Cases about a stance are left out where the model has none.

    Raises
    ------
    InputError
        A case expects a label that the model does not know; or no case can be asked of it.

    Examples
    --------
    >>> from framing.predictor import Predictor
    >>> run_suite(Predictor.load("shipped").classifier, cases).rates()["all", "all"]  # doctest: +SKIP
    Score(value=0.7, low=0.62, high=0.77)
    """
    asked = check_suite(cases, model.codebook, model.tasks)
    has_stance = "stance" in model.tasks
    texts = [text for case in asked for text in (case.text, case.to) if text is not None]
    targets = [case.target for case in asked for text in (case.text, case.to) if text is not None]
    rows = [Sentence(t, target=target if has_stance else None) for t, target in zip(texts, targets, strict=True)]
    said = iter(model.predict(rows))
    outcomes = []
    for case in asked:
        before = next(said)
        after = next(said) if case.to is not None else before
        outcomes.append(Outcome(case, "; ".join(_unexpected(case, before, after))))
    return SuiteResults(outcomes)


def check_suite(cases: Sequence[Case], codebook: Codebook, tasks: Collection[str]) -> list[Case]:
    """Return the cases that can be asked of a model of some tasks.

    Parameters
    ----------
    cases
        What ``read_suite`` returned.
    codebook, tasks
        The labels, and which of ``frames`` and ``stance`` the model has.

    Raises
    ------
    InputError
        A case expects a label that the model does not know; or no case can be asked of it.

    Examples
    --------
    >>> check_suite([Case("minimum", "support", "It is good.", target="it", stance="favor")],
    ...             Codebook.from_dict({"name": "tiny", "frames": ["gain"]}), ["frames"])
    Traceback (most recent call last):
    framing.errors.InputError: no case of the suite can be asked of this model: it has no stance
    """
    asked = [case for case in cases if not _is_of_stance_alone(case) or "stance" in tasks]
    if not asked:
        raise InputError("no case of the suite can be asked of this model: it has no stance")
    for case in asked:
        _check_labels(case, codebook, tasks)
    return asked


def _is_of_stance_alone(case: Case) -> bool:
    return bool(case.stance or case.becomes) and not (case.has or case.lacks or case.adds or case.removes)


def _check_labels(case: Case, codebook: Codebook, tasks: Collection[str]) -> None:
    frames = codebook.frame_names if "frames" in tasks else ()
    for frame in (*case.has, *case.lacks, *case.adds, *case.removes):
        if frame not in frames:
            raise InputError(
                f"{case.place}: {unknown('frame', frame, frames)}, the frames of this model; --suite takes one for it"
            )
    for stance in filter(None, (case.stance, case.becomes)):
        if "stance" in tasks and stance not in codebook.stance_names:
            raise InputError(f"{case.place}: {unknown('stance', stance, codebook.stance_names)}")


def _unexpected(case: Case, before: Prediction, after: Prediction) -> Iterator[str]:
    """Say what of a case is not as expected."""
    for frame in case.has:
        if frame not in before.frames:
            yield f"no {frame} ({before.proba[frame]:.2f})"
    for frame in case.lacks:
        if frame in before.frames:
            yield f"{frame} ({before.proba[frame]:.2f})"
    if case.stance and before.stance is not None and before.stance != case.stance:
        yield f"stance {before.stance}"
    if case.kind == INVARIANCE:
        for frame in sorted(set(before.frames) ^ set(after.frames)):
            yield f"{frame} {before.proba[frame]:.2f} → {after.proba[frame]:.2f}"
        if before.stance != after.stance:
            yield f"stance {before.stance} → {after.stance}"
    if case.kind == DIRECTION:
        for frame, comes in (*((f, True) for f in case.adds), *((f, False) for f in case.removes)):
            moved = after.proba[frame] - before.proba[frame]
            if (frame in after.frames) != comes or (moved <= 0 if comes else moved >= 0):
                yield f"{frame} {before.proba[frame]:.2f} → {after.proba[frame]:.2f}"
        if case.becomes and after.stance is not None and after.stance != case.becomes:
            yield f"stance {before.stance} → {after.stance}"
