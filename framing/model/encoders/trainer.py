"""The loss that teaches an encoder the codes, and sentence-transformers' trainer set up for it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import torch

    from framing.model.encoders.tuning import TunedEncoder


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


def training_rows(lessons: Sequence[Lesson]) -> dict[str, list[Any]]:
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


def coding_loss(model: Any, lessons: Sequence[Lesson], options: TunedEncoder) -> torch.nn.Module:
    """Return the loss of all lessons on a model's vectors, a module with a linear layer that is trained along."""
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


def make_trainer(
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
            return BatchesByLength(dataset["text"], batch_size, more.get("seed") or 0)

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


class BatchesByLength:
    """Batches of texts of like length, so that little is padding, in an order of their own each epoch."""

    def __init__(self, texts: Sequence[str], batch_size: int, seed: int, pool: int = 16) -> None:
        self.lengths = np.array([len(text) for text in texts])
        self.batch_size, self.seed, self.pool = batch_size, seed, pool
        self.epoch = 0

    def set_epoch(self, epoch: int) -> None:
        """Draw another order; the trainer calls this before each pass."""
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


@contextmanager
def quiet() -> Iterator[None]:
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
