"""Which model is meant: a folder, one that ships, one of a store by its name, or the champion where none is named."""

from __future__ import annotations

import os
import sys
import warnings
from difflib import get_close_matches
from pathlib import Path

from framing.errors import ConfigError, EncoderError, FramingWarning, MissingExtraError, ModelError, StoreError, unknown
from framing.model.framing import FramingClassifier
from framing.model.persistence import load_model
from framing.resources import SHIPPED, SHIPPED_MODELS, model_path

Found = tuple[FramingClassifier, str]  # a model, and where it came from, for people


def named_model(model: str | Path | None, store: str | None) -> Found:
    """Load the model that is meant; parameters, errors and warnings as of ``Predictor.load``."""
    if isinstance(model, str) and model in SHIPPED_MODELS:
        return _shipped(model)
    if model is not None and not str(model).startswith(("models:/", "runs:/")):
        if get_close_matches(str(model), SHIPPED_MODELS) and not Path(model).exists():
            raise ModelError(f"{unknown('shipped model', model, SHIPPED_MODELS)}; there is no such folder either")
        return load_model(model), f"folder {model}"
    from framing.tracking import Store, fetched_model, store_uri

    if model is not None:
        with fetched_model(Store(store_uri(store)), str(model)) as folder:
            return load_model(folder), f"{model} of {store_uri(store)}"
    try:
        champion = _champion(store)
    except (StoreError, ModelError, MissingExtraError) as error:
        # A database that only lies here was not asked for. One that was, in the environment too, is somebody's
        # choice of a model: other labels than that model's, because its server is down today, would be worse.
        if store is not None or os.environ.get("MLFLOW_TRACKING_URI"):
            raise
        warnings.warn(f"using the model shipped with framing: {error}", FramingWarning, stacklevel=3)
        return _shipped(SHIPPED)
    return champion or _shipped(SHIPPED)


def _shipped(name: str) -> Found:
    try:
        return load_model(model_path(name)), SHIPPED_MODELS[name].origin
    except EncoderError as error:
        raise EncoderError(f"model {name}: {error}") from None


def _champion(store: str | None) -> Found | None:
    """Return the champion of a store and say so; ``None`` where there is none and the store was not named."""
    from framing.tracking import Store, champions, fetched_model, store_uri

    opened = Store(store_uri(store))
    found = champions(opened)
    if len(found) > 1:  # whichever was promoted last may be of another project
        names = ", ".join(sorted(champion.uri for champion in found.values()))
        raise ConfigError(f"the store {opened.uri} has champions of several codebooks; name one as the model: {names}")
    if not found:
        if store is not None:  # asked for, so no other model will do
            raise ModelError(
                f"no model: the store {opened.uri} has no champion. Train one with `framing train "
                "promote=true`, promote a run with `framing promote RUN`, or name a model folder"
            )
        way = "; use a run of it: --model runs:/ID, or framing promote RUN" if opened.exists else ""
        print(f"model: the one shipped with framing ({opened.uri} has no champion{way})", file=sys.stderr)
        return None
    (champion,) = found.values()
    origin = f"{champion.uri} of {opened.uri}"
    with fetched_model(opened, champion.uri) as folder:
        classifier = load_model(folder)
    print(f"model: {origin}", file=sys.stderr)
    return classifier, origin
