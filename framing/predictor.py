"""The predictor: load a trained model once, ask it often."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from framing.codebook import Codebook
from framing.corpus.dataset import read_sentences
from framing.corpus.tables import Table, records_of
from framing.corpus.target_lists import target_list
from framing.errors import ConfigError, InputError
from framing.holders.held import Aliases, holders_of, with_holders
from framing.holders.parts import parted
from framing.model.decisions.rule import Rule
from framing.model.encoders.backends import AUTO, check_backend
from framing.model.explain import Explanation, explain_sentences, with_highlights
from framing.model.framing import FramingClassifier
from framing.model.provenance import provenance_of
from framing.model.similar import similar_cases
from framing.model.student.cascade import Fast, FastFrames, check_fast
from framing.named_model import named_model
from framing.predictions import Predictions
from framing.records import Sentence
from framing.resources import SHIPPED, data_path
from framing.text.segment import segment

# So many labels are named where a predictor is shown.
_NAMED = 6


class Predictor:
    """A trained model, ready to label text. Safe to use from several threads.

    Parameters
    ----------
    classifier
        The fitted classifier.
    origin
        Where it came from, for people.

    Notes
    -----
    With the model that comes with the package, or, after a training with ``promote=true``, with that one::

        predictor = Predictor.load()
        predictor.predict(["The pact opens a vast market."])[0].frames  # ('economic_opportunity',)
        predictor.predict(["The pact angers Kyiv."], targets=["the pact", "Kyiv"])[1].stance  # toward Kyiv
    """

    def __init__(self, classifier: FramingClassifier, origin: str = "memory") -> None:
        self.classifier = classifier
        self.origin = origin

    def __repr__(self) -> str:
        told = [
            f"{name}: {', '.join(task.labels) if len(task.labels) <= _NAMED else f'{len(task.labels)} labels'}"
            for name, task in self.classifier.tasks.items()
        ]
        return f"<Predictor of {self.codebook.name} ({'; '.join(told)}), from {self.origin}>"

    @classmethod
    def load(
        cls, model: str | Path | None = None, store: str | None = None, backend: str = AUTO, fast: Fast = False
    ) -> Predictor:
        """Load a model.

        Parameters
        ----------
        model
            A folder, ``models:/CODEBOOK@champion``, ``models:/CODEBOOK/3`` or ``runs:/ID``. Two models come with the
            package: ``"shipped"`` is the small one, ``"shipped-large"`` the better and slower one; a folder of that
            name is ``"./shipped"``. Default: the champion of the local store, without one the small shipped model;
            which one is told on standard error and kept in ``origin``.
        store
            Tracking store; default ``MLFLOW_TRACKING_URI``, else ``./mlflow.db``. One that is named here must have a
            champion; one that is named here or in the environment must be usable.
        backend
            What computes the vectors: ``"torch"`` (of ``framing-classifier[train]``); ``"openvino"``, the encoder
            converted once, several times as fast; ``"auto"``, OpenVINO where the encoder can be converted (or
            ``$FRAMING_BACKEND``).
        fast
            ``True``, or how much macro-F1 may be lost: the model's student settles the frames it is certain of, the
            encoder reads the rest. ``"only"``: the student alone, without a stance. See ``framing distil``.

        Raises
        ------
        ModelError
            The folder is missing, damaged, too new or unsafe; no model of such a name ships; or the store that was
            named has no champion. Or ``fast`` is asked of a model without a student.
        StoreError
            The store cannot be reached or has no such model.
        EncoderError
            The encoder's weights cannot be found; the error says what brings them.
        ConfigError
            Nothing was named, and the store has champions of several codebooks; or there is no such backend, or no such
            way to be fast.
        MissingExtraError
            The backend, the store or the model's heads take a library that is not installed.

        Warns
        -----
        FramingWarning
            Nothing was named, and ``./mlflow.db`` or its champion's files cannot be used: it is the shipped model.
        """
        check_backend(backend, "backend=")
        check_fast(fast)
        classifier, origin = named_model(model, store)
        return cls(classifier.read_with(backend).with_student(fast), origin)

    @property
    def codebook(self) -> Codebook:
        """The codebook the model was trained with."""
        return self.classifier.codebook

    @property
    def fast(self) -> str | None:
        """How the model's student is asked: ``"cascade"``, ``"only"``, or ``None`` where it is not."""
        frames = self.classifier.tasks.get("frames")
        return frames.way if isinstance(frames, FastFrames) else None

    @property
    def labels(self) -> tuple[str, ...]:
        """Frame names, in the order of ``predict_proba``'s columns."""
        return self.codebook.frame_names if "frames" in self.classifier.tasks else ()

    def predict(
        self,
        sentences: Iterable[str | Sentence] | Table,
        target: str | None = None,
        *,
        targets: Iterable[str] | None = None,
        thresholds: Mapping[str, float] | None = None,
        goal: str | None = None,
        adapt_priors: bool | str = False,
        abstain: float | None = None,
        holders: bool = False,
        aliases: Aliases | None = None,
        split_quotes: bool = False,
        explain: bool = False,
    ) -> Predictions:
        """Label sentences.

        Parameters
        ----------
        sentences
            Texts or ``Sentence`` records, each one sentence; or a table (of pandas, polars or pyarrow, or a
            ``datasets.Dataset``) whose column ``text`` has them. Its other columns are those of a file: fields of
            ``Sentence``, and your own, which are carried through.
        target
            Toward what the stance is taken; replaces the sentences' own targets.
        targets
            Several such targets, noun phrases of at most 200 characters; white space is stripped and collapsed, and
            one that is there twice counts once. Frames are scored, and their shares estimated, once a sentence; the
            stance toward a target is what it is when that target is asked about alone, with any rule.
        thresholds
            Thresholds that replace the model's own, by frame or by side of the stance (any class but ``neutral``).
        goal
            What thresholds are for, instead of the model's goal: ``f1``, ``precision>=P``, ``recall>=P`` or ``count``,
            by what they gave on held-out training sentences; ``micro_f1`` is one threshold for all frames. With a bound
            on precision or recall a side of the stance too is decided only from its own threshold on, ``neutral`` where
            none is; with another goal the likeliest stance is taken.
        adapt_priors
            Estimate the shares of frames in these sentences and move the probabilities to them (Saerens, Latinne and
            Decaestecker 2002): for text with other shares than the training's. ``True`` or ``"batch"`` takes all of
            them together and decides the same frames; give a whole corpus, not a sentence. ``"document"`` takes each
            document (``doc_id``) by itself, cautiously the shorter it is, and decides by the moved probabilities: for
            articles that are full of a frame.
        abstain
            Decide only at this risk: of the sentences that have a label, at most this share is decided not to have
            it, and of those without it at most this share is decided to have it. Labels left open are in
            ``abstained``, ``"stance"`` among them where the stance is.
        holders
            Find whose each sentence is (``holder``, ``holder_proba``, ``holder_span``, ``cue``). Sentences of a
            ``doc_id`` in the order of the document tell whom "he" means and how far a quotation goes; isolated ones
            cannot, so that ``predict_document`` and the command line look by themselves and this does not.
        aliases
            Names of holders of your own, which overrule: a mapping of a name to the list of its variants, or a YAML
            file with one. Only with ``holders`` or ``split_quotes``.
        split_quotes
            Label the quoted and the narrated part of a sentence apart, each with its offsets and, in the column
            ``part``, its kind; finds holders, too. There may then be more predictions than sentences.
        explain
            Say in ``highlights`` which words carried the frames that are found or left open: at most five of each. With
            a linear head this costs no further pass over the text where its vector is not kept yet (else one, in
            half precision too), with another head one for each word (see ``explain``).

        Returns
        -------
        Predictions
            A list with one ``Prediction`` a sentence, in order. With ``targets``, one a sentence and target: those
            of the first sentence in the order of the targets, then those of the second.

        Raises
        ------
        InputError
            A single string was given, or something that is neither sentences nor a table with a column ``text``; or
            a row of a table is not what a sentence can be. ``targets`` came together with ``target``, or is a single
            string or empty; or one of them is no text, blank or too long. The aliases cannot be used.
        ModelError
            A target was given and the model has no stance.
            ``goal``, ``adapt_priors`` or ``abstain`` is asked of a model of format 1.
        ConfigError
            A threshold is for an unknown label or not in [0, 1]; there is no such goal or way to adapt; or the risk is
            not between 0 and 1, or comes with a threshold. Aliases are given, and no holders looked for; or frames are
            to be explained by a model that knows none; or the model is fast, and this or a rule is the encoder's.

        Warns
        -----
        FramingWarning
            The goal cannot be reached, or not held for the stance; there are too few sentences to estimate shares from,
            or many without a document. Holders are looked for without a parser.
        """
        rule = Rule(thresholds or {}, goal, adapt_priors, abstain)
        if target is not None and targets is not None:
            raise InputError("predict takes target or targets, not both; for several: targets=[..., ...]")
        asked = () if targets is None else target_list(targets)
        if aliases is not None and not (holders or split_quotes):
            raise ConfigError("aliases are names of holders: give holders=True too")
        if explain and not self.labels:
            raise ConfigError("explain is of frames, which this model does not know; see Predictor.explain")
        if explain and self.fast:
            raise ConfigError("explain is of the encoder, which would read every sentence: leave explain or fast out")
        records = records_of(sentences)
        held = holders_of(records, aliases) if holders or split_quotes else []
        if split_quotes:
            records, held = parted(records, held)
        if target is not None:
            records = [record.with_target(target) for record in records]
        # First, so that the pass that keeps what each token adds is also the one that scores.
        explained = self.explain(records) if explain else None
        found = self.classifier.judge(records, rule, asked)
        shifts = {task: decisions.shift for task, decisions in found.items() if decisions.shift is not None}
        items = self.classifier.predictions(records, found, asked)
        if explained is not None:
            items = with_highlights(items, explained)
        told = provenance_of(self.classifier, self.origin, rule, found)
        return Predictions(with_holders(items, held) if held else items, self.labels, shifts, asked, told)

    def predict_proba(self, sentences: Iterable[str | Sentence] | Table) -> NDArray[np.float64]:
        """Return calibrated frame probabilities, shape (n_sentences, n_labels), columns as in ``labels``."""
        records = records_of(sentences)
        task = self.classifier.tasks.get("frames")
        return task.predict_proba(records) if task else np.zeros((len(records), 0))

    def explain(
        self, sentences: Iterable[str | Sentence] | Table, task: str = "frames"
    ) -> list[dict[str, Explanation]]:
        """Return for each sentence, by frame, what each word adds to its score: see ``framing.model.explain``.

        ``task="stance"`` explains the classes of the stance, toward the sentences' own targets. It is the encoder's
        score that is explained, of a model that is ``fast`` too.
        """
        return explain_sentences(self.classifier, records_of(sentences), task)

    def similar(
        self,
        sentences: Iterable[str | Sentence] | Table,
        coded: Iterable[Sentence] | str | Path = SHIPPED,
        k: int = 3,
    ) -> list[list[tuple[Sentence, float]]]:
        """Return for each sentence the k nearest ones that are coded for frames, with the cosine of the vectors.

        ``coded`` is sentences, or a file or folder of them; ``"shipped"`` the written corpus that comes with the
        package, which is encoded once (a minute or two). See ``framing.model.similar``.
        """
        cases = read_sentences(data_path(coded)) if isinstance(coded, str | Path) else records_of(coded)
        return similar_cases(self.classifier, records_of(sentences), cases, k)

    def predict_document(
        self,
        text: str,
        target: str | None = None,
        *,
        targets: Iterable[str] | None = None,
        doc_id: str = "",
        holders: bool = True,
        all_lines: bool = False,
        **options: Any,
    ) -> Predictions:
        """Split a document into sentences, label each and find whose it is; parameters and errors as for ``predict``.

        Bylines, datelines, advertisements and links are no sentences, unless ``all_lines`` are asked for.
        Each prediction's sentence keeps its offsets: ``text[s.start:s.end] == s.text``. For the offsets that the
        command line gives for a file, read it unchanged: ``open(path, encoding="utf-8", newline="").read()``.
        """
        if not isinstance(text, str):
            raise InputError(f"predict_document takes one text, got an object of type {type(text).__name__}")
        return self.predict(
            segment(text, doc_id, all_lines=all_lines), target, targets=targets, holders=holders, **options
        )
