"""A run becomes the champion where nothing speaks against it: it is compared with the one that it would replace."""

from __future__ import annotations

from framing.app.compare import compare_kept, kept_rows
from framing.errors import FramingError, StoreError
from framing.tracking import (
    Champion,
    Promotion,
    RunSummary,
    Store,
    champions,
    check_promotable,
    find_run,
    model_of,
    promote,
)

_SCORE = "macro_f1"


def promote_checked(store: Store, run: RunSummary, *, force: bool = False) -> Promotion:
    """Make a run's model its codebook's champion.

    Parameters
    ----------
    store, run
        A finished run that keeps its model.
    force
        Also where it is worse than the champion, or cannot be compared with it.

    Raises
    ------
    StoreError
        The run is not finished or has no model; or, without ``force``, it is significantly worse than the champion
        (macro-F1 of a task, paired on the rows that both held out, 95 %), learned from other data, or lacks a task.
    """
    check_promotable(store, run)
    champion = champions(store).get(model_of(store, run))
    if champion is not None and champion.run_id != run.run_id and not force and (why := _against(store, champion, run)):
        raise StoreError(
            f"run {run.run_id[:8]} ({run.name}) is not promoted: {why}; to promote it all the same: framing promote "
            f"{run.run_id[:8]} --force"
        )
    return promote(store, run)


def told_promotion(store: Store, run: RunSummary, made: Promotion) -> str:
    """Say which version is now the champion, and which it replaced."""
    new = made.champion
    told = f"{new.model} version {new.version} ({run.name}, run {run.run_id[:8]}) is now the champion"
    return f"{told}; it replaces {_called_champion(store, made.replaced)}" if made.replaced else told


def _against(store: Store, champion: Champion, run: RunSummary) -> str:
    """Say what speaks against a run as the successor of a champion; nothing where nothing does."""
    called = _called_champion(store, champion)
    on_other_rows = f"framing compare {champion.run_id[:8]} {run.run_id[:8]} --on FILE"
    try:
        old, new = kept_rows(store, champion.run_id), kept_rows(store, run.run_id)
    except StoreError as error:
        return f"it cannot be compared with the champion, {called} ({error})"
    if lost := [task for task in old.held_out if task not in new.held_out]:
        return f"it does not know {' and '.join(lost)}, which the champion does, {called}"
    try:
        found = compare_kept([old, new])
    except FramingError as error:
        # What differs is told in brackets, and how to compare all the same at the end; here it is told with the names.
        why = str(error).partition("cannot be compared: ")[2].rpartition("; score both")[0] or str(error)
        return f"it cannot be compared with the champion, {called}, on held-out rows: {why}; see {on_other_rows}"
    for task, part in found.tasks.items():
        one = part.found[0].get(_SCORE)
        if one is not None and one.told and one.value < 0:
            return (
                f"it is worse than the champion, {called}: {one.value:+.3f} [{one.low:+.3f}, {one.high:+.3f}] in "
                f"macro-F1 of {task} on {part.n:,} rows, p {one.adjusted:.3f}"
            )
    return ""


def _called_champion(store: Store, champion: Champion) -> str:
    try:
        name = f"{find_run(store, champion.run_id).name}, "
    except StoreError:  # its run was deleted
        name = ""
    return f"{champion.model} version {champion.version} ({name}run {champion.run_id[:8]})"
