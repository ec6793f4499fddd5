# Everything a newcomer types. Each target makes the virtual environment first if there is none.

PYTHON ?= python3
VENV   ?= .venv
BIN    := $(VENV)/bin
STAMP  := $(VENV)/.installed
TRAINERS := .venv-trainers
CONTRACTS := .venv-contracts
OF_CONTRACTS := tests/trainers/test_verl.py tests/trainers/test_openrlhf.py
EXAMPLE := examples/mathematics
PYTEST_FLAGS ?= -n 2

.DEFAULT_GOAL := help
.PHONY: help install demo test peers trainers contracts bench lint goldens

help: ## show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

install: $(STAMP) ## create .venv and install the package with its test tools

$(STAMP): pyproject.toml constraints.txt
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e ".[dev]"
	@touch $@

demo: $(STAMP) ## check, inspect and score a graded-mathematics reward
	@printf '\n== 1. Check: are the types, the ranges and the promises of this reward sound?\n\n'
	$(BIN)/rewardlang check $(EXAMPLE)/mathematics.rwd
	@printf '\n== 2. Inspect: what was proved about it?\n\n'
	$(BIN)/rewardlang inspect $(EXAMPLE)/mathematics.rwd
	@printf '\n== 3. Score: rewards of sample answers, one JSON object a line.\n\n'
	$(BIN)/rewardlang score $(EXAMPLE)/mathematics.rwd $(EXAMPLE)/sample.jsonl
	@printf '\nNext: open %s, change a number, and check again.\n' $(EXAMPLE)/mathematics.rwd

test: $(STAMP) ## run every test
	$(BIN)/python -m pytest -q $(PYTEST_FLAGS)
	@if test -e $(TRAINERS)/.installed; then $(TRAINERS)/bin/python -m pytest -q tests/trainers tests/models; \
	else echo "tests/trainers and tests/models ran without the trainers, which are not installed here: \`make trainers\` does it"; fi
	@if test -e $(CONTRACTS)/.installed; then $(CONTRACTS)/bin/python -m pytest -q $(OF_CONTRACTS); \
	else echo "verl and OpenRLHF were tried by their conventions only: \`make contracts\` installs what is tried of them"; fi

peers: $(STAMP) ## install the libraries that tests and benchmarks compare with, in .venv-peers
	test -x .venv-peers/bin/python || $(PYTHON) -m venv .venv-peers
	.venv-peers/bin/python -m pip install --quiet --disable-pip-version-check --no-deps -r tests/peers/requirements.txt
	$(BIN)/python -c "import site; print(site.getsitepackages()[0])" \
		> "$$(.venv-peers/bin/python -c 'import site; print(site.getsitepackages()[0])')/beside.pth"

trainers: $(TRAINERS)/.installed ## install the trainers that rewards are tried in, in .venv-trainers

$(TRAINERS)/.installed: $(STAMP)
	test -x $(TRAINERS)/bin/python || $(PYTHON) -m venv $(TRAINERS)
	$(BIN)/python -c "import site; print(site.getsitepackages()[0])" \
		> "$$($(TRAINERS)/bin/python -c 'import site; print(site.getsitepackages()[0])')/beside.pth"
	$(TRAINERS)/bin/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e ".[trainers]"
	@touch $@

contracts: $(CONTRACTS)/.installed ## install verl and OpenRLHF, as far as rewards go, in .venv-contracts

$(CONTRACTS)/.installed: $(TRAINERS)/.installed tests/trainers/contracts.txt
	test -x $(CONTRACTS)/bin/python || $(PYTHON) -m venv $(CONTRACTS)
	$(CONTRACTS)/bin/python -m pip install --quiet --disable-pip-version-check --no-deps -r tests/trainers/contracts.txt
	for python in $(TRAINERS)/bin/python $(BIN)/python; do $$python -c "import site; print(site.getsitepackages()[0])"; done \
		> "$$($(CONTRACTS)/bin/python -c 'import site; print(site.getsitepackages()[0])')/beside.pth"
	@touch $@

bench: $(STAMP) ## print the measured figures as ratios
	$(BIN)/python -m benchmarks

lint: $(STAMP) ## look for mistakes in style and imports
	$(BIN)/ruff check rewardlang tests benchmarks

goldens: $(STAMP) ## redraw the expected diagnostics (read the difference before you commit it)
	$(BIN)/python -m pytest -q tests/test_bad.py --update-goldens
