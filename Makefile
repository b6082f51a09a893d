# make run   opens the app;  make test   checks it. Each sets up .venv by itself the first time.

PORT ?= 8501
CHECK = import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11 python; do \
	$$p -c "$(CHECK)" 2>/dev/null && echo $$p && break; done)
BIN = .venv/bin

.PHONY: run test bench screenshots clean

run: .venv/run-ready
	$(BIN)/streamlit run app.py --server.port $(PORT)

test: .venv/test-ready
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/python tests/browser/chromium.py
	$(BIN)/python -m pytest -n auto --dist loadgroup

bench: .venv/test-ready
	for file in tests/benchmarks/bench_*.py; do $(BIN)/python $$file; done

screenshots: .venv/test-ready
	$(BIN)/python tests/browser/screenshots.py

clean:
	rm -rf .venv

.venv/bin/python:
	@test -n "$(PYTHON)" || { echo "Python 3.11, 3.12 or 3.13 is needed; none was found."; exit 1; }
	$(PYTHON) -m venv .venv

.venv/run-ready: requirements.txt | .venv/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	touch $@

.venv/test-ready: requirements-dev.txt requirements.txt | .venv/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	touch $@ .venv/run-ready
