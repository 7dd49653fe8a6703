# The commands of the project. `make help` lists them.
#
# Everything lives in .venv; a stamp file in it remembers the last installation, so that a second `make run` starts
# at once. Nothing needs a terminal, and nothing asks a question.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help run demo story test lint types contracts bench clean distclean

VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
LIBRARIES := $(VENV)/.libraries
OUTPUT := demo-output
SAMPLE ?= $(firstword $(sort $(wildcard resources/samples/*.tflite)))
MODEL ?= $(SAMPLE)
# One process for each core; files stay together, so that what a file prepares is prepared once.
PYTEST_OPTIONS ?= -n auto --dist loadfile
export PIP_DISABLE_PIP_VERSION_CHECK := 1
export PIP_NO_INPUT := 1

# Shared libraries that Qt needs, each with the Debian package that brings it.
QT_LIBRARIES := libEGL.so.1=libegl1 libGL.so.1=libgl1 libxkbcommon.so.0=libxkbcommon0 libdbus-1.so.3=libdbus-1-3 \
	libfontconfig.so.1=libfontconfig1 libglib-2.0.so.0=libglib2.0-0 libxcb-cursor.so.0=libxcb-cursor0 \
	libxkbcommon-x11.so.0=libxkbcommon-x11-0 libxcb-icccm.so.4=libxcb-icccm4 libxcb-keysyms.so.1=libxcb-keysyms1 \
	libxcb-shape.so.0=libxcb-shape0

# Those of the web engine, for the Netron view only: without them everything else works. Names behind | are those of
# newer releases.
WEB_LIBRARIES := libnss3.so=libnss3 libXcomposite.so.1=libxcomposite1 libXdamage.so.1=libxdamage1 \
	libXrandr.so.2=libxrandr2 libXtst.so.6=libxtst6 libasound.so.2=libasound2|libasound2t64 libgbm.so.1=libgbm1 \
	libxkbfile.so.1=libxkbfile1 libgssapi_krb5.so.2=libgssapi-krb5-2 libxcb-dri3.so.0=libxcb-dri3-0

# Installs the named Debian packages where that is allowed without a question; otherwise says what to type.
define install_packages
install_packages() { \
	local as_root=""; \
	if [ "$$(id -u)" != 0 ]; then as_root="sudo"; fi; \
	if ! command -v apt-get >/dev/null || { [ -n "$$as_root" ] && ! sudo -n true 2>/dev/null; }; then \
		echo "Missing system packages. Please install them and try again:" >&2; \
		echo "    sudo apt-get install $$*" >&2; \
		return 1; \
	fi; \
	echo "Installing system packages: $$*"; \
	$$as_root apt-get update -qq || true; \
	$$as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$$@" </dev/null >/dev/null; \
}
endef

help:  ## Show this list
	@awk 'BEGIN {FS = ":.*## "} /^[a-z]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: $(STAMP) $(LIBRARIES)  ## Install what is missing and open the window (MODEL=file to open another one)
	@$(BIN)/tflite-profiler $(if $(MODEL),"$(MODEL)")

demo: $(STAMP) $(LIBRARIES)  ## The main job without a window, on the bundled sample; results in demo-output/
	@mkdir -p $(OUTPUT)
	@echo "== What is in $(SAMPLE)"
	@$(BIN)/tflite-profiler inspect "$(SAMPLE)"
	@echo; echo "== What each target would do with it"
	@$(BIN)/tflite-profiler check "$(SAMPLE)"
	@$(BIN)/tflite-profiler check "$(SAMPLE)" --format json --output $(OUTPUT)/check.json --force
	@echo; echo "== Layer by layer on this computer"
	@$(BIN)/tflite-profiler profile "$(SAMPLE)" --runs 30 --output $(OUTPUT)/run.json --force
	@QT_QPA_PLATFORM=offscreen $(BIN)/python -m profiler_gui.snapshot "$(SAMPLE)" $(OUTPUT)/run.json $(OUTPUT)
	@echo; echo "Files in $(OUTPUT)/:"; ls -1 $(OUTPUT)

STORY := $(OUTPUT)/story
story: $(STAMP)  ## A Keras network becomes an integer-only model, checked, measured and scored; in demo-output/story/
	@rm -rf $(STORY) && mkdir -p $(STORY)
	@$(BIN)/python -m tests.support.story_pictures $(STORY)
	@echo "== Convert: which kind runs on VS680, how fast, how well"
	@$(BIN)/tflite-profiler convert --example anchor-sr --example-size 360x640 --kind float32 --kind uint8 --per-tensor \
		--data $(STORY)/small --reference $(STORY)/large --range 0..255 --target vs680 --runs 5 \
		--folder $(STORY) --output $(STORY)/convert.json
	@echo; echo "== Measure, layer by layer on this computer"
	@$(BIN)/tflite-profiler profile $(STORY)/anchor-sr_uint8.tflite --runs 10 --threads 2 --output $(STORY)/run.json
	@echo; echo "== What to change"
	@$(BIN)/tflite-profiler advise $(STORY)/anchor-sr_uint8.tflite --target vs680 --run $(STORY)/run.json
	@echo; echo "== Score: requirements, and the place among the published entries"
	@$(BIN)/tflite-profiler score $(STORY)/anchor-sr_uint8.tflite --challenge mai21-super-resolution \
		--run $(STORY)/run.json --psnr "$$($(BIN)/python -m tests.support.story_pictures --psnr $(STORY)/convert.json)"

test: lint types contracts $(LIBRARIES)  ## Everything that has to hold: lint, types, contracts and the tests
	@$(BIN)/python -m pytest --no-header $(PYTEST_OPTIONS)

lint: $(STAMP)  ## Style and format (ruff)
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .

types: $(STAMP)  ## Types (mypy)
	@$(BIN)/mypy

contracts: $(STAMP)  ## Who may import whom (import-linter)
	@$(BIN)/lint-imports

bench: $(STAMP) $(LIBRARIES)  ## Measure speed; prints ratios (BENCH=name for one)
	@$(BIN)/python -m pip install -q --group bench
	@for file in tests/benchmarks/bench_$(or $(BENCH),*).py; do \
		echo "== $$file"; \
		QT_QPA_PLATFORM=offscreen $(BIN)/python -m "tests.benchmarks.$$(basename "$$file" .py)"; \
	done

clean:  ## Remove what tools and the demo wrote (keeps .venv)
	@rm -rf $(OUTPUT) build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache .coverage
	@find profiler_gui backends resources tests -name __pycache__ -type d -prune -exec rm -rf {} +

distclean: clean  ## Remove .venv as well
	@rm -rf $(VENV)

$(BIN)/python:
	@$(install_packages); \
	python=""; \
	for candidate in $(PYTHON) python3 python3.13 python3.12 python3.11 python; do \
		if "$$candidate" -c 'import sys; sys.exit(not ((3, 11) <= sys.version_info < (3, 15)))' 2>/dev/null; then \
			python="$$candidate"; break; \
		fi; \
	done; \
	if [ -z "$$python" ]; then \
		echo "Python 3.11 or newer is needed. On Debian and Ubuntu: sudo apt-get install python3 python3-venv" >&2; \
		exit 1; \
	fi; \
	echo "Creating $(VENV) with $$("$$python" --version)"; \
	if ! "$$python" -c 'import ensurepip, venv' 2>/dev/null; then \
		case "$$python" in python3.*) package="$$python-venv" ;; *) package="python3-venv" ;; esac; \
		install_packages "$$package"; \
	fi; \
	rm -rf $(VENV); \
	"$$python" -m venv $(VENV)

$(STAMP): pyproject.toml | $(BIN)/python
	@echo "Installing into $(VENV) (the first time takes a minute or two)"
	@$(BIN)/python -m pip install --quiet --upgrade "pip>=25.1"
	@$(BIN)/python -m pip install --quiet --editable . --group dev
	@touch $@

$(LIBRARIES): | $(STAMP)
	@$(install_packages); \
	if [ "$$(uname -s)" = Linux ]; then \
		missing=""; \
		for pair in $(QT_LIBRARIES); do \
			"$(BIN)/python" -c "import ctypes, sys; ctypes.CDLL(sys.argv[1])" "$${pair%%=*}" 2>/dev/null \
				|| missing="$$missing $${pair##*=}"; \
		done; \
		if [ -n "$$missing" ] && ! install_packages $$missing; then exit 0; fi; \
		missing=""; \
		for pair in $(subst |,+,$(WEB_LIBRARIES)); do \
			if ! "$(BIN)/python" -c "import ctypes, sys; ctypes.CDLL(sys.argv[1])" "$${pair%%=*}" 2>/dev/null; then \
				names="$${pair##*=}"; chosen="$${names%%+*}"; \
				if [ "$$names" != "$$chosen" ] && apt-cache show "$${names##*+}" >/dev/null 2>&1; then \
					chosen="$${names##*+}"; \
				fi; \
				missing="$$missing $$chosen"; \
			fi; \
		done; \
		if [ -n "$$missing" ]; then install_packages $$missing || echo "Netron's view will say what it lacks." >&2; fi; \
	fi; \
	touch $@
