# The commands of this project. `make run` needs git, make, python3 and python3-venv, nothing else.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.ONESHELL:
.DELETE_ON_ERROR:
.PHONY: setup run demo test test-all lint bench vendor

# Debian's own Python if it is new enough, else the first one on the path.
PYTHON ?= $(shell for p in /usr/bin/python3 python3; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
PIP := .venv/bin/python -m pip --disable-pip-version-check -qq install --require-hashes --only-binary :all:
NODE := node:nodejs npm:npm
BROWSERS := chromium:chromium firefox-esr:firefox-esr \
	/usr/share/fonts/truetype/noto/NotoSansArabic-Regular.ttf:fonts-noto-core \
	/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc:fonts-noto-cjk
SERVERS := /usr/lib/postgresql/*/bin/postgres:postgresql
# Debian 12's node 18 has the browser's crypto only when asked; later ones take the flag and ignore it.
export NODE_OPTIONS := --experimental-global-webcrypto
# More for pytest, as in: make test ARGS=tests/intake
ARGS ?=

setup: .venv/dev.stamp

run: .venv/run.stamp
	@exec .venv/bin/python app.py

demo: .venv/run.stamp
	@exec .venv/bin/python app.py --demo

test: .venv/dev.stamp node_modules/.stamp
	@tools/need.sh --install $(BROWSERS) $(SERVERS)
	.venv/bin/python -m pytest -m "not slow" $(ARGS)

test-all: .venv/dev.stamp node_modules/.stamp
	@tools/need.sh --install $(BROWSERS) $(SERVERS)
	.venv/bin/python -m pytest $(ARGS)

lint: .venv/dev.stamp node_modules/.stamp
	.venv/bin/ruff check
	.venv/bin/ruff format --check
	.venv/bin/mypy
	.venv/bin/lint-imports
	tools/check_vendor.sh
	tools/check_tree.sh

bench: .venv/dev.stamp node_modules/.stamp
	@tools/need.sh --install $(BROWSERS)
	.venv/bin/python -m tools.bench

vendor: node_modules/.stamp
	node tools/vendor/build.mjs portal/static/vendor

.venv/bin/python:
	@if [ -z "$(PYTHON)" ]; then echo "Python 3.11 or newer is needed. On Debian 12:" >&2
	echo "  apt-get install --no-install-recommends python3 python3-venv" >&2; exit 2; fi
	$(PYTHON) -c 'import ensurepip' 2>/dev/null || tools/need.sh /no-such-file:python3-venv
	$(PYTHON) -m venv .venv

.venv/run.stamp: requirements/run.txt | .venv/bin/python
	@echo "Installing what the program runs on (once) ..."
	$(PIP) -r requirements/run.txt
	touch $@

.venv/dev.stamp: requirements/dev.txt .venv/run.stamp
	@echo "Installing what the checks need (once) ..."
	$(PIP) -r requirements/dev.txt
	touch $@

node_modules/.stamp: package-lock.json package.json
	@tools/need.sh --install $(NODE)
	npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
	touch $@
