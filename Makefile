# Two commands do everything: `make demo` and `make test`. `make help` lists the rest.
SHELL := bash
STAMP := .venv/.$(shell cat requirements/dev.lock requirements/uv.lock pyproject.toml 2>/dev/null | sha256sum | cut -c1-16)
VIEWER := .cache/viewer/index.html
PY := .venv/bin/python
FROM ?=
EXIT ?=
WORKERS ?= 2
# Hundreds of processes start in a run: their bytecode is kept, whatever the shell says.
export PYTHONDONTWRITEBYTECODE :=

.PHONY: help setup setup-test demo test check bench lock clean
help:                            ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*##/\t/' | expand -t 16

setup: $(STAMP) $(VIEWER)        ## everything a clean clone needs to run
$(STAMP): requirements/dev.lock requirements/uv.lock pyproject.toml
	python3 -m venv --clear .venv
	$(PY) -m pip install -q --disable-pip-version-check --require-hashes -r requirements/uv.lock
	.venv/bin/uv pip sync -q --system-certs --compile-bytecode --python $(PY) --require-hashes requirements/uv.lock requirements/dev.lock \
	  || $(PY) -m pip install -q --require-hashes -r requirements/dev.lock
	$(PY) -m pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e .
	touch $@
$(VIEWER): src/yushan/doors/viewer/install.py | $(STAMP)
	.venv/bin/yushan viewer install --to .cache/viewer --npm tools/npm

setup-test: setup                ## the peers that tests talk to (Debian packages, when root)
	tools/peers

demo: setup                      ## run the main job: hospitals in, commons out (FROM=folder EXIT=1)
	.venv/bin/yushan demo $(if $(FROM),--from "$(FROM)") $(if $(EXIT),--exit)

test: setup-test                 ## all tests
	$(PY) -m pytest -n $(WORKERS) --dist loadgroup $(ARGS)

check: setup                     ## format, lint, types, contracts
	.venv/bin/ruff format --check .
	.venv/bin/ruff check .
	.venv/bin/lint-imports --no-cache
	.venv/bin/mypy

bench: setup-test                ## ratios against peers, in one run, into bench/results.jsonl
	$(PY) -m tests.bench $(ARGS)

lock: $(STAMP)                   ## pin all dependencies again, with hashes, a week behind today
	for n in core dev node uv; do .venv/bin/uv pip compile -q --universal --python-version 3.11 --generate-hashes \
	  --no-header --no-annotate --no-strip-extras --exclude-newer $$(date -d '7 days ago' +%F) requirements/$$n.in -o requirements/$$n.lock; done

clean:                           ## remove what setup made
	rm -rf .venv .cache
