#!/usr/bin/env bash
# The product on :8080 and Vite in front of the console: pages reload as their sources change, /api and /ws go through.
set -euo pipefail
cd "$(dirname "$0")/.."

bin/ichat serve &
server=$!
trap 'kill "$server" 2>/dev/null; wait "$server" 2>/dev/null || true' EXIT
echo "the pages, reloading: http://localhost:5173/agent and http://localhost:5173/admin"
npm --prefix console run dev
