"""A model's folder becomes one that MLflow can load and serve, beside what ``Predictor.load`` reads there."""

from __future__ import annotations

import shutil
import warnings
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from framing.files import scratch_folder
from framing.tracking.store import quiet_mlflow

if TYPE_CHECKING:
    from framing.model.framing import FramingClassifier

# Runs when MLflow loads the model. It names a class of the package, so that old models get what later versions mend.
_CODE = '''"""How MLflow asks this model; `Predictor.load` of this folder can do more."""

from mlflow.models import set_model

from framing.tracking.served import ServedModel

set_model(ServedModel())
'''
_REQUIRED = ("framing-classifier", "mlflow", "numpy", "pandas", "scikit-learn", "skops")
_REQUIRED_TO_ENCODE = ("sentence-transformers", "torch")
_EXAMPLE = {"text": "The deal would open new markets.", "target": "the deal"}


def make_servable(folder: Path, model: FramingClassifier) -> None:
    """Add to a saved model's folder what MLflow needs: ``MLmodel``, ``serve.py``, requirements, an example.

    Parameters
    ----------
    folder
        As ``save_model`` wrote it.
    model
        The model that was saved there.
    """
    quiet_mlflow()
    with scratch_folder("mlflow") as scratch, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # MLflow's own modules warn of their type hints, and pandas of MLflow
        from mlflow.models import Model
        from mlflow.pyfunc import save_model

        code = scratch / "serve.py"
        code.write_text(_CODE, encoding="utf-8")
        written = scratch / "model"
        save_model(
            str(written),
            python_model=str(code),
            pip_requirements=_requirements(model),
            signature=_signature(model),
            input_example=_input_example(model),
        )
        described = Model.load(str(written))
        # MLflow would copy the files of the model into a folder below its own; this one is both.
        described.flavors["python_function"]["artifacts"] = {"model": {"path": ".", "uri": "."}}
        described.flavors["python_function"]["model_code_path"] = code.name  # not where it lay for a second
        described.save(str(written / "MLmodel"))
        for file in written.iterdir():
            if file.is_file() and not (folder / file.name).exists():
                shutil.copyfile(file, folder / file.name)


def _signature(model: FramingClassifier) -> Any:
    from mlflow.models import ModelSignature
    from mlflow.types import ColSpec, ParamSchema, ParamSpec, Schema
    from mlflow.types.schema import Array, DataType

    from framing.tracking.served import STANCE_COLUMNS, result_columns

    kinds = {"labels": Array(DataType.string), "label": DataType.string, "probability": DataType.double}
    return ModelSignature(
        Schema(
            [
                ColSpec("string", "text"),
                *(ColSpec("string", name, required=False) for name in ("target", "headline", "previous")),
            ]
        ),
        Schema(
            [
                ColSpec(kinds[kind], name, required=not name.startswith(STANCE_COLUMNS))
                for name, kind in result_columns(model)
            ]
        ),
        ParamSchema([ParamSpec("goal", "string", None), ParamSpec("threshold", "double", None)]),
    )


def _input_example(model: FramingClassifier) -> Any:
    import pandas

    return pandas.DataFrame([{k: v for k, v in _EXAMPLE.items() if k != "target" or "stance" in model.tasks}])


def _requirements(model: FramingClassifier) -> list[str]:
    """Return the versions that the model was made with; found out by MLflow they would take half a minute."""
    names = (*_REQUIRED, *(_REQUIRED_TO_ENCODE if _has_encoder(model) else ()))
    return [f"{name}=={version(name).partition('+')[0]}" for name in names]  # no builds such as 2.13.0+cpu


def _has_encoder(model: FramingClassifier) -> bool:
    from framing.model.encoders.kinds import has_weights

    return any(has_weights(f.encoder_) for task in model.tasks.values() for f in task.features_.values())
