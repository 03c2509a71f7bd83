"""sentence-transformers' trainer, set up to tune an adapter."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from framing.model.encoders.reading import Reader
from framing.model.encoders.weights import has_fast_bfloat16

if TYPE_CHECKING:
    from framing.model.encoders.tuning import EncoderTuner


def make_trainer(
    options: EncoderTuner,
    model: Any,
    reader: Reader | None,
    *,
    loss: Any,
    parts: Sequence[Any],
    place: Path,
    steps: int,
    progress: Any,
) -> Any:
    """Return sentence-transformers' trainer, which keeps of the weights what is trained, and counts steps for us."""
    from transformers import EarlyStoppingCallback, PrinterCallback, TrainerCallback

    class Progress(TrainerCallback):
        def on_step_end(self, args: Any, state: Any, control: Any, **more: Any) -> None:
            progress.update(state.global_step - progress.n)

    stops = len(parts[1]) > 0
    trainer = _trainer_class(loss)(
        model=model,
        args=_arguments(options, model, place=place, steps=steps, stops=stops),
        train_dataset=parts[0],
        eval_dataset=parts[1] if stops else None,
        loss=loss,
        data_collator=Collator(model, reader),
        callbacks=[Progress(), *([EarlyStoppingCallback(options.patience)] if stops else [])],
    )
    trainer.remove_callback(PrinterCallback)
    return trainer


def _trainer_class(loss: Any) -> Any:
    """Return the trainer that saves and loads only what of a loss is trained, and batches texts by their length."""
    import torch
    from safetensors.torch import load_file, save_file
    from sentence_transformers import SentenceTransformerTrainer

    def trained() -> dict[str, Any]:
        return {name: weights for name, weights in loss.named_parameters() if weights.requires_grad}

    # Three private or half-private hooks of the trainers of transformers and sentence-transformers (5.2 to 6.2): where
    # checkpoints are written and read, and where batches are drawn. A change there shows in tests/test_tuning.py.
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
            lengths = [
                len(text) + sum(map(len, targets))
                for text, targets in zip(dataset["text"], dataset["targets"], strict=True)
            ]
            return BatchesByLength(lengths, batch_size, more.get("seed") or 0)

    return Trainer


def _arguments(options: EncoderTuner, model: Any, *, place: Path, steps: int, stops: bool) -> Any:
    """Return the trainer's settings; where it may stop early, it looks at the held-out loss twice an epoch."""
    from sentence_transformers import SentenceTransformerTrainingArguments

    every = max(1, steps // (2 * options.epochs))
    return SentenceTransformerTrainingArguments(
        output_dir=str(place),
        num_train_epochs=options.epochs,
        per_device_train_batch_size=options.rows_per_step,
        per_device_eval_batch_size=options.batch_size,
        learning_rate=options.learning_rate,
        warmup_steps=max(1, steps // 10),
        weight_decay=0.01,
        max_grad_norm=1.0,
        bf16=has_fast_bfloat16(model.device),
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


class Collator:
    """Puts rows together into what the loss takes: a text's features, and the label vectors of all that is in it."""

    valid_label_columns = ("label",)

    def __init__(self, model: Any, reader: Reader | None) -> None:
        self.model, self.reader = model, reader

    def __call__(self, rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
        """Return a batch: vectors come of the texts first, then of their targets, and so do the labels."""
        import torch

        if self.reader is None:
            features = self.model.preprocess([row["text"] for row in rows])
        else:
            features = self.reader.features([(row["text"], row["targets"]) for row in rows])
        labels = [row["label"][0] for row in rows] + [label for row in rows for label in row["label"][1:]]
        return {f"text_{name}": value for name, value in features.items()} | {"label": torch.tensor(labels)}


class BatchesByLength:
    """Batches of rows of like length, so that little is padding, in an order of their own each epoch."""

    def __init__(self, lengths: Sequence[int], batch_size: int, seed: int, pool: int = 16) -> None:
        self.lengths = np.array(lengths)
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


@contextmanager
def quiet() -> Iterator[None]:
    """Keep the logs, bars and warnings of transformers and datasets from the screen."""
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
