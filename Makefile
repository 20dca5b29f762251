# ichat: `make run` starts the product, `make test` proves it. `make help` lists the rest.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := run

VERSION := $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)
LDFLAGS := -s -w -X main.version=$(VERSION)
GO_FILES := $(shell find . \( -name node_modules -o -name dist -o -name .git \) -prune -o \( -name '*.go' -o -name '*.sql' -o -name 'go.*' \) -print)
WIDGET_FILES := $(shell find widget \( -name node_modules -o -name dist \) -prune -o -type f -print)
CONSOLE_FILES := $(shell find console \( -name node_modules -o -name dist -o -name e2e \) -prune -o -type f -print)

# Stamps live beside the installed packages: dist is embedded in the binary and holds nothing but what is served.
WIDGET_BUILT := widget/node_modules/.built
CONSOLE_BUILT := console/node_modules/.built

ifeq ($(shell command -v npm),)
FRONT := no-front
else
FRONT := $(WIDGET_BUILT) $(CONSOLE_BUILT)
endif

.PHONY: run
run: bin/ichat ## build everything and start it on :8080, data in ./data
	@exec bin/ichat serve

.PHONY: build
build: bin/ichat ## build the one binary, bin/ichat

.PHONY: faultlab
faultlab: $(FRONT) ## build bin/ichat-faultlab, which ICHAT_FAULT=<name> breaks in one way
	@mkdir -p bin
	CGO_ENABLED=0 go build -tags faultlab -trimpath -ldflags "$(LDFLAGS)" -o bin/ichat-faultlab .

.PHONY: test
test: ## prove everything: formatting, analysis, tests on both databases, sizes, real browsers
	@scripts/test.sh $(STEPS)

.PHONY: front
front: $(FRONT) ## build the widget and the console

.PHONY: dev
dev: bin/ichat ## the product on :8080 with Vite in front of the console, reloading as you type
	@scripts/dev.sh

.PHONY: shots
shots: bin/ichat ## take the pictures in docs/screenshots again
	@scripts/need.sh chromium fonts
	@E2E_SCREENSHOTS=docs/screenshots node console/e2e/run.mjs pictures

.PHONY: clean
clean: ## remove what was built; ./data stays
	rm -rf bin widget/node_modules console/node_modules
	git clean -fdqX widget/dist console/dist

.PHONY: help
help: ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

bin/ichat: $(FRONT) $(GO_FILES)
	@mkdir -p bin
	CGO_ENABLED=0 go build -trimpath -ldflags "$(LDFLAGS)" -o $@ .

.PHONY: no-front
no-front:
	@echo "Node and npm are not installed: the pages of the binary will be placeholders (Node 20.19 or newer builds them)" >&2

%/node_modules/.package-lock.json: %/package.json %/package-lock.json
	npm --prefix $* ci --no-audit --no-fund
	@touch $@

$(WIDGET_BUILT): widget/node_modules/.package-lock.json $(WIDGET_FILES)
	npm --prefix widget run build
	@touch $@

# The console speaks the protocol through the widget's `wire` and wears its look.
$(CONSOLE_BUILT): console/node_modules/.package-lock.json $(CONSOLE_FILES) $(WIDGET_FILES)
	npm --prefix console run build
	@touch $@
