# Two commands matter: `make run` and `make test`. Both work on a machine with only Python 3.11+ and make.

MAKEFLAGS += --no-print-directory
.DEFAULT_GOAL := help
.PHONY: help run test test-database lint bench chaos js-test lock reset prepare

# From any folder: `make -C …` as well as `make -f …/Makefile`.
ROOT := $(if $(filter Makefile,$(MAKEFILE_LIST)),$(CURDIR),$(dir $(abspath $(lastword $(MAKEFILE_LIST)))))
HERE := cd "$(ROOT)" &&
VENV := .venv/bin
PORT ?= 8000
export PORT

# The first Python that is new enough; PYTHON=… chooses another.
define FIND_PYTHON
for python in $${PYTHON:-python3 python3.15 python3.14 python3.13 python3.12 python3.11}; do \
  $$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && break; python=; \
done; \
test -n "$$python" || { echo "Chybí Python 3.11 nebo novější: nainstalujte ho a spusťte příkaz znovu." >&2; exit 1; }
endef

# The browser's and the launcher's tests wait a lot, so they run beside the others: two processes, each with servers of
# its own. What they say comes last, when both have ended.
BESIDE := tests/browser tests/test_launcher.py
define TEST_IN_PAIR
mkdir -p var/log; \
$(VENV)/python -m pytest $(BESIDE) >var/log/test-browser.log 2>&1 & beside=$$!; \
trap 'kill $$beside 2>/dev/null' INT TERM EXIT; \
$(VENV)/python -m pytest $(addprefix --ignore=,$(BESIDE)); others=$$?; \
wait $$beside; browser=$$?; \
trap - INT TERM EXIT; \
cat var/log/test-browser.log; \
test $$others -eq 0 && test $$browser -eq 0
endef

help: ## vypíše tento přehled
	@$(HERE) awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-14s %s\n", $$1, $$2}' Makefile

run: ## spustí aplikaci se vším, co potřebuje (PORT=8000)
	@$(HERE) $(FIND_PYTHON); $$python bootstrap.py && exec $(VENV)/python -m apk.launcher

test: ## všechny testy, i v opravdovém prohlížeči (ARGS="tests/patrols -k směna")
	@$(HERE) $(FIND_PYTHON); $$python bootstrap.py --with-chromium
	@$(HERE) $(MAKE) -f Makefile js-test
	@$(HERE) $(if $(ARGS),$(VENV)/python -m pytest $(ARGS),$(TEST_IN_PAIR))

test-database: prepare ## testy nad databází, třeba na jiném PostgreSQL (POSTGRES_BIN=/usr/lib/postgresql/15/bin)
	@$(HERE) $(VENV)/python -m pytest --ignore=tests/browser --ignore=tests/test_access.py -m "database and not fuzz" $(ARGS)

js-test: prepare ## testy JavaScriptu bez prohlížeče
	@$(HERE) $(VENV)/node --test "tests/**/*.test.js"

lint: prepare ## kontroly kódu: ruff, import-linter, mypy, šablony, JavaScript
	@$(HERE) $(VENV)/ruff check .
	@$(HERE) $(VENV)/ruff format --check .
	@$(HERE) $(VENV)/lint-imports --no-logo
	@$(HERE) DATABASE_URL=postgres:///lint REDIS_URL=redis:///0 SECRET_KEY=lint $(VENV)/mypy
	@$(HERE) $(VENV)/djlint --quiet --lint templates
	@$(HERE) git ls-files -z '*.js' '*.mjs' | xargs -0 -r -n 1 $(VENV)/node --check

bench: prepare ## výkon jako poměry k měřítku z téhož běhu
	@$(HERE) $(VENV)/python -m benchmarks $(ARGS)

chaos: ## poruchy sítě, telefonu i serveru podle semínek (SEEDS=100 FROM=0); nic se nesmí ztratit ani zdvojit
	@$(HERE) $(FIND_PYTHON); $$python bootstrap.py --with-chromium
	@$(HERE) $(VENV)/python -m chaos --seeds $(or $(SEEDS),100) --from $(or $(FROM),0) $(ARGS)

lock: prepare ## přepočítá zámky balíčků (potřebuje uv)
	@$(HERE) sh -c 'compile() { uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	  --no-header --no-annotate pyproject.toml "$$@"; }; \
	  compile -o requirements.lock && compile --group dev -c requirements.lock -o requirements-dev.lock'

reset: ## po potvrzení smaže všechna data ve složce var/
	@$(HERE) $(FIND_PYTHON); $$python bootstrap.py && exec $(VENV)/python -m apk.launcher --reset

prepare:
	@$(HERE) $(FIND_PYTHON); $$python bootstrap.py
