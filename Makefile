# make run   build, train, load demonstration records, start, and print the address
# make test  everything a change must pass; make test-long adds minutes of killing and restarting
# make chat  the same conversation in the terminal (while `make run` is going on)
# make bench a turn beside stock Rasa's; trains that on its first run, which takes long

.PHONY: bench screenshots run chat test test-long lint types components everything unit knowledge nlu-data conversations check-knowledge eval train lock clean environments

PYTHON ?= python3
UV := .tools/bin/uv
UV_VERSION := 0.13.9
TEXTS := $(wildcard ../shared/policies)

run: .venv/.runtime engine/.venv/.ready
	@.venv/bin/bot up

chat: .venv/.runtime
	@.venv/bin/bot chat

train: .venv/.runtime engine/.venv/.ready
	@.venv/bin/bot train

# ---- tests -----------------------------------------------------------------------------------------------

ON_TWO_CORES = --numprocesses 2

test: lint types knowledge nlu-data components everything

lint: .venv/.dev
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .

types: .venv/.dev
	.venv/bin/mypy

components: engine/.venv/.ready
	PYTHONPATH=. engine/.venv/bin/python -m unittest discover -s engine/tests -t .

everything: .venv/.dev engine/.venv/.ready
	.venv/bin/pytest $(ON_TWO_CORES) -m "not long"

unit: .venv/.dev
	.venv/bin/pytest $(ON_TWO_CORES) -m "not engine and not long"

knowledge check-knowledge: .venv/.dev
	.venv/bin/bot check-knowledge $(if $(TEXTS),--texts $(TEXTS))

nlu-data: .venv/.dev engine/.venv/.ready
	.venv/bin/bot rasa data validate --fail-on-warnings

test-long: .venv/.dev
	.venv/bin/pytest -m long

conversations: .venv/.dev engine/.venv/.ready
	.venv/bin/pytest -m engine

eval: .venv/.dev engine/.venv/.ready
	.venv/bin/python -m evaluation $(ARGS)

bench: .venv/.dev engine/.venv/.ready
	.venv/bin/python -m bench.turns --write docs/bench-turns.md

screenshots: .venv/.dev
	.venv/bin/python -m scripts.screenshots

# ---- environments ----------------------------------------------------------------------------------------

environments: .venv/.dev engine/.venv/.ready

$(UV):
	@echo "Installing uv $(UV_VERSION) into .tools"
	@$(PYTHON) -m venv .tools
	@.tools/bin/pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)

.venv/bin/python: | $(UV)
	@python=$$(scripts/find_python.sh 3.11+) && $(UV) venv --quiet --python "$$python" .venv

.venv/.runtime: requirements.lock pyproject.toml | .venv/bin/python
	@echo "Installing the service's environment (.venv)"
	$(UV) pip sync --python .venv requirements.lock
	@$(UV) pip install --quiet --python .venv --no-deps --editable .
	@touch $@

.venv/.dev: requirements-dev.lock pyproject.toml | .venv/bin/python
	@echo "Installing the service's environment with the test tools (.venv)"
	$(UV) pip sync --python .venv requirements-dev.lock
	@$(UV) pip install --quiet --python .venv --no-deps --editable .
	@touch .venv/.runtime $@

engine/.venv/.ready: engine/requirements.lock | $(UV)
	@echo "Installing the dialogue engine's environment (engine/.venv): Rasa and TensorFlow, about 600 MB to fetch"
	@python=$$(scripts/find_python.sh 3.10) && $(UV) venv --quiet --clear --python "$$python" engine/.venv
	$(UV) pip sync --python engine/.venv engine/requirements.lock
	@touch $@

lock: $(UV)
	$(UV) pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-header --python-version 3.11 \
		--upgrade pyproject.toml -o requirements.lock
	$(UV) pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-header --python-version 3.11 \
		--upgrade --group dev pyproject.toml -o requirements-dev.lock
	$(UV) pip compile --quiet --generate-hashes --no-emit-index-url --no-header --python-version 3.10 \
		--upgrade engine/pyproject.toml -o engine/requirements.lock

clean:
	rm -rf .venv .tools engine/.venv var models
