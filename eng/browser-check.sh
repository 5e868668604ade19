#!/usr/bin/env bash
# Drives the page of samples/PriorAuthorization with Chromium (tests/browser): what people see, killed processes and a phone's width.
# Needs node 18 or newer, npm and chromium; installs them where it may (Debian packages, as root). Screenshots go to artifacts/screenshots.
# Exit code 77: they are missing and cannot be installed. Where CI is set nothing is skipped: that is a failure.
set -uo pipefail
cd "$(dirname "$0")/.."

lacks() {
  echo "$1"
  [ -n "${CI:-}" ] && exit 1
  exit 77
}

has_node() { command -v npm >/dev/null && node -e 'process.exit(parseInt(process.versions.node) >= 18 ? 0 : 1)' 2>/dev/null; }
has_chromium() { command -v chromium || command -v chromium-browser || command -v google-chrome; } >/dev/null

packages=()
command -v node >/dev/null || packages+=(nodejs)
command -v npm >/dev/null || packages+=(npm)
has_chromium || packages+=(chromium)
if [ "${#packages[@]}" -gt 0 ] && [ "$(id -u)" -eq 0 ] && command -v apt-get >/dev/null; then
  apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends "${packages[@]}"
fi
has_node || lacks "no node: install node 18 or newer with npm (Debian: nodejs npm)"
has_chromium || lacks "no browser: install chromium (Debian: chromium)"

dotnet build samples/PriorAuthorization -v:q -clp:NoSummary || exit 1
cd tests/browser
npm ci --no-audit --no-fund || lacks "the package playwright-core is not there: 'npm ci' in tests/browser needs a package registry"

log=$(mktemp)
trap 'rm -f "$log"' EXIT
timeout --kill-after=10 300 npm test >"$log" 2>&1
status=$?
cat "$log"
[ "$status" -eq 124 ] && echo "the browser tests did not end within five minutes"
# A run in which nothing was tested is no success.
[ "$status" -eq 0 ] && ! grep -qE '^(ℹ|#) pass [1-9]' "$log" && { echo "no test has run"; status=1; }
exit "$status"
