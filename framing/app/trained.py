"""``framing.train``: a training in Python, and what one does with its result."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from framing.app.audited import audit_lines
from framing.app.behaved import ask_suite, behaviour_line, suite_for
from framing.app.description import described, usage
from framing.app.named import GROUPS, part_named
from framing.app.promotion import promote_checked, told_promotion
from framing.app.record import data_used, run_metrics, run_params, run_tags, tables, write_record
from framing.codebook import Codebook
from framing.corpus.dataset import Coded
from framing.files import scratch_folder
from framing.model.persistence import save_model
from framing.predictor import Predictor
from framing.resources import SHIPPED
from framing.tracking import Promotion, Store, find_run, open_run, store_uri
from framing.training import Recipe, StanceOptions, Training, TrainingResult, fit_training, prepare

_WIDTH = 100


@dataclass(repr=False)
class Trained(TrainingResult):
    """What ``framing.train`` gives: the scores, printed as tables, and a model to save, to use, or to record as a run.

    Parameters
    ----------
    training
        What was trained on.
    options
        How, by the names that a run has for it.
    audit
        What gives a label away to a high degree, or is on both sides of a split, a line each (``framing data audit``).
    """

    training: Training | None = None
    options: dict[str, Any] = field(default_factory=dict)
    audit: list[str] = field(default_factory=list)
    _logged: dict[str, str] = field(default_factory=dict)

    def __repr__(self) -> str:
        told = [f"audit: {line}" for line in self.audit] + [tables(self, _WIDTH).rstrip(), behaviour_line(self, _WIDTH)]
        return "\n".join(filter(None, told))

    def save(self, folder: str | Path) -> Path:
        """Save the model in a folder, and return it; errors are those of ``save_model``."""
        return save_model(self.classifier, folder)

    def predictor(self) -> Predictor:
        """Return the model, ready to label text."""
        return Predictor(self.classifier, "a training in this session")

    def log(
        self,
        store: str | None = None,
        *,
        experiment: str = "framing",
        name: str | None = None,
        model: str | None = None,
    ) -> str:
        """Record a run with its scores, its files and its model, as ``framing train`` does, and return its id.

        Parameters
        ----------
        store
            Tracking store; default ``MLFLOW_TRACKING_URI``, else ``./mlflow.db``. A training is one run of a store,
            however often it is recorded there.
        experiment, name
            Where runs stand together, and what this one is called; default by encoder and head.
        model
            The registered model that it is a version of once it is promoted; default the name of its codebook.

        Raises
        ------
        StoreError
            The store cannot be used.
        """
        opened = Store(store_uri(store))
        if opened.uri in self._logged:
            return self._logged[opened.uri]
        assert self.training is not None
        shown = {key: self.options[key] for key in (*GROUPS, "data", "seed")}
        name = name or f"{shown['encoder']}-{shown['head']}" + (
            "" if shown["words"] == "none" else f"+{shown['words']}"
        )
        with open_run(opened, name, experiment, run_params(shown, self.options)) as run:
            for used in data_used(self.training, self.options["data"], {"calibrate": self.options["calibrate"]}):
                run.log_data(**used)
            note = [*described(name, self.training, self, shown["data"], ()), *usage(run.run_id, opened.shown_uri)]
            with scratch_folder("run") as scratch:
                write_record(scratch / "files", self, self.options)
                tags = run_tags(self.training, self, model)
                run.log(run_metrics(self), scratch / "files", "\n".join(note), tags)
        self._logged[opened.uri] = run.run_id
        return run.run_id

    def promote(self, store: str | None = None, *, force: bool = False) -> Promotion:
        """Make the model its codebook's champion, recording the run first where it is not yet; see ``promote_checked``.

        Raises
        ------
        StoreError
            The store cannot be used; or, without ``force``, the champion is better or learned from other data.
        """
        opened = Store(store_uri(store))
        run = find_run(opened, self.log(store))
        made = promote_checked(opened, run, force=force)
        print(told_promotion(opened, run, made))
        return made


def train(
    data: Coded = SHIPPED,
    codebook: str | Path | Codebook = SHIPPED,
    *,
    columns: Mapping[str, Any] | None = None,
    evaluate: Mapping[str, str | None] | None = None,
    calibrate: Coded | None = None,
    coders: str | None = None,
    test_model: str | Path | None = SHIPPED,
    **recipe: Any,
) -> Trained:
    """Train frames and stance on coded sentences.

    Parameters
    ----------
    data
        A file, a folder, several files, sentences, a dataset or a table; ``"shipped"`` is the package's own corpus.
    codebook
        A YAML file or a ``Codebook``; ``"shipped"`` is the package's own.
    columns
        Your own column names, as for ``load_dataset``.
    evaluate
        Other coded files to score the finished model on, by name; never used for a choice.
    calibrate
        Coded rows that are not learned from: they calibrate, set the thresholds and validate, instead of parts of
        the data; rows of the same documents in the data are left out. Drawn at random from what will be read, they
        make probabilities and thresholds hold there.
    coders
        What is learned of several coders' codes: ``"majority"``, ``"soft"`` (each coding, weighted by the share of the
        coders who gave it) or the name of a coder; by default each row is learned from as it is.
    test_model
        A behavioural suite that the model is asked, a YAML file; ``"shipped"``, the package's own, is asked of models
        with the labels of the shipped codebook alone. Pass rates stand in the run and in the model's card.
    **recipe
        How to train, as in ``framing.training.Recipe``: ``tasks``, ``stance``, ``context``, ``thresholds``, ``seed``
        and others. ``encoder``, ``head``, ``words`` and ``split`` are objects, or the names that ``framing train`` has
        for them: ``encoder="minilm_tuned"``, ``head="svm"``, ``words="tfidf"``.

    Returns
    -------
    Trained

    Raises
    ------
    InputError
        The data or the suite cannot be read, no row is coded, or a label has fewer positives than there are folds.
    CodebookError, ConfigError, EncoderError
        The codebook, an option or the encoder's weights cannot be used; there is no choice of such a name.

    Examples
    --------
    >>> from framing import Sentence, train
    >>> rows = [Sentence(t, frames=f, group=str(i)) for i in range(9) for t, f in
    ...         ((f"a vast market {i}", ("gain",)), (f"a quiet day {i}", ()))]
    >>> book = Codebook.from_dict({"name": "tiny", "frames": ["gain"]})
    >>> result = train(rows, book, encoder="tfidf", head="logreg", tasks=["frames"])
    >>> result.predictor().predict(["a vast market"])[0].frames
    ('gain',)
    """
    seed = recipe.get("seed", 0)
    made = {key: part_named(key, value, seed) if _is_choice(key, value) else value for key, value in recipe.items()}
    stance = made.get("stance")
    if isinstance(stance, StanceOptions) and isinstance(stance.head, str):
        made["stance"] = replace(stance, head=part_named("head", stance.head, seed))
    read: dict[str, Any] = {"columns": columns, "evaluate": evaluate, "calibrate": calibrate, "coders": coders}
    training = prepare(data, codebook, **read, recipe=Recipe(**made))
    cases = suite_for(test_model, training)
    audit = audit_lines(training)
    result = fit_training(training)
    ask_suite(result, cases, test_model)
    given = {**recipe, "seed": seed, "coders": coders}
    options = _options(training, given, made, {"data": data, "calibrate": calibrate})
    return Trained(**vars(result), training=training, options=options, audit=audit)


def _is_choice(key: str, value: Any) -> bool:
    return key in GROUPS and isinstance(value, str)


def _options(
    training: Training, given: Mapping[str, Any], made: Mapping[str, Any], read: Mapping[str, Any]
) -> dict[str, Any]:
    """Return the options flat and plain, under the names that a run of ``framing train`` has for them."""
    parts = {"encoder": training.encoder, "split": training.split, "head": made.get("head"), "words": made.get("words")}
    by = getattr(training.split, "by", None)
    choices = {
        "encoder": type(training.encoder).__name__,
        "head": "logreg" if parts["head"] is None else type(parts["head"]).__name__,
        "words": "none" if parts["words"] is None else type(parts["words"]).__name__,
        "split": {"group": "grouped"}.get(str(by), str(by)),
    }
    choices |= {key: value for key, value in given.items() if _is_choice(key, value)}
    flat = {f"{key}.{name}": value for key, part in parts.items() for name, value in _params(part).items()}
    rest = {key: value for key, value in given.items() if key not in GROUPS}
    named = {key: _called_data(value) for key, value in read.items()}
    return {key: _for_yaml(value) for key, value in {**choices, **named, **rest, **flat}.items()}


def _params(part: Any) -> dict[str, Any]:
    if part is None:
        return {}
    kind = type(part)
    values = part.get_params(deep=False) if hasattr(part, "get_params") else vars(part)
    return {"_target_": f"{kind.__module__}.{kind.__qualname__}", **values}


def _called_data(data: Any) -> str | None:
    """Return what data are called in a run: their paths, else what kind of object they are."""
    if data is None or isinstance(data, str | Path):
        return None if data is None else str(data)
    if isinstance(data, list | tuple) and data and all(isinstance(one, str | Path) for one in data):
        return ", ".join(map(str, data))
    return f"a {type(data).__name__}"


def _for_yaml(value: Any) -> Any:
    """Return what YAML can hold of a value."""
    if value is None or isinstance(value, str | bool | int | float):
        return value
    if isinstance(value, list | tuple):
        return [_for_yaml(one) for one in value]
    return repr(value)
