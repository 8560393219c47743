# Every target works on a fresh machine: what it needs is installed first, and nothing is done twice.
.DEFAULT_GOAL := help
SHELL := /bin/bash
export PATH := $(CURDIR)/node_modules/.bin:$(PATH)

CLUSTER ?= test
IMAGE ?= localhost/bascule:0.1.0
MODULES := node_modules/.installed

.PHONY: help
help: ## This list
	@awk 'BEGIN {FS = ":.*## "} /^[a-z0-9-]+:.*## / {printf "  %-16s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

$(MODULES): package.json package-lock.json .npmrc
	@command -v npm >/dev/null || { echo "npm is needed: install Node.js 20 or later"; exit 3; }
	npm ci --no-progress
	@touch $@

.PHONY: install
install: $(MODULES) ## Install the npm packages, Node 24 among them

.PHONY: demo
demo: $(MODULES) ## Releases of a sample shop on a real cluster, shown live
	node test/demo/main.ts up

.PHONY: demo-down
demo-down: $(MODULES) ## Remove all that the demo left running
	node test/demo/main.ts down

.PHONY: test
test: $(MODULES) ## Everything: lint, unit, property, conformance, real API server, end to end
	node test/run.ts lint unit api e2e

.PHONY: test-unit
test-unit: $(MODULES) ## Unit, property and conformance tests
	node test/run.ts unit

.PHONY: test-api
test-api: $(MODULES) ## Tests against a real API server
	node test/run.ts api

.PHONY: test-e2e
test-e2e: $(MODULES) ## Tests of the whole on the local cluster
	node test/run.ts e2e

.PHONY: test-in-cluster
test-in-cluster: $(MODULES) ## The end-to-end tests with the controller as it is installed, in pods of the local cluster
	node test/run.ts in-cluster

FAULTS ?=
.PHONY: test-faults
test-faults: $(MODULES) ## Fault tests, and a kill at every effect of every way a release can go; hours (FAULTS="--scenario direct")
	node test/faults/effects/complete.ts $(FAULTS)

SOAK ?= 30m
SEED ?=
.PHONY: soak
soak: $(MODULES) ## Releases in a loop for 30 minutes, something done to each: nothing grows (SOAK=2h, SEED=n goes through it again, CLUSTER=name)
	node test/cluster/main.ts up --name $(CLUSTER) --keep
	BASCULE_CLUSTERS=$(CLUSTER) BASCULE_SOAK=$(SOAK) BASCULE_FAULTS_SEED=$(SEED) vitest run --project e2e test/faults/loop.test.ts

MODEL ?=
.PHONY: test-model
test-model: $(MODULES) ## The state machine explored whole, for small worlds (MODEL="--world direct --both 2")
	node test/model/main.ts $(MODEL)

.PHONY: bench
bench: $(MODULES) ## Exposure, stack apply against the stock API, time to ready pods (CLUSTER=name)
	node test/cluster/main.ts up --name $(CLUSTER) --keep
	BASCULE_CLUSTER=$(CLUSTER) node test/bench/exposure.ts
	BASCULE_CLUSTER=$(CLUSTER) node test/bench/exposure.ts --direct
	BASCULE_CLUSTER=$(CLUSTER) node test/bench/stack-apply.ts
	BASCULE_CLUSTER=$(CLUSTER) node test/bench/preparing.ts

SCALE ?=
.PHONY: bench-scale
bench-scale: $(MODULES) ## 10,000 idle plans, 200 releases in progress, bytes a release; a cluster of its own (SCALE=--quick)
	node test/bench/scale.ts $(SCALE)

.PHONY: bench-gate
bench-gate: $(MODULES) ## False reverts, time to detection and cost of the statistical judge, in virtual time
	node test/bench/gate.ts

RELEASES ?= 20
.PHONY: bench-healthy
bench-healthy: $(MODULES) ## A healthy candidate released 20 times in a row under load: no false revert (RELEASES=n, CLUSTER=name)
	node test/cluster/main.ts up --name $(CLUSTER) --keep
	BASCULE_CLUSTER=$(CLUSTER) node test/bench/healthy.ts --releases $(RELEASES)

.PHONY: lint
lint: $(MODULES) ## Types, style, layers, generated files
	tsc --noEmit
	biome check .
	depcruise src stacks --config .dependency-cruiser.cjs
	node src/api/crd/main.ts --check
	node image/main.ts --check

.PHONY: format
format: $(MODULES) ## Put the style right
	biome check --write .

.PHONY: generate
generate: $(MODULES) ## CRDs and field tables from the schemas, then Dockerfile, buildah script and Helm chart
	node src/api/crd/main.ts
	node image/main.ts

.PHONY: image
image: $(MODULES) ## The controller's image with buildah (IMAGE=tag), and its SBOM in CycloneDX
	image/build-with-buildah.sh $(IMAGE)
	node image/sbom.ts > bascule.cdx.json

.PHONY: cluster-up
cluster-up: $(MODULES) ## Start the local cluster (CLUSTER=name)
	node test/cluster/main.ts up --name $(CLUSTER)

.PHONY: cluster-down
cluster-down: $(MODULES) ## End the local cluster (CLUSTER=name)
	node test/cluster/main.ts down --name $(CLUSTER)

.PHONY: clean
clean: ## Remove what was built or installed in this folder
	rm -rf node_modules dist coverage
