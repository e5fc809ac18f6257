# Lungfield: set up, run, test. `make help` says what there is; the work is done in tools/.

# The text of SCAN is taken as it stands, so that spaces, quotes and $ in a path do no harm.
override SCAN := $(value SCAN)
export SCAN PYTHON

RUN = .venv/bin/python main.py

.PHONY: help app web test test-xcb package package-test format clean

help:
	@echo 'make app                set up what is missing, then open the window'
	@echo 'make app SCAN=path      the same with a scan, or a folder of scans, in it'
	@echo 'make web                the browser demo, on this computer only; ARGS="--port 8000" goes to it'
	@echo 'make test               set up, then every check; ARGS="-k name" goes to pytest'
	@echo 'make test-xcb           the tests of the window again, on an X server without a screen (Xvfb)'
	@echo 'make package            dist/: the application in one folder, a .deb and a .tar.zst (some minutes)'
	@echo 'make package-test       as root: try them in an empty Debian, without Python or a network'
	@echo 'make format             lay out the code and mend what ruff can mend'
	@echo 'make clean              remove .venv and the caches; your data, models and runs stay'
	@echo
	@echo 'PYTHON=python3.12       the Python to set up with (3.11 or later; found by itself)'

app:
	@sh tools/prepare.sh app
	@if [ -n "$$SCAN" ]; then exec $(RUN) "$$SCAN"; else exec $(RUN); fi

web:
	@sh tools/prepare.sh web
	@exec $(RUN) web $(ARGS)

test:
	@sh tools/prepare.sh test
	@.venv/bin/python tools/check.py $(ARGS)

test-xcb:
	@sh tools/prepare.sh xcb
	@.venv/bin/python tools/on_a_screen.py $(ARGS)

package:
	@sh tools/prepare.sh app
	@.venv/bin/python packaging/build.py --fresh

package-test:
	@.venv/bin/python packaging/linux/prove.py $(ARGS)

format:
	@sh tools/prepare.sh test
	@.venv/bin/ruff check --quiet --fix . ; .venv/bin/ruff format .

clean:
	@rm -rf .venv .venv-discarded build dist .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
