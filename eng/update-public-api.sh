#!/usr/bin/env bash
# Brings the PublicAPI.Unshipped.txt files in line with the code. Review the difference: it is the public surface.
set -euo pipefail
cd "$(dirname "$0")/.."
log=$(mktemp)
dotnet build Perdure.slnx --no-incremental -p:TreatWarningsAsErrors=false -v:q -clp:NoSummary >"$log" 2>&1 || true
for project in src/*/; do
  name=$(basename "$project")
  file="${project}PublicAPI.Unshipped.txt"
  [ -f "$file" ] || continue
  { grep -F "[$(pwd)/src/$name/$name.csproj" "$log" || true; } | { grep -oP "RS0017: Symbol '\K.*(?=' is part of the declared API)" || true; } | sort -u >"$log.gone"
  { grep -F "[$(pwd)/src/$name/$name.csproj" "$log" || true; } | { grep -oP "RS0016: Symbol '\K.*(?=' is not part of the declared public API)" || true; } | sort -u >"$log.new"
  { echo '#nullable enable'; { grep -vFx -f "$log.gone" "$file" || true; cat "$log.new"; } | { grep -v '^#nullable' || true; } | LC_ALL=C sort -u; } >"$log.out"
  cp "$log.out" "$file"
done
rm -f "$log"*
