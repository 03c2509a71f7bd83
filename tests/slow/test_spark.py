"""A run's model as a function of Spark (needs pyspark and Java, and is left out without)."""

from __future__ import annotations

import os
import shutil
import sys

import pytest

from framing import Predictor
from framing.tracking import list_runs
from framing.tracking.store import Store, store_uri
from tests.small import sentences


def test_a_model_labels_a_thousand_rows_in_spark_as_the_predictor_does(trained, monkeypatch):
    pytest.importorskip("pyspark", reason="pyspark is not installed")
    if shutil.which("java") is None and "JAVA_HOME" not in os.environ:
        pytest.skip("Java is not installed")
    for name in ("PYSPARK_PYTHON", "PYSPARK_DRIVER_PYTHON"):
        monkeypatch.setenv(name, sys.executable)
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{trained}/mlflow.db")
    from mlflow.pyfunc import spark_udf
    from pyspark.sql import SparkSession

    (run,) = list_runs(Store(store_uri(str(trained / "mlflow.db"))))
    texts = [row.text for row in sentences(16)] * 11
    spark = SparkSession.builder.master("local[2]").config("spark.ui.enabled", "false").getOrCreate()
    try:
        told = "predicted_frames array<string>, proba_gain double, proba_risk double"
        label = spark_udf(spark, f"runs:/{run.run_id}/model", env_manager="local", result_type=told)
        frame = spark.createDataFrame([(text,) for text in texts], ["text"])
        rows = frame.withColumn("said", label("text")).select("text", "said.*").collect()
    finally:
        spark.stop()
    expected = Predictor.load(trained / "model").predict([row.text for row in rows])
    assert len(rows) == 1056
    assert [tuple(row.predicted_frames) for row in rows] == [prediction.frames for prediction in expected]
