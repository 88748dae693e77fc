#!/usr/bin/env bash
# How far apart the kernels of one binary are: the largest differences from the widest kernel of this processor, as a Markdown
# table for docs/performance.md. The work is that of tests/campaigns/kernels.rs, which asserts on the limits.
#
#     benches/kernels.sh
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
out=$(mktemp)
trap 'rm -f "$out"' EXIT
# one thread: lines of different tests do not mix
if ! cargo test --release --locked --manifest-path "$root/Cargo.toml" --test campaigns -- kernels:: --nocapture --test-threads=1 >"$out" 2>&1; then
    cat "$out" >&2
    exit 1
fi
grep '^skipped' "$out" | sort -u >&2 || true
echo "| result | kernel | largest difference | limit |"
echo "|---|---|---|---|"
# a test's name stands before the first line that it prints
sed -n 's/^[^|]*\(| .* |\)$/\1/p' "$out"
grep -o '[a-z]* [a-z-]*: [a-z0-9]* and [a-z0-9]* wrote the same files$' "$out" | sed 's/\(.*\): \(.*\) and \(.*\) wrote .*/| every byte of a campaign (\1) | \3 | 0 | 0 |/'
