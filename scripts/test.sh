#!/usr/bin/env bash
# Proves everything, cheapest failures first: `make test`, or `make test STEPS="vet e2e"` for some of it.
# A line a step with its seconds; a failing step shows the end of its log and the others still run.
set -euo pipefail
cd "$(dirname "$0")/.."

STATICCHECK=honnef.co/go/tools/cmd/staticcheck@v0.8.2
BINARY_LIMIT=$((45 * 1024 * 1024))
TAIL=30

export NO_COLOR=1 NPM_CONFIG_LOGLEVEL=error
logs=$(mktemp -d "${TMPDIR:-/tmp}/ichat-test.XXXXXX")
chosen=" $* "
failed=() left_out=()

gofmt_clean() {
  local odd
  odd=$(find . \( -name node_modules -o -name .git \) -prune -o -name '*.go' -print | xargs gofmt -l)
  [ -z "$odd" ] || { echo "not formatted: $odd"; return 1; }
}
front() { make --no-print-directory front; }
sizes() {
  npm --prefix widget run --silent size
  npm --prefix console run --silent size
}
vet() { go vet ./... && go vet -tags faultlab ./...; }
faultlab() { go test -tags faultlab -run 'TestEveryFaultCanBeSeen' ./app/; }
staticcheck() { go run "$STATICCHECK" ./...; }
types() {
  npm --prefix widget run --silent check
  npm --prefix console run --silent check
}
vitest() {
  npm --prefix widget test
  npm --prefix console test
}
# -v because its lines are counted below; -race on both, so that the second run builds nothing anew.
go_sqlite() { env -u ICHAT_TEST_DATABASE_URL go test -race -v -timeout 15m ./...; }
go_postgres() { scripts/postgres.sh go test -race -v -timeout 15m ./storage/... ./app/...; }
binary() {
  make --no-print-directory build
  local bytes
  bytes=$(stat -c %s bin/ichat)
  echo "bin/ichat: $bytes bytes of at most $BINARY_LIMIT"
  [ "$bytes" -le "$BINARY_LIMIT" ]
}
# The product from outside, on one node and on three, and the builds that must not pass.
check() {
  make --no-print-directory build faultlab
  scripts/cluster.sh bin/ichat check --quick --json
  bin/ichat check --controls --json
}
e2e() { E2E_SCREENSHOTS=${E2E_SCREENSHOTS:-$logs/screenshots} node console/e2e/run.mjs; }

# step NAME [PART...]: runs the function NAME once its parts are there.
step() {
  local name=$1 log=$logs/$1.log begun=$SECONDS code=0
  shift
  [ "$chosen" = "  " ] || [[ $chosen == *" $name "* ]] || return 0
  scripts/need.sh "$@" >"$log" 2>&1 || code=$?
  if [ "$code" = 3 ]; then
    left_out+=("$name")
    printf '%-12s LEFT OUT  %s\n' "$name" "$(tail -n 1 "$log")"
    return 0
  fi
  if [ "$code" = 0 ]; then
    set +e # a subshell of its own, not an if: inside a condition `set -e` would not hold
    (set -e; "$name") >>"$log" 2>&1 </dev/null
    code=$?
    set -e
  fi
  if [ "$code" = 0 ]; then
    printf '%-12s ok   %4d s\n' "$name" $((SECONDS - begun))
    return 0
  fi
  failed+=("$name")
  printf '%-12s FAILED %d s, exit %d; the end of its log:\n' "$name" $((SECONDS - begun)) "$code"
  tail -n "$TAIL" "$log" | sed 's/^/    /'
}

# reasons NAME: what in a failed step's log says why, for the end, where it is read first.
reasons() {
  echo "$1:"
  grep -hE -B 3 -A 9 '^\s*--- FAIL|^FAIL|^panic:|running tests:|DATA RACE|^FAILED|^ichat: ' "$logs/$1.log" | cut -c 1-300 | head -n 40 | sed 's/^/    /' || true
}

# counts NAME PASSED FAILED: how many lines of a step's log match the two patterns.
counts() {
  local log=$logs/$1.log
  [ -f "$log" ] || return 0
  printf '%s: %d passed, %d failed\n' "$1" "$(grep -cE -- "$2" "$log" || true)" "$(grep -cE -- "$3" "$log" || true)"
}

finish() {
  local code=0
  echo
  [ ${#left_out[@]} = 0 ] || echo "left out on this machine: ${left_out[*]}"
  if [ ${#failed[@]} != 0 ]; then
    echo "failed: ${failed[*]} (logs: $logs)"
    code=1
  fi
  echo "$SECONDS s in all"
  for run in go_sqlite go_postgres; do
    [ ! -f "$logs/$run.log" ] || grep -E '^(ok|FAIL)\s+\S+\s' "$logs/$run.log" || true
    counts "$run" '^\s*--- PASS' '^\s*--- FAIL'
  done
  for name in "${failed[@]}"; do reasons "$name"; done
  [ ! -f "$logs/vitest.log" ] || sed 's/\x1b\[[0-9;]*m//g' "$logs/vitest.log" | grep -E '^\s+(Test Files|Tests) ' || true
  [ ! -f "$logs/e2e.log" ] || grep -E '^[0-9]+ passed, [0-9]+ failed$' "$logs/e2e.log" || true
  [ "$code" != 0 ] || rm -rf "$logs"
  exit "$code"
}

command -v go >/dev/null || { echo "Go is not installed: nothing can be tested without it" >&2; exit 1; }
step gofmt_clean
step front node
step sizes node
step types node
step vitest node
step vet
step faultlab
step staticcheck
step binary
step go_sqlite gcc
step go_postgres gcc postgresql
step check postgresql
step e2e node chromium fonts
finish
