"""Tuning: teach an encoder the codes, so that its vectors part what the codebook parts.

A low-rank adapter (Hu et al. 2022) is trained beside the frozen weights, by the trainer of sentence-transformers,
on all tasks at once. What comes out is a frozen ``SentenceEncoder`` with the adapter, a file of a megabyte or so.
"""

from __future__ import annotations

import hashlib
import inspect
import json
import shutil
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from framing.errors import ConfigError, EncoderError, OutputError
from framing.files import new_folder
from framing.model.encoders.adapters import ADAPTER_FILES, LAYERS, add_adapter
from framing.model.encoders.lessons import Lesson, training_rows
from framing.model.encoders.loss import coding_loss
from framing.model.encoders.reading import Reader
from framing.model.encoders.sentence import SentenceEncoder, check_precision, load_sentence_transformer
from framing.model.encoders.trainer import make_trainer, quiet
from framing.model.encoders.weights import cache_folder
from framing.model.estimator import Estimator
from framing.progress import bar

# Raise when a change here, in adapters.py, loss.py or trainer.py changes results: adapters that were cached under a
# lower number are not reused.
VERSION = 4
_SAMPLE = 64  # texts that are encoded to estimate the time


class EncoderTuner(Estimator):
    """How an encoder is tuned on the training sentences before the heads are fitted.

    It is no encoder itself: ``tune`` gives one, a frozen ``SentenceEncoder``, on whose vectors the heads are fitted.

    Parameters
    ----------
    model, revision, device, batch_size, max_seq_length, cache, precision
        As for ``SentenceEncoder``.
    rank
        Rank of the adapter's matrices; the scale is ``alpha / rank``.
    alpha
        Default twice the rank.
    layers
        Which linear layers of the transformer's blocks get an adapter: ``"attention"``, where their names tell them,
        or ``"all"``.
    dropout
        Of the vectors that the training loss sees. Inside the encoder nothing is dropped: there, drawing the masks
        takes half of the time on a CPU.
    epochs
        Passes over the rows, at most.
    learning_rate
        The highest; it rises over the first tenth of the steps and falls to 0.
    rows_per_step
        Rows a step.
    balance
        ``True``: each task weighs the same in the loss, however many rows it has; ``False``: each row.
    contrastive
        Weight of the contrastive loss beside the classification loss; 0 leaves it out. Rows are alike by the share
        of labels they have in common, of exclusive labels where they have the same.
    hold_out
        Share of the groups of the training part by which to stop early; 0 trains all epochs on all rows.
    patience
        Looks at the held-out loss, two an epoch, without a gain before the training stops.
    cross_fit
        ``False``: tune once, on four fifths of the groups, and calibrate on the fifth. ``True``: once a fold and
        once on all rows, so that every row calibrates; as many times longer as there are folds.
    beside_frozen
        ``True``: a second head reads the vectors from before tuning, and the scores of both are fused.
    tasks
        Which tasks it learns; ``None``: all that are trained. Heads of the others read its vectors.
    teacher
        A folder with a trained model of the same frames, or ``"shipped-large"``: the encoder also learns what it says
        of ``unlabelled`` (knowledge distillation), sentence for sentence, as if these were codes.
    unlabelled
        A file or folder of sentences for the teacher, in the formats of the data.
    seed
        Of the adapter's start, the order of the rows and dropout.

    Examples
    --------
    >>> EncoderTuner(rank=4).rank
    4
    """

    def __init__(
        self,
        model: str = "sentence-transformers/all-MiniLM-L6-v2",
        revision: str | None = None,
        device: str | None = None,
        batch_size: int = 32,
        max_seq_length: int | None = None,
        cache: bool = True,
        precision: str = "float32",
        rank: int = 16,
        alpha: int | None = None,
        layers: str = "all",
        dropout: float = 0.1,
        epochs: int = 3,
        learning_rate: float = 1e-3,
        rows_per_step: int = 16,
        balance: bool = True,
        contrastive: float = 0.0,
        hold_out: float = 0.1,
        patience: int = 3,
        cross_fit: bool = False,
        beside_frozen: bool = False,
        tasks: Sequence[str] | None = None,
        teacher: str | None = None,
        unlabelled: str | None = None,
        seed: int = 0,
    ) -> None:
        self.model = model
        self.revision = revision
        self.device = device
        self.batch_size = batch_size
        self.max_seq_length = max_seq_length
        self.cache = cache
        self.precision = precision
        self.rank = rank
        self.alpha = alpha
        self.layers = layers
        self.dropout = dropout
        self.epochs = epochs
        self.learning_rate = learning_rate
        self.rows_per_step = rows_per_step
        self.balance = balance
        self.contrastive = contrastive
        self.hold_out = hold_out
        self.patience = patience
        self.cross_fit = cross_fit
        self.beside_frozen = beside_frozen
        self.tasks = tasks
        self.teacher = teacher
        self.unlabelled = unlabelled
        self.seed = seed

    def check(self) -> None:
        """Make sure that the options make sense, before the work.

        Raises
        ------
        ConfigError
            One is out of bounds.
        """
        positive = ("rank", "epochs", "rows_per_step", "patience", "learning_rate")
        wrong = [(name, "a number above 0") for name in positive if not getattr(self, name) > 0]
        wrong += [(name, "a share in [0, 1)") for name in ("dropout", "hold_out") if not 0 <= getattr(self, name) < 1]
        wrong += [("contrastive", "0 or more")] if self.contrastive < 0 else []
        if (self.teacher is None) != (self.unlabelled is None):
            wrong.append(("teacher", "a model folder together with encoder.unlabelled=FILE, or neither"))
        wrong += [("layers", " or ".join(LAYERS))] if self.layers not in LAYERS else []
        check_precision(self.precision)
        for name, expected in wrong:
            raise ConfigError(f"encoder.{name}={getattr(self, name)}: expected {expected}")

    def learns(self, task: str) -> bool:
        """Say whether the encoder is tuned on a task.

        Examples
        --------
        >>> EncoderTuner(tasks=["frames"]).learns("stance")
        False
        """
        return self.tasks is None or task in self.tasks

    @property
    def base(self) -> SentenceEncoder:
        """The encoder before tuning, frozen."""
        return SentenceEncoder(**{name: getattr(self, name) for name in _BASE_PARAMETERS})

    def estimate(self, lessons: Sequence[Lesson]) -> float:
        """Return about how many seconds tuning will take here, from the time that a few texts take to encode.

        0 where it has been done before.
        """
        if (cache_folder() / "adapters" / self._identity(lessons) / "adapter").is_dir():
            return 0.0
        texts = list(dict.fromkeys(r if isinstance(r, str) else r[0] for lesson in lessons for r in lesson.texts))
        sample = texts[:: max(1, len(texts) // _SAMPLE)][:_SAMPLE]
        model = load_sentence_transformer(self.base)
        model.encode(sample[:1], show_progress_bar=False)  # the first call prepares
        start = time.perf_counter()
        model.encode(sample, batch_size=self.rows_per_step, show_progress_bar=False)
        # Forward and backward of a step take about three times the forward pass alone.
        return 3 * (time.perf_counter() - start) / len(sample) * len(texts) * self.epochs

    def tune(self, lessons: Sequence[Lesson]) -> SentenceEncoder:
        """Train an adapter on coded rows.

        The work is kept in the cache folder: killed and started again with the same rows and options, it goes on
        from its last checkpoint; finished, it is not done twice.

        Parameters
        ----------
        lessons
            The rows of each task, all of them training rows.

        Returns
        -------
        SentenceEncoder
            Frozen, with the adapter.

        Raises
        ------
        EncoderError
            The weights cannot be found, the architecture has no such layers, or the training went astray.
        OutputError
            The cache folder cannot be written.
        """
        self.check()
        place = cache_folder() / "adapters" / self._identity(lessons)
        destination = place / "adapter"
        if not (destination / "adapter_model.safetensors").is_file():
            try:
                place.mkdir(parents=True, exist_ok=True)
            except OSError as error:
                raise OutputError(
                    f"{place}: an adapter cannot be kept here ({error.strerror}); set FRAMING_CACHE to a folder that "
                    "can be written"
                ) from None
            self._train_adapter(lessons, place)
        return SentenceEncoder(**{**self.base.get_params(), "adapter": str(destination)})

    def _identity(self, lessons: Sequence[Lesson]) -> str:
        """Name the result by all that makes it."""
        aside = (
            "device",
            "batch_size",
            "cache",
            "precision",
            "cross_fit",
            "beside_frozen",
            "tasks",
            "teacher",
            "unlabelled",
        )
        made = {name: value for name, value in self.get_params().items() if name not in aside}
        digest = hashlib.sha256(json.dumps([VERSION, self.base.digest, made], sort_keys=True).encode())
        for lesson in lessons:
            digest.update(json.dumps([list(lesson.texts), lesson.exclusive]).encode("utf-8", "surrogatepass"))
            digest.update(np.nan_to_num(lesson.Y, nan=-1).astype(np.float32).tobytes())
            digest.update(b"" if lesson.weights is None else lesson.weights.astype(np.float32).tobytes())
            digest.update(np.unique(lesson.groups, return_inverse=True)[1].astype(np.int64).tobytes())
        return digest.hexdigest()[:32]

    def _train_adapter(self, lessons: Sequence[Lesson], place: Path) -> None:
        from datasets import Dataset
        from transformers import set_seed

        set_seed(self.seed)
        model = load_sentence_transformer(self.base)
        add_adapter(model, self)
        _speed_up(model)
        reader = Reader.of(model)
        loss = coding_loss(model, lessons, self, reader)
        rows = training_rows(lessons, shared=reader is not None)
        groups = np.array(rows.pop("group"))
        names = np.random.default_rng(self.seed).permutation(np.unique(groups))
        held = np.isin(groups, names[: round(self.hold_out * len(names))])
        parts = [
            Dataset.from_dict({key: [values[i] for i in np.flatnonzero(part)] for key, values in rows.items()})
            for part in (~held, held)
        ]
        steps = self.epochs * -(-len(parts[0]) // self.rows_per_step)
        with quiet(), bar(steps, f"tuning on {len(parts[0]):,} rows, {self.epochs} epochs") as progress:
            trainer = make_trainer(
                self, model, reader, loss=loss, parts=parts, place=place, steps=steps, progress=progress
            )
            checkpoints = [path for path in place.glob("checkpoint-*") if (path / "trainer_state.json").is_file()]
            trainer.train(resume_from_checkpoint=str(_newest(checkpoints)) if checkpoints else None)
        if not all(bool(weights.isfinite().all()) for weights in loss.parameters() if weights.requires_grad):
            raise EncoderError(
                f"encoder {self.model}: its weights are no numbers any more after {trainer.state.global_step} steps; "
                f"take a lower encoder.learning_rate than {self.learning_rate}"
            )
        model.eval()
        with new_folder(place / "adapter") as saved:
            with quiet():
                model[0].auto_model.save_pretrained(saved)
            _strip_local_paths(saved / "adapter_config.json", self.model)
            for path in saved.iterdir():
                if path.name not in ADAPTER_FILES:
                    path.unlink()
        for checkpoint in place.glob("checkpoint-*"):
            shutil.rmtree(checkpoint, ignore_errors=True)


_BASE_PARAMETERS = [
    name
    for name in inspect.signature(SentenceEncoder.__init__).parameters
    if name not in ("self", "adapter", "backend")
]


def _speed_up(model: Any) -> None:
    """Leave out of the training what costs much time and teaches little."""
    from torch.nn import Dropout

    for module in model.modules():
        if isinstance(module, Dropout):
            module.p = 0.0
    if model.device.type == "cpu":
        # On a CPU the fused kernel's backward pass takes about half of a step, the plain one's little.
        model[0].auto_model.set_attn_implementation("eager")


def _newest(checkpoints: Sequence[Path]) -> Path:
    return max(checkpoints, key=lambda path: int(path.name.rpartition("-")[2]))


def _strip_local_paths(file: Path, model: str) -> None:
    """Take this machine's paths out of the adapter's configuration."""
    content: Mapping[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    file.write_text(json.dumps({**content, "base_model_name_or_path": model}, indent=2) + "\n", encoding="utf-8")
