"""A trained model as MLflow asks it: a table comes in, a table goes out.

Imported by the file ``serve.py`` that lies in a model's folder, for ``mlflow.pyfunc.load_model``, ``mlflow models
serve`` and ``mlflow.pyfunc.spark_udf``. In Python, ``Predictor.load`` of the same folder can do more.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas
from mlflow.exceptions import MlflowException
from mlflow.pyfunc import PythonModel

from framing.corpus.tables import sentences_from_table
from framing.errors import FramingError
from framing.model.decisions.rule import Rule
from framing.model.framing import FramingClassifier
from framing.model.persistence import load_model
from framing.records import Prediction

# Columns that are empty where a row has no target.
STANCE_COLUMNS = ("predicted_stance", "stance_proba_")


class ServedModel(PythonModel):
    """The model of a folder, as a function from data frame to data frame."""

    def load_context(self, context: Any) -> None:
        """Read the model from the folder that MLflow names."""
        self.classifier = load_model(context.artifacts["model"])

    def predict(
        self, context: Any, model_input: pandas.DataFrame, params: Mapping[str, Any] | None = None
    ) -> pandas.DataFrame:
        """Label sentences.

        Parameters
        ----------
        context
            MLflow's; not used.
        model_input
            A pandas data frame with a column ``text``, and as far as there are ``target``, ``headline``, ``previous``.
        params
            ``goal``, as of ``Predictor.predict``; ``threshold``, one for every frame.

        Returns
        -------
        pandas.DataFrame
            A row a sentence, in order: ``predicted_frames``, ``proba_FRAME``, ``predicted_stance``,
            ``stance_proba_CLASS``. The stance is empty where a row has no target.

        Raises
        ------
        MlflowException
            Rows or parameters cannot be used; a server answers 400 and says why.
        """
        try:
            found = self.classifier.predict(sentences_from_table(model_input), self._rule(params or {}))
        except FramingError as error:
            raise MlflowException.invalid_parameter_value(str(error)) from None
        columns = [name for name, _ in result_columns(self.classifier)]
        rows = [_result_row(prediction) for prediction in found]
        # Of objects, so that what is missing is null in JSON, which knows no NaN.
        return pandas.DataFrame([[row.get(name) for name in columns] for row in rows], columns=columns, dtype=object)

    def _rule(self, params: Mapping[str, Any]) -> Rule:
        threshold = params.get("threshold")
        frames = self.classifier.codebook.frame_names if "frames" in self.classifier.tasks else ()
        return Rule({} if threshold is None else dict.fromkeys(frames, threshold), params.get("goal") or None)


def result_columns(model: FramingClassifier) -> list[tuple[str, str]]:
    """Return the columns that a model answers with, and their kinds: ``labels``, ``label`` or ``probability``."""
    columns = []
    if "frames" in model.tasks:
        columns += [("predicted_frames", "labels")]
        columns += [(f"proba_{name}", "probability") for name in model.codebook.frame_names]
    if "stance" in model.tasks:
        columns += [("predicted_stance", "label")]
        columns += [(f"stance_proba_{name}", "probability") for name in model.codebook.stance_names]
    return columns


def _result_row(prediction: Prediction) -> dict[str, Any]:
    return {
        "predicted_frames": list(prediction.frames),
        "predicted_stance": prediction.stance,
        **{f"proba_{name}": p for name, p in prediction.proba.items()},
        **{f"stance_proba_{name}": p for name, p in (prediction.stance_proba or {}).items()},
    }
