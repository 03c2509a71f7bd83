"""The model registry: a registered model for each codebook, and which version of it is the champion."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from framing.errors import StoreError
from framing.tracking.store import Store

if TYPE_CHECKING:
    from framing.tracking.runs import RunSummary

# Up to 0.2 all models of a store were versions of this one; a codebook that has its champion there keeps it there.
OLD_MODEL = "framing"
CHAMPION = "champion"
MODEL_FOLDER = "model"
# On a run: the registered model that its own is to be a version of; and, while it is so, of what it is the champion.
MODEL_TAG, CHAMPION_TAG = "framing.model", "champion"


@dataclass(frozen=True)
class Champion:
    """The version of a registered model that has the alias ``champion``, and the run that it comes from."""

    model: str
    version: int
    run_id: str

    @property
    def uri(self) -> str:
        """The address by which ``Predictor.load`` and MLflow know it."""
        return f"models:/{self.model}@{CHAMPION}"


@dataclass(frozen=True)
class Promotion:
    """A new champion, and the one that it replaced."""

    champion: Champion
    replaced: Champion | None


def promote(store: Store, run: RunSummary) -> Promotion:
    """Register a finished run's model as a new version of its codebook's model, and make it the champion.

    Whether it deserves it is not asked here: see ``framing.app.promotion``.

    Raises
    ------
    StoreError
        The run is not finished, or keeps no model.
    """
    check_promotable(store, run)
    store.prepare()
    name = model_of(store, run)
    with store.answering():
        before = champions(store).get(name)
        if not _if_there(store.client.get_registered_model, name):
            unless_there(
                store.client.create_registered_model, name, tags=_tags(run, CODEBOOK), description=_purpose(store, name)
            )
        made = store.client.create_model_version(
            name,
            source=store.client.get_run(run.run_id).info.artifact_uri + f"/{MODEL_FOLDER}",
            run_id=run.run_id,
            tags=_tags(run, CODEBOOK, SCORE, DATA),
            description=_description(store, name, run),
        )
        store.client.set_registered_model_alias(name, CHAMPION, made.version)
        if before is not None and before.run_id != run.run_id:
            _if_there(store.client.delete_tag, before.run_id, CHAMPION_TAG)
        store.client.set_tag(run.run_id, CHAMPION_TAG, f"{name} version {made.version}")
    return Promotion(Champion(name, int(made.version), run.run_id), before)


def check_promotable(store: Store, run: RunSummary) -> None:
    """Raise ``StoreError`` where a run is not finished or keeps no model."""
    if run.status != "FINISHED":
        raise StoreError(f"run {run.run_id[:8]} ({run.name}) is {run.status}: only a finished run can be promoted")
    store.require()
    with store.answering():
        if not any(file.path == MODEL_FOLDER for file in store.client.list_artifacts(run.run_id)):
            raise StoreError(
                f"run {run.run_id[:8]} ({run.name}) has no model; promote one of its children or train again"
            )


def champions(store: Store) -> dict[str, Champion]:
    """Return the champions of a store by the names of their registered models."""
    if not store.exists:
        return {}
    store.require()
    found: dict[str, Champion] = {}
    token = None
    with store.answering():
        while True:
            page = store.client.search_registered_models(page_token=token)
            for model in page:
                if CHAMPION in model.aliases:
                    version = store.client.get_model_version(model.name, model.aliases[CHAMPION])
                    found[model.name] = Champion(model.name, int(version.version), str(version.run_id))
            if not (token := page.token):
                return found


def champion_run(store: Store) -> str | None:
    """Return the id of the champion's run, or ``None``.

    Raises
    ------
    StoreError
        There are champions of several codebooks.
    """
    found = champions(store)
    if len(found) > 1:
        raise StoreError(f"store {store.uri}: has champions of several codebooks: {', '.join(sorted(found))}")
    return next((champion.run_id for champion in found.values()), None)


def model_of(store: Store, run: RunSummary) -> str:
    """Return the name of the registered model that a run's model is or would be a version of: its codebook's.

    ``tracking.model`` names another. In a store where the codebook's champion is a version of ``framing``, as all were
    up to 0.2, it goes on so.
    """
    if run.model:
        return run.model
    book = codebook_name(run.codebook)
    old = champions(store).get(OLD_MODEL)
    if not book or (old is not None and _codebook_of(store, old.run_id) in ("", book)):
        return OLD_MODEL
    return model_name(book)


def codebook_name(tag: str) -> str:
    """Return the name in what a run says of its codebook, which ends with the beginning of a digest."""
    return tag.rpartition(" ")[0] or tag


def model_name(text: str) -> str:
    """Return a name that a registered model can have.

    Examples
    --------
    >>> model_name("trade/2024: ports")
    'trade-2024- ports'
    """
    return text.strip().replace("/", "-").replace(":", "-") or OLD_MODEL


# What a version's tags are called in the UI, and which field of a run they have.
CODEBOOK, SCORE, DATA = "codebook", "score", "data"


def _tags(run: RunSummary, *names: str) -> dict[str, str]:
    from framing.scores import Score

    score = "" if run.score is None else f"{run.score:.3f}"
    if run.score is not None and run.low is not None and run.high is not None:
        score = str(Score(run.score, run.low, run.high))
    told = {CODEBOOK: run.codebook, SCORE: score and f"{score} {run.metric}", DATA: f"{run.data} {run.digest[:12]}"}
    return {name: told[name] for name in names if told[name].strip()}


def _purpose(store: Store, name: str) -> str:
    uri = f"models:/{name}@{CHAMPION}"
    return (
        f"Labels sentences by the codebook *{name}*. The version with the alias `{CHAMPION}` is the one in use:\n\n"
        f"    export MLFLOW_TRACKING_URI='{store.shown_uri}'\n"  # short lines: the UI folds none
        f"    framing predict article.txt --model '{uri}'\n"
        f"    mlflow models serve -m '{uri}' --env-manager local\n\n"
        f"In Python: `framing.Predictor.load({uri!r}, store={store.shown_uri!r})`, or "
        f"`mlflow.pyfunc.load_model({uri!r})`. A new version becomes champion with `framing promote RUN`, which "
        "compares it with the old one first."
    )


def _description(store: Store, name: str, run: RunSummary) -> str:
    told = _tags(run, SCORE, DATA)
    return (
        f"{run.name}, run {run.run_id[:8]}"
        + (f": {told[SCORE]}" if SCORE in told else "")
        + (f"; learned from {told[DATA]}" if DATA in told else "")
        + (f" ({run.rows:,} rows)" if run.rows else "")
        + f".\n\nUse: `framing predict article.txt --model models:/{name}@{CHAMPION} --store {store.shown_uri}` "
        f"(the champion), or `--model runs:/{run.run_id}` for this version whatever comes after it."
    )


def _codebook_of(store: Store, run_id: str) -> str:
    """Return the name of a run's codebook; nothing where the run is gone, or from before it was kept."""
    from framing.tracking.runs import CODEBOOK_TAG

    run = _if_there(store.client.get_run, run_id)
    return codebook_name(run.data.tags.get(CODEBOOK_TAG, "")) if run is not None else ""


def _if_there(ask: Callable[..., Any], *wanted: str) -> Any:
    """Ask the registry; ``None`` where it has no such thing."""
    from mlflow.exceptions import MlflowException

    try:
        return ask(*wanted)
    except MlflowException as error:
        if error.error_code in ("RESOURCE_DOES_NOT_EXIST", "INVALID_PARAMETER_VALUE"):
            return None
        raise


def unless_there(create: Callable[..., Any], *arguments: Any, **options: Any) -> Any:
    """Create something; ``None`` where another process just has."""
    from mlflow.exceptions import MlflowException

    try:
        return create(*arguments, **options)
    except MlflowException as error:
        if error.error_code == "RESOURCE_ALREADY_EXISTS":
            return None
        raise
