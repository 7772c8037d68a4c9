# Vigie: the entry points. `make run` is the main job, `make test` runs every test; both install what they need
# and can be run twice. `make help` lists the rest.

SHELL := /bin/bash
.DEFAULT_GOAL := help
CARGO ?= cargo
LISTEN ?= 127.0.0.1:8080

# Debian packages: PROJ and SQLite are compiled from their crates (cmake, a C++ compiler, and the sqlite3 program
# that builds PROJ's database); tests drive a real browser, compare with GDAL's reading, run PostgreSQL and nginx of
# their own on free ports, look into PDFs, send mail to a server of their own, and, from PyPI, ask the API with
# schemathesis, compare figures with PySAL and read /ogc by OWSLib; QGIS (python3-qgis, some 500 MB) reads it, too.
BUILD_PACKAGES := g++ cmake sqlite3
TEST_PACKAGES := $(BUILD_PACKAGES) chromium openssl gdal-bin postgresql-15 postgresql-15-postgis-3 nginx-light mosquitto mosquitto-clients python3-venv python3-aiosmtpd python3-qgis poppler-utils valgrind

# Installs the packages of $(1) that are missing; says which. Debian would make and start a PostgreSQL cluster on
# port 5432 and a web server on port 80: while we install, neither is done, and no service is enabled.
define install_packages
	@missing=$$(for p in $(1); do dpkg-query -W -f='$${db:Status-Status}' $$p 2>/dev/null | grep -qx installed || echo $$p; done); \
	[ -n "$$missing" ] || exit 0; \
	echo "vigie: installing Debian packages:" $$missing; \
	sudo=$$([ "$$(id -u)" = 0 ] || echo sudo); \
	no_cluster=/etc/postgresql-common/createcluster.d/vigie.conf; no_start=/usr/sbin/policy-rc.d; \
	$$sudo mkdir -p $${no_cluster%/*}; \
	echo "create_main_cluster = false" | $$sudo tee $$no_cluster >/dev/null; \
	if [ -e $$no_start ]; then no_start=; else \
	  printf '#!/bin/sh\nexit 101\n' | $$sudo tee $$no_start >/dev/null; $$sudo chmod 755 $$no_start; fi; \
	trap '$$sudo rm -f $$no_cluster $$no_start' EXIT; \
	$$sudo apt-get update -qq && \
	DEBIAN_FRONTEND=noninteractive $$sudo apt-get install -y -qq --no-install-recommends $$missing >/dev/null || exit; \
	for service in nginx mosquitto; do case " $$missing " in *$$service*) $$sudo systemctl disable $$service >/dev/null 2>&1 || true;; esac; done
endef

.PHONY: help run test build deb guard bench bench-peers pictures crash-test fuzz lint web test-rust test-web test-api test-browser tools-build tools-test clean

help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1\t\2/' | expand -t 22

run: build ## build everything and serve the demo town on http://127.0.0.1:8080 (LISTEN=127.0.0.1:8081 for another port)
	@exec target/release/vigie demo --store sqlite:data/demo.sqlite --listen $(LISTEN)

build: web ## target/release/vigie, with the web client inside
	@echo "vigie: building the server (the first time takes some minutes)"
	$(CARGO) build --release --locked

test: test-web test-rust test-api test-browser ## every test: web unit, Rust, the API by its document, browser

test-rust: tools-test web target/pysal/.installed target/gis/.installed
	$(CARGO) test --locked

test-web: web/node_modules/.installed
	@echo "vigie: web client: types and unit tests"
	cd web && npm run --silent check && npm test --silent

test-browser: tools-test web
	@echo "vigie: browser tests on $$(chromium --version 2>/dev/null)"
	@# The program as the Rust tests build it: `cargo build` would choose other features and compile the crates again.
	$(CARGO) test --locked --no-run --test it
	cd web && VIGIE_BIN=$(abspath $(or $(CARGO_TARGET_DIR),target)/debug/vigie) npm run --silent test:browser

test-api: tools-test web target/schemathesis/.installed
	@echo "vigie: the API against its own document"
	$(CARGO) test --locked --no-run --test it
	VIGIE_BIN=$(abspath $(or $(CARGO_TARGET_DIR),target)/debug/vigie) SCHEMATHESIS=$(abspath target/schemathesis/bin/schemathesis) tests/schemathesis/run.sh

target/schemathesis/.installed: tests/schemathesis/requirements.txt
	@echo "vigie: installing schemathesis from PyPI"
	python3 -m venv $(@D)
	$(@D)/bin/pip install --quiet --disable-pip-version-check -r $<
	@touch $@

target/pysal/.installed: tests/pysal/requirements.txt
	@echo "vigie: installing PySAL, SciPy, statsmodels and ruptures from PyPI"
	python3 -m venv $(@D)
	$(@D)/bin/pip install --quiet --disable-pip-version-check -r $<
	@touch $@

target/gis/.installed: tests/gis/requirements.txt
	@echo "vigie: installing OWSLib, pyogrio and readers of tiles from PyPI"
	python3 -m venv $(@D)
	$(@D)/bin/pip install --quiet --disable-pip-version-check -r $<
	@touch $@

guard: tools-test web ## instructions of the hot paths against tests/guard/baseline.tsv (UPDATE=1 writes it anew); `make test` runs it, too
	$(CARGO) test --locked --test guard

bench: tools-test ## ratios of the hot paths against their baselines and against other programs, in one run
	$(CARGO) bench --locked
	$(MAKE) --no-print-directory bench-peers

bench-peers: build target/peers/.installed ## against Redis, PostGIS, shapely, DuckDB, Martin (where it is installed), tipg, pygeoapi; ONLY="locate tiles" for some
	$(call install_packages,$(TEST_PACKAGES) redis-server redis-tools wrk)
	@program=$$($(CARGO) bench --locked --bench in_process --no-run 2>&1 | sed -n 's/.*Executable .*(\(.*\))/\1/p'); \
	PATH=$(abspath target/peers/bin):$$PATH PYTHONPATH=benches/peers target/peers/bin/python benches/peers/run.py \
	  $(abspath $(or $(CARGO_TARGET_DIR),target)/release/vigie) $$program $(ONLY)

target/peers/.installed: benches/peers/requirements.txt
	@echo "vigie: installing the programs that Vigie is compared with, from PyPI"
	python3 -m venv $(@D)
	$(@D)/bin/pip install --quiet --disable-pip-version-check -r $<
	@touch $@

pictures: tools-test build ## the pictures of the README, taken again of the demo
	$(call install_packages,pngquant)
	cd web && VIGIE_BIN=$(abspath $(or $(CARGO_TARGET_DIR),target)/release/vigie) node test/pictures.mjs

crash-test: tools-test web ## 200 rounds of kill -9 for each store: of Vigie, of PostgreSQL, of both (ROUNDS=…)
	VIGIE_CRASH_ROUNDS=$(or $(ROUNDS),200) $(CARGO) test --locked --test it crash -- --nocapture

fuzz: tools-test web ## every parser under libFuzzer, SECONDS=60 each, or TARGET=osm alone (installs cargo-fuzz)
	@command -v cargo-fuzz >/dev/null || $(CARGO) install --locked cargo-fuzz
	@cp Cargo.lock fuzz/Cargo.lock # the versions that the program is made of
	@# The sanitizers are switches of a nightly compiler; the stable one has them, too, when it is told that it may. What
	@# PROJ keeps for each thread is taken for a leak at the end of a run.
	cd fuzz && for target in $(or $(TARGET),$(notdir $(wildcard fuzz/corpus/*))); do \
	  mkdir -p found/$$target; \
	  RUSTC_BOOTSTRAP=1 $(CARGO) fuzz run --fuzz-dir . $$target found/$$target corpus/$$target -- \
	    -max_total_time=$(or $(SECONDS),60) -max_len=65536 -rss_limit_mb=4096 -timeout=20 -detect_leaks=0 || exit; done

deb: build ## a Debian package in target/debian (installs cargo-deb where it is missing)
	@command -v cargo-deb >/dev/null || $(CARGO) install --locked cargo-deb
	$(CARGO) deb --no-build --locked

lint: tools-build web ## formatting, clippy, types
	$(CARGO) fmt --check
	$(CARGO) clippy --locked --all-targets -- -D warnings

web: tools-build web/dist/index.html ## the web client, in web/dist

web/dist/index.html: web/node_modules/.installed $(shell find web -path web/node_modules -prune -o -path web/dist -prune -o -path web/test-artifacts -prune -o -type f -print 2>/dev/null)
	@echo "vigie: building the web client"
	cd web && npm run --silent build
	@touch $@

web/node_modules/.installed: web/package-lock.json
	@echo "vigie: installing npm packages"
	cd web && npm ci --silent --no-audit --no-fund
	@touch $@

tools-build:
	$(call install_packages,$(BUILD_PACKAGES))

tools-test:
	$(call install_packages,$(TEST_PACKAGES))

clean: ## remove what was built; data/ is kept
	rm -rf target web/dist web/node_modules web/test-artifacts
