"""SetFit's standard recipe, for ``few_shot.py``, which runs this file in an environment that has SetFit.

Reads ``{"folder", "texts", "labels", "test", "steps", "rate", "seed"}`` as JSON from the standard input and writes
``{"proba", "cpu_seconds", "steps"}``: it needs setfit and nothing of this project.
"""

from __future__ import annotations

import contextlib
import json
import sys
import tempfile
import time
import warnings
from typing import Any


def setfit(
    folder: str, texts: list[str], labels: list[int], test: list[str], steps: int, rate: float, seed: int
) -> dict[str, Any]:
    """Train on pairs with the cosine loss, fit the logistic head, predict; all else as the library has it."""
    from datasets import Dataset
    from setfit import SetFitModel, Trainer, TrainingArguments

    started = time.process_time()
    with tempfile.TemporaryDirectory() as place:
        arguments = TrainingArguments(
            output_dir=place,
            batch_size=16,
            body_learning_rate=rate,
            max_steps=steps,
            seed=seed,
            report_to="none",
            logging_strategy="no",
            save_strategy="no",
            eval_strategy="no",
            show_progress_bar=False,
        )
        model = SetFitModel.from_pretrained(folder)
        trainer = Trainer(
            model=model, args=arguments, train_dataset=Dataset.from_dict({"text": texts, "label": labels})
        )
        trainer.train()
        done = trainer.st_trainer.state.global_step
        proba = model.predict_proba(test, as_numpy=True).tolist()
    return {"proba": proba, "cpu_seconds": time.process_time() - started, "steps": done}


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    job = json.load(sys.stdin)
    with contextlib.redirect_stdout(sys.stderr):  # the answer alone belongs on the standard output
        answer = setfit(**job)
    json.dump(answer, sys.stdout)
