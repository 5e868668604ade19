#!/usr/bin/env bash
# Compiles samples/AotFunction to native code and runs it, undisturbed and killed in the middle.
# Needs a C linker (clang or gcc) and zlib; installs them where it may (Debian packages, as root).
# Exit code 77: they are missing and cannot be installed. Where CI is set nothing is skipped: that is a failure.
set -uo pipefail
cd "$(dirname "$0")/.."

links() {
  local cc out
  cc=$(command -v clang || command -v gcc) || return 1
  out=$(mktemp)
  echo 'int main(void) { return 0; }' | "$cc" -x c - -lz -o "$out" 2>/dev/null
  local status=$?
  rm -f "$out"
  return $status
}

if ! links && [ "$(id -u)" -eq 0 ] && command -v apt-get >/dev/null; then
  apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get install -q -y gcc libc6-dev zlib1g-dev
fi
if ! links; then
  echo "no native toolchain: install clang or gcc, and zlib's headers (Debian: gcc libc6-dev zlib1g-dev)"
  [ -n "${CI:-}" ] && exit 1
  exit 77
fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
dotnet publish samples/AotFunction -c Release -p:Aot=true -o "$work/app" -v:q -clp:NoSummary || exit 1

expected="order 4711: tea and cup for 39.50, confirmed True"
run() { # folder
  local line
  line=$(timeout 60 "$work/app/AotFunction" "$1") || { echo "the native binary ended with $?"; return 1; }
  [ "$line" = "$expected" ] || { echo "it printed '$line', expected '$expected'"; return 1; }
  [ "$(grep -c . "$1/ledger.txt")" -eq 1 ] || { echo "a recorded step ran twice"; return 1; }
}

run "$work/whole" || exit 1

# Killed once the first step is recorded and the function waits: nothing of it is in memory then.
"$work/app/AotFunction" "$work/killed" >"$work/unfinished" &
process=$!
for _ in $(seq 200); do
  [ -s "$work/killed/ledger.txt" ] && break
  sleep 0.05
done
sleep 0.5
kill -9 "$process"
wait "$process"
[ ! -s "$work/unfinished" ] || { echo "it finished before it was killed"; exit 1; }
run "$work/killed"
