#!/usr/bin/env bash
# Builds everything and runs every test, slow ones included. Ends with a line "N passed, N failed".
# Needs the .NET 10 SDK. Options: --quick leaves out the slow tests.
set -uo pipefail
cd "$(dirname "$0")"

quick=()
[ "${1:-}" = "--quick" ] && quick=(-trait- Category=Slow)

if ! command -v dotnet >/dev/null; then
  echo "test.sh needs the .NET 10 SDK (command 'dotnet'): https://dotnet.microsoft.com/download" >&2
  echo "0 passed, 1 failed"
  exit 1
fi

export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
passed=0
failed=0

check() { # name, command...; a command that ends with 77 says in its last line what it lacks
  local name=$1 log status
  shift
  log=$(mktemp)
  "$@" >"$log" 2>&1
  status=$?
  if [ "$status" -eq 0 ]; then
    echo "ok       $name"
    passed=$((passed + 1))
  elif [ "$status" -eq 77 ]; then
    echo "SKIPPED  $name: $(tail -n 1 "$log")"
  else
    echo "FAILED   $name"
    tail -n 60 "$log"
    failed=$((failed + 1))
  fi
  rm -f "$log"
}

finish() {
  echo "$passed passed, $failed failed"
  [ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
  exit
}

check "the solution builds without warnings" dotnet build Perdure.slnx -v:q -clp:NoSummary
[ "$failed" -eq 0 ] || finish

# A test that waits for ever must not keep the others from being reported: it is named, and its project fails.
limit() { if command -v timeout >/dev/null; then timeout -k 10 900 "$@"; else "$@"; fi; }

for project in tests/*/*.csproj; do
  grep -q 'Include="xunit.v3"' "$project" || continue # a program, such as the conformance runner
  name=$(basename "$project" .csproj)
  log=$(mktemp)
  echo "running  $name"
  limit dotnet "tests/$name/bin/Debug/net10.0/$name.dll" -noColor -longRunning 120 "${quick[@]}" >"$log" 2>&1 </dev/null
  status=$?
  summary=$(grep -E "^ +$name +Total: " "$log" | tail -n 1)
  number() { grep -oP "$1: \K[0-9]+" <<<"$summary" || echo 0; }
  bad=$(($(number Failed) + $(number Errors)))
  good=$(($(number Total) - $(number Failed) - $(number Skipped) - $(number 'Not Run')))
  if [ -z "$summary" ] || [ "$status" -ne 0 ] || [ "$bad" -ne 0 ]; then
    grep -vE "^ *(Discover|Starting)" "$log" | tail -n 200
    [ "$bad" -gt 0 ] || bad=1
  fi
  grep -E "\[SKIP\]" "$log"
  passed=$((passed + good))
  failed=$((failed + bad))
  echo "         ${summary:-$name did not report}"
  rm -f "$log"
done

bench_answers() {
  dotnet run -c Release --project bench/Perdure.Bench -- W1 --store sqlite --concurrency 8 --seconds 1 --json | tail -n 1 | grep -q '"stepsPerSecond":'
}
check "the bench answers with one JSON object" bench_answers

# Compiled to native code: where the toolchain is missing and cannot be installed, the part is named as skipped; never where CI is set.
if [ "${#quick[@]}" -eq 0 ]; then check "the AOT-compiled sample finishes, also when it is killed in the middle" eng/aot-check.sh; fi

# In a browser: where node or chromium is missing and cannot be installed, the same.
if [ "${#quick[@]}" -eq 0 ]; then check "the sample's page does what it should in a browser" eng/browser-check.sh; fi

# AWS's requirements are not part of the repository: where they are not beside it, the part is named as skipped, also where CI is set.
requirements=${PERDURE_REQUIREMENTS:-../shared/conformance/core}
if [ "${#quick[@]}" -eq 0 ]; then check "AWS's conformance requirements hold over HTTP" dotnet run -c Release --project tests/Perdure.Conformance -- --requirements "$requirements"; fi

finish
