#!/usr/bin/env bash
# Asks the program VIGIE_BIN whatever its own OpenAPI document allows, and what it forbids: no answer is a 5xx, each
# has a status, a media type and a shape that the document tells of. The batches are left out, for schemathesis cannot
# write NDJSON, and so is the stream of events, which never ends; both have tests of their own.
set -euo pipefail
cd "$(dirname "$0")"
work=$(mktemp -d)
trap 'kill "${server:-}" 2>/dev/null || true; rm -rf "$work"' EXIT

port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
"$VIGIE_BIN" demo --store "sqlite:$work/vigie.sqlite" --listen "127.0.0.1:$port" 2>"$work/log" &
server=$!

"$SCHEMATHESIS" run "http://127.0.0.1:$port/openapi.json" --wait-for-schema 120 --no-color \
  --checks not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance \
  --exclude-path /api/v1/events --exclude-path /api/v1/locate:batch --exclude-path /api/v1/incidents:batch \
  --seed 1 --phases coverage,fuzzing --max-examples "${EXAMPLES:-40}" --request-timeout 30 || { tail -n 40 "$work/log"; exit 1; }
if grep -E 'internal error|panicked' "$work/log"; then
  echo "vigie: the server wrote a fault of its own into its log"
  exit 1
fi
