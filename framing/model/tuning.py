"""Tuning: teach an encoder the codes, so that its vectors part what the codebook parts.

A low-rank adapter (Hu et al. 2022) is trained beside the frozen weights, by the trainer of sentence-transformers,
on all tasks at once. What comes out is a frozen ``SentenceEncoder`` with the adapter, a file of a megabyte or so.
"""

from __future__ import annotations

import hashlib
import inspect
import json
import os
import re
import shutil
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from framing.errors import ConfigError, EncoderError, OutputError
from framing.model.encoders import SentenceEncoder, load_sentence_transformer
from framing.model.weights import cache_folder
from framing.progress import bar

if TYPE_CHECKING:
    import torch

# What a change of this file that changes its results raises, so that no older result is taken for a newer one.
VERSION = 2
# Linear layers of the attention and of the feed-forward part, by the names that BERT-like models give them.
_ATTENTION = (r"query", r"key", r"value", r"attention\.output\.dense", r"q", r"k", r"v", r"attn\.o")
_FEED_FORWARD = (r"intermediate\.dense", r"\d+\.output\.dense")
_SAMPLE = 64
LAYERS = {"attention": _ATTENTION, "all": (*_ATTENTION, *_FEED_FORWARD)}


@dataclass(frozen=True)
class Lesson:
    """The coded rows of one task, as an encoder is tuned on them.

    Parameters
    ----------
    texts
        What the encoder reads, shape (n_rows,).
    Y
        Codes, shape (n_rows, n_labels): 1 present, 0 absent, nan not coded.
    exclusive
        Whether exactly one label holds (softmax) or any number (one sigmoid each).
    groups
        Group numbers; no group is on both sides of the early stopping. Common to all lessons.
    """

    texts: Sequence[str]
    Y: NDArray[np.float64]
    exclusive: bool
    groups: NDArray[np.intp]


class TunedEncoder(SentenceEncoder):
    """An encoder that is tuned on the training sentences before the heads are fitted.

    ``tune`` gives a frozen ``SentenceEncoder``; the classifier's heads are fitted on its vectors.

    Parameters
    ----------
    model, revision, device, batch_size, max_seq_length, cache
        As for ``SentenceEncoder``.
    rank
        Rank of the adapter's matrices; the scale is ``alpha / rank``.
    alpha
        Default twice the rank.
    layers
        Which linear layers get an adapter: ``"attention"`` or ``"all"``.
    dropout
        Of the adapter's input and of the vectors that the training loss sees.
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
    seed
        Of the adapter's start, the order of the rows and dropout.

    Examples
    --------
    >>> TunedEncoder(rank=4).rank
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
        seed: int = 0,
    ) -> None:
        super().__init__(model, revision, device, batch_size, max_seq_length, cache)
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
        wrong += [("layers", " or ".join(LAYERS))] if self.layers not in LAYERS else []
        for name, expected in wrong:
            raise ConfigError(f"encoder.{name}={getattr(self, name)}: expected {expected}")

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
        texts = [text for lesson in lessons for text in lesson.texts]
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
            The weights cannot be found, or the architecture has no layers to adapt.
        OutputError
            The cache folder cannot be written.
        """
        self.check()
        place = cache_folder() / "adapters" / self._identity(lessons)
        goal = place / "adapter"
        if not (goal / "adapter_model.safetensors").is_file():
            try:
                place.mkdir(parents=True, exist_ok=True)
            except OSError as error:
                raise OutputError(
                    f"{place}: an adapter cannot be kept here ({error.strerror}); set FRAMING_CACHE to a folder that "
                    "can be written"
                ) from None
            self._train(lessons, place)
        return SentenceEncoder(**{**self.base.get_params(), "adapter": str(goal)})

    def _identity(self, lessons: Sequence[Lesson]) -> str:
        """Name the result by all that makes it."""
        aside = ("device", "batch_size", "cache", "cross_fit", "beside_frozen")
        made = {name: value for name, value in self.get_params().items() if name not in aside}
        digest = hashlib.sha256(json.dumps([VERSION, self.digest, made], sort_keys=True).encode())
        for lesson in lessons:
            digest.update(json.dumps([list(lesson.texts), lesson.exclusive]).encode("utf-8", "surrogatepass"))
            digest.update(np.nan_to_num(lesson.Y, nan=-1).astype(np.int8).tobytes())
            digest.update(np.unique(lesson.groups, return_inverse=True)[1].astype(np.int64).tobytes())
        return digest.hexdigest()[:32]

    def _train(self, lessons: Sequence[Lesson], place: Path) -> None:
        from datasets import Dataset
        from transformers import set_seed

        set_seed(self.seed)
        model = load_sentence_transformer(self.base)
        self._add_adapter(model)
        loss = _coding_loss(model, lessons, self)
        rows = _rows(lessons)
        groups = np.concatenate([lesson.groups for lesson in lessons])
        names = np.random.default_rng(self.seed).permutation(np.unique(groups))
        held = np.isin(groups, names[: round(self.hold_out * len(names))])
        parts = [
            Dataset.from_dict({key: [values[i] for i in np.flatnonzero(part)] for key, values in rows.items()})
            for part in (~held, held)
        ]
        steps = self.epochs * -(-len(parts[0]) // self.rows_per_step)
        with _quiet(), bar(steps, f"tuning on {len(parts[0]):,} rows, {self.epochs} epochs") as progress:
            trainer = _trainer(self, model, loss, parts, place, steps, progress)
            checkpoints = [path for path in place.glob("checkpoint-*") if (path / "trainer_state.json").is_file()]
            trainer.train(resume_from_checkpoint=str(_newest(checkpoints)) if checkpoints else None)
        model.eval()
        scratch = place / "unfinished"
        shutil.rmtree(scratch, ignore_errors=True)
        with _quiet():
            model[0].auto_model.save_pretrained(scratch)
        _forget_places(scratch / "adapter_config.json", self.model)
        for path in scratch.iterdir():
            if path.name not in ("adapter_config.json", "adapter_model.safetensors"):
                path.unlink()
        if not (place / "adapter").is_dir():  # another process may have done the same
            os.replace(scratch, place / "adapter")
        for checkpoint in place.glob("checkpoint-*"):
            shutil.rmtree(checkpoint, ignore_errors=True)

    def _add_adapter(self, model: Any) -> None:
        from peft import LoraConfig
        from torch.nn import Linear

        pattern = rf".*\.({'|'.join(LAYERS[self.layers])})"
        found = [
            name
            for name, module in model[0].auto_model.named_modules()
            if isinstance(module, Linear) and re.fullmatch(pattern, name)
        ]
        if not found:
            raise EncoderError(
                f"encoder {self.model}: none of its layers is named as in BERT or MPNet, so no adapter can be put in; "
                "use the encoder frozen"
            )
        model.add_adapter(
            LoraConfig(
                r=self.rank,
                lora_alpha=2 * self.rank if self.alpha is None else self.alpha,
                lora_dropout=self.dropout,
                target_modules=found,
                task_type="FEATURE_EXTRACTION",
            )
        )


_BASE_PARAMETERS = [
    name for name in inspect.signature(SentenceEncoder.__init__).parameters if name not in ("self", "adapter")
]


def _rows(lessons: Sequence[Lesson]) -> dict[str, list[Any]]:
    """Return text and label vector of each row; labels of the other lessons are nan."""
    width = sum(lesson.Y.shape[1] for lesson in lessons)
    texts: list[str] = []
    labels: list[list[float]] = []
    start = 0
    for lesson in lessons:
        Y = np.full((len(lesson.texts), width), np.nan)
        Y[:, start : start + lesson.Y.shape[1]] = lesson.Y
        start += lesson.Y.shape[1]
        texts += lesson.texts
        labels += Y.tolist()
    return {"text": texts, "label": labels}


def _coding_loss(model: Any, lessons: Sequence[Lesson], options: TunedEncoder) -> torch.nn.Module:
    import torch
    from torch.nn import functional

    blocks, start = [], 0
    mean = sum(len(lesson.texts) for lesson in lessons) / len(lessons)
    for lesson in lessons:
        weight = mean / len(lesson.texts) if options.balance else 1.0
        blocks.append((start, start + lesson.Y.shape[1], lesson.exclusive, weight))
        start += lesson.Y.shape[1]

    class CodingLoss(torch.nn.Module):
        """Cross-entropy of a linear layer on the vectors, over the labels that were coded."""

        def __init__(self) -> None:
            super().__init__()
            self.model = model
            self.linear = torch.nn.Linear(model.get_embedding_dimension(), start)
            self.drop = torch.nn.Dropout(options.dropout)
            self.scale = model.get_embedding_dimension() ** 0.5

        def forward(self, features: Any, labels: torch.Tensor) -> torch.Tensor:
            vectors = self.model(features[0])["sentence_embedding"].float()
            # Vectors of length 1 have small entries; scaled, they are what linear layers start well from.
            logits = self.linear(self.drop(vectors * self.scale))
            total = logits.sum() * 0
            for first, last, exclusive, weight in blocks:
                z, y = logits[:, first:last], labels[:, first:last].to(logits.dtype)
                if exclusive:
                    coded = ~y.isnan().any(dim=1)
                    if coded.any():
                        total = total + weight * functional.cross_entropy(z[coded], y[coded], reduction="sum")
                else:
                    coded = ~y.isnan()
                    each = functional.binary_cross_entropy_with_logits(z, y.nan_to_num(), reduction="none")
                    total = total + weight * (each * coded).sum()
                    coded = coded.all(dim=1)
                if options.contrastive:
                    total = total + options.contrastive * len(y) * self.contrast(vectors, y, coded)
            return total / len(labels)

        @staticmethod
        def contrast(vectors: torch.Tensor, y: torch.Tensor, coded: torch.Tensor) -> torch.Tensor:
            """Pull rows together by the share of labels they have in common (Khosla et al. 2020, many labels)."""
            v, y = functional.normalize(vectors[coded], dim=1), y[coded]
            if len(v) < 2:
                return vectors.sum() * 0
            union = ((y[:, None] + y[None]) > 0).sum(-1)
            alike = torch.where(union > 0, (y[:, None] * y[None]).sum(-1) / union.clamp(min=1), torch.ones_like(union))
            own = torch.eye(len(v), dtype=torch.bool)
            alike = alike.masked_fill(own, 0)
            log_p = functional.log_softmax((v @ v.T / 0.1).masked_fill(own, -1e9), dim=1)
            weight = alike.sum(dim=1)
            return -((alike * log_p).sum(dim=1) / weight.clamp(min=1e-6))[weight > 0].sum() / len(v)

    return CodingLoss()


def _trainer(
    options: TunedEncoder, model: Any, loss: Any, parts: Sequence[Any], place: Path, steps: int, progress: Any
) -> Any:
    """Return sentence-transformers' trainer, which keeps of the weights what is trained, and counts steps for us."""
    import torch
    from safetensors.torch import load_file, save_file
    from sentence_transformers import SentenceTransformerTrainer, SentenceTransformerTrainingArguments
    from transformers import EarlyStoppingCallback, PrinterCallback, TrainerCallback

    def trained() -> dict[str, Any]:
        return {name: weights for name, weights in loss.named_parameters() if weights.requires_grad}

    class Trainer(SentenceTransformerTrainer):
        def _save(self, output_dir: str | None = None, state_dict: Any = None) -> None:
            Path(output_dir or self.args.output_dir).mkdir(parents=True, exist_ok=True)
            weights = {name: value.detach().contiguous() for name, value in trained().items()}
            save_file(weights, Path(output_dir or self.args.output_dir) / "trained.safetensors")

        def _load_from_checkpoint(self, checkpoint_path: str) -> None:
            found = load_file(Path(checkpoint_path) / "trained.safetensors")
            with torch.no_grad():
                for name, weights in trained().items():
                    weights.copy_(found[name])

        def add_model_card_callback(self, default_args_dict: dict[str, Any]) -> None:
            """Add none: it encodes examples for a card that nobody reads."""

        def get_batch_sampler(self, dataset: Any, batch_size: int, drop_last: bool, **more: Any) -> Any:
            return _ByLength(dataset["text"], batch_size, more.get("seed") or 0)

    class Progress(TrainerCallback):
        def on_step_end(self, args: Any, state: Any, control: Any, **more: Any) -> None:
            progress.update(state.global_step - progress.n)

    stops = len(parts[1]) > 0
    every = max(1, steps // (2 * options.epochs))
    arguments = SentenceTransformerTrainingArguments(
        output_dir=str(place),
        num_train_epochs=options.epochs,
        per_device_train_batch_size=options.rows_per_step,
        per_device_eval_batch_size=options.batch_size,
        learning_rate=options.learning_rate,
        warmup_steps=max(1, steps // 10),
        weight_decay=0.01,
        max_grad_norm=1.0,
        bf16=_has_fast_bfloat16(model.device),
        use_cpu=model.device.type == "cpu",
        seed=options.seed,
        eval_strategy="steps" if stops else "no",
        eval_steps=every,
        save_strategy="steps",
        save_steps=every if stops else max(every, 100),  # a checkpoint costs as much as some steps of few rows
        save_total_limit=2,
        load_best_model_at_end=stops,
        metric_for_best_model="eval_loss" if stops else None,
        greater_is_better=False if stops else None,
        logging_strategy="no",
        report_to="none",
        disable_tqdm=True,
        dataloader_pin_memory=False,
    )
    trainer = Trainer(
        model=model,
        args=arguments,
        train_dataset=parts[0],
        eval_dataset=parts[1] if stops else None,
        loss=loss,
        callbacks=[Progress(), *([EarlyStoppingCallback(options.patience)] if stops else [])],
    )
    trainer.remove_callback(PrinterCallback)
    return trainer


class _ByLength:
    """Batches of texts of like length, so that little is padding, in an order of their own each epoch."""

    def __init__(self, texts: Sequence[str], batch_size: int, seed: int, pool: int = 16) -> None:
        self.lengths = np.array([len(text) for text in texts])
        self.batch_size, self.seed, self.pool = batch_size, seed, pool
        self.epoch = 0

    def set_epoch(self, epoch: int) -> None:
        self.epoch = epoch

    def __len__(self) -> int:
        return -(-len(self.lengths) // self.batch_size)

    def __iter__(self) -> Iterator[list[int]]:
        rng = np.random.default_rng([self.seed, self.epoch])
        order = rng.permutation(len(self.lengths))
        # Few rows in one pool would meet the same neighbours in each epoch.
        width = self.batch_size * min(self.pool, max(1, len(self) // 4))
        pools = [order[i : i + width] for i in range(0, len(order), width)]
        order = np.concatenate([pool[np.argsort(self.lengths[pool], kind="stable")] for pool in pools])
        batches = [order[i : i + self.batch_size].tolist() for i in range(0, len(order), self.batch_size)]
        yield from (batches[i] for i in rng.permutation(len(batches)))


def _has_fast_bfloat16(device: Any) -> bool:
    """Say whether half precision pays: on a CPU only with matrix units for it (elsewhere it is slower)."""
    import torch

    if device.type == "cuda":
        return torch.cuda.is_bf16_supported()
    try:
        return "amx_bf16" in Path("/proc/cpuinfo").read_text(encoding="ascii", errors="ignore")
    except OSError:
        return False


def _newest(checkpoints: Sequence[Path]) -> Path:
    return max(checkpoints, key=lambda path: int(path.name.rpartition("-")[2]))


def _forget_places(file: Path, model: str) -> None:
    """Take this machine's paths out of the adapter's configuration."""
    content: Mapping[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    file.write_text(json.dumps({**content, "base_model_name_or_path": model}, indent=2) + "\n", encoding="utf-8")


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep the trainer's own log and bars from the screen."""
    import warnings

    from datasets.utils.logging import disable_progress_bar, enable_progress_bar
    from transformers.utils import logging

    level, drawn = logging.get_verbosity(), logging.is_progress_bar_enabled()
    logging.set_verbosity_error()
    logging.disable_progress_bar()
    disable_progress_bar()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.set_verbosity(level)
        if drawn:
            logging.enable_progress_bar()
        enable_progress_bar()
