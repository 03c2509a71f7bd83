"""How probabilities become decisions, and what was decided."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace

from framing.arrays import Decided, Proba
from framing.errors import ConfigError
from framing.model.decisions.conformal import check_risk
from framing.model.decisions.priors import PriorShift
from framing.model.decisions.thresholds import bounds, check_goal

# What probabilities are adapted to: the shares of all the sentences (also True), or those of each document.
BATCH, DOCUMENT = "batch", "document"


@dataclass(frozen=True)
class Rule:
    """Options that replace a trained model's own way from probabilities to decisions.

    Parameters
    ----------
    thresholds
        Thresholds that replace those of the goal, by label: a frame, or a side of the stance (any class but
        ``neutral``).
    goal
        What the thresholds are for (``f1``, ``micro_f1``, ``precision>=P``, ``recall>=P``, ``count``); default the
        model's own. The two bounds hold for the sides of the stance too: a side is decided where its probability
        reaches the side's threshold, the one with the larger ratio of the two where several do, and ``neutral`` where
        none does. With any other goal the likeliest stance is taken.
    adapt_priors
        Move the frames' probabilities to their shares as estimated from the sentences: all of them (``"batch"``, or
        ``True``) or, cautiously, a document at a time (``"document"``; those without ``doc_id`` are one). For a batch
        the model's thresholds move along, so that the same frames are decided; with documents they stay, so that more
        is found in an article full of a frame. Those given in ``thresholds`` are for the moved probabilities.
    abstain
        Decide only what can be decided at this risk of an error; no threshold is used.

    Raises
    ------
    ConfigError
        An option is not one that there is, or abstention is asked for together with thresholds.
    """

    thresholds: Mapping[str, float] = field(default_factory=dict)
    goal: str | None = None
    adapt_priors: bool | str = False
    abstain: float | None = None

    def __post_init__(self) -> None:
        if self.goal is not None:
            check_goal(self.goal)
        if self.adapt_priors not in (False, True, BATCH, DOCUMENT):
            raise ConfigError(
                f"adapt_priors {self.adapt_priors}: expected {BATCH} (or True), {DOCUMENT}, or False for neither"
            )
        if self.abstain is not None:
            check_risk(self.abstain)
            if self.thresholds or self.goal is not None:
                raise ConfigError(
                    f"abstain {self.abstain}: the risk decides, not a threshold; leave out the thresholds and the goal"
                )

    def for_task(self, task: str, labels: Collection[str]) -> Rule:
        """Return what of the rule holds for a task, of whose labels some may have thresholds.

        Of the goals only a bound holds for the stance. The stance is not adapted: its classes are too alike for their
        shares to be estimated, and on real text its probabilities became worse.

        Examples
        --------
        >>> rule = Rule({"gain": 0.4, "favor": 0.7}, goal="count", adapt_priors="batch")
        >>> rule.for_task("stance", ("favor", "against", "neutral"))
        Rule(thresholds={'favor': 0.7}, goal=None, adapt_priors=False, abstain=None)
        """
        own = {label: p for label, p in self.thresholds.items() if label in labels}
        if task == "frames":
            return replace(self, thresholds=own)
        goal = self.goal if self.goal is not None and bounds(self.goal) else None
        return replace(self, thresholds=own, goal=goal, adapt_priors=False)


@dataclass(frozen=True)
class Decisions:
    """What a task's classifier says of some sentences.

    Parameters
    ----------
    proba
        Shape (n_sentences, n_labels).
    present
        The labels decided for, of the same shape; none of exclusive labels where it abstains.
    abstained
        The labels left open, of the same shape.
    shift
        The shares that the probabilities were moved to, where that was asked for.
    thresholds
        By label, the probability from which it is decided, where labels have thresholds.
    passed
        Where a student was asked first, the sentences that it passed on to the encoder, shape (n_sentences,).
    """

    proba: Proba
    present: Decided
    abstained: Decided
    shift: PriorShift | None = None
    thresholds: Mapping[str, float] = field(default_factory=dict)
    passed: Decided | None = None
