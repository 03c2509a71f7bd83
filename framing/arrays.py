"""Names for the arrays that rooms hand to each other. All are numpy arrays; the name says what the numbers mean.

``Scores``   what heads give, unbounded, shape (n_feature_sets, n_sentences, n_classes): one array a *problem*
``Proba``    calibrated probabilities, shape (n_sentences, n_labels)
``Codes``    what coders said, shape (n_sentences, n_labels): 1 present, 0 absent, nan not coded
``Decided``  what was decided, of the same shape
``Values``   one number a row, or one a weighting of the rows
``Weights``  how often each row counts, shape (n_weightings, n_rows), the first all ones
``Rows``     row numbers, class numbers or group numbers, shape (n,)
``Fold``     row numbers of the training part and of the test part
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Scores = NDArray[np.float64]
Proba = NDArray[np.float64]
Codes = NDArray[np.float64]
Decided = NDArray[np.bool_]
Values = NDArray[np.float64]
Weights = NDArray[np.float64]
Rows = NDArray[np.intp]
Fold = tuple[Rows, Rows]
