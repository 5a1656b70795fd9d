# Everything the course does from the command line. The two that matter: `make demo`, `make test`.
# Each target sets up .venv first if it is not there yet; nothing is installed twice.

PYTHON ?= python3
UV     := 0.13.8
RUN    := .venv/bin/
READY  := .venv/.ready
export TF_CPP_MIN_LOG_LEVEL := 3
export PYTHONWARNINGS := ignore::DeprecationWarning

.PHONY: demo test core-tests notebook-tests lab notebooks lint data models sketches operators bench lock clean

demo: $(READY)              ## keyword spotting from recordings to an Arduino sketch
	$(RUN)tinyml demo keywords

test: core-tests notebook-tests  ## every test, and every lesson

core-tests: $(READY)
	$(RUN)python -m pytest -n 2 --dist worksteal --durations 10 tests

notebook-tests: $(READY)
	$(RUN)python -m pytest --nbval-lax --nbval-cell-timeout 300 --nbval-current-env -n 2 --dist loadfile --ignore notebooks/exercises notebooks

lab: $(READY)               ## open the lessons
	$(RUN)jupyter lab notebooks

notebooks: $(READY)         ## build the lessons from notebooks/src and run them
	$(RUN)python notebooks/src/build.py

lint: $(READY)              ## style, formatting and types
	$(RUN)ruff check .
	$(RUN)ruff format --check .
	$(RUN)mypy

data: $(READY)              ## make data/keywords again (needs .ci/extras; see data/keywords/README.md)
	$(RUN)python data/make_keywords.py

models: $(READY)            ## train the reference models of data/models again
	$(RUN)python data/make_models.py $(if $(wildcard ../shared/real/keywords),--people ../shared/real/keywords)

sketches: $(READY)          ## write the folders of arduino/ again
	$(RUN)python arduino/make_sketches.py

operators: $(READY)         ## write docs/operators.md from the compiler's rules again
	$(RUN)python docs/make_operators.py

bench: $(READY)             ## print the README's numbers
	for mode in balanced speed memory size; do $(RUN)python benchmarks/compiler.py --optimize $$mode || exit 1; done
	$(RUN)python benchmarks/cores.py
	$(RUN)python benchmarks/features.py

lock: $(READY)              ## resolve pyproject.toml into requirements.lock again
	$(RUN)uv pip compile -q --universal --fork-strategy fewest --python-version 3.11 pyproject.toml --extra dev \
	    --generate-hashes --no-header --no-annotate --no-emit-index-url -o requirements.lock

clean:                      ## remove what was built or trained here (never .venv, data or your runs elsewhere)
	rm -rf build runs dist .pytest_cache .mypy_cache .ruff_cache .hypothesis *.egg-info
	find . -name __pycache__ -not -path './.venv/*' -prune -exec rm -rf {} +

# uv installs the lock file in seconds; where it cannot reach the registry, pip does the same.
$(READY): requirements.lock pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 14) and "Python 3.11, 3.12 or 3.13 is needed: make PYTHON=python3.11")'
	test -x .venv/bin/python || $(PYTHON) -m venv .venv
	$(RUN)python -m pip install -q --disable-pip-version-check "uv==$(UV)"
	$(RUN)uv pip install -q --python .venv/bin/python --require-hashes -r requirements.lock \
	    || $(RUN)python -m pip install -q --disable-pip-version-check --require-hashes -r requirements.lock
	$(RUN)python -m pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e .
	touch $@
