"""What scikit-learn asks of an estimator, without its import: that takes a second, and predicting needs nothing of it.

Parameters are those of the constructor, which stores them; ``sklearn.base.clone`` copies such objects as it does its
own, and a pipeline takes them.
"""

from __future__ import annotations

import inspect
from typing import Any, Self


class Estimator:
    """An object whose parameters are its constructor's arguments.

    Examples
    --------
    >>> class Lengths(Estimator):
    ...     def __init__(self, most: int = 9) -> None:
    ...         self.most = most
    >>> Lengths().set_params(most=3), Lengths()
    (Lengths(most=3), Lengths())
    """

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        """Return the parameters; ``deep`` adds those of parameters that have some, as ``NAME__PARAMETER``."""
        params = {name: getattr(self, name) for name in sorted(self._defaults())}
        if deep:
            for name, value in list(params.items()):
                if hasattr(value, "get_params") and not isinstance(value, type):
                    params.update({f"{name}__{key}": part for key, part in value.get_params().items()})
        return params

    def set_params(self, **params: Any) -> Self:
        """Set parameters, those of a parameter as ``NAME__PARAMETER``.

        Raises
        ------
        ValueError
            There is no such parameter.
        """
        for key, value in params.items():
            name, _, part = key.partition("__")
            if name not in self._defaults():
                raise ValueError(f"invalid parameter {name!r} of {self}; valid are {sorted(self._defaults())}")
            if part:
                getattr(self, name).set_params(**{part: value})
            else:
                setattr(self, name, value)
        return self

    @classmethod
    def _defaults(cls) -> dict[str, Any]:
        parameters = list(inspect.signature(cls.__init__).parameters.values())[1:]
        return {p.name: p.default for p in parameters if p.kind is not p.VAR_KEYWORD}

    def __repr__(self) -> str:
        changed = [
            f"{name}={value!r}"
            for name, value in self.get_params(deep=False).items()
            if repr(value) != repr(self._defaults()[name])
        ]
        return f"{type(self).__name__}({', '.join(changed)})"

    def __sklearn_tags__(self) -> Any:
        from sklearn.base import BaseEstimator, TransformerMixin

        kind = type("Tagged", (TransformerMixin, BaseEstimator) if hasattr(self, "transform") else (BaseEstimator,), {})
        return kind().__sklearn_tags__()


class Transformer(Estimator):
    """An estimator from texts or sentences to an array."""

    def fit_transform(self, X: Any, y: Any = None) -> Any:
        """Fit to the data, and return it transformed."""
        return self.fit(X, y).transform(X)  # type: ignore[attr-defined]


def clone(estimator: Any) -> Any:
    """Return an unfitted copy with the same parameters, as ``sklearn.base.clone`` does."""
    from sklearn.base import clone as copied

    return copied(estimator)
