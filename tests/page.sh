#!/usr/bin/env bash
# Looks at a page of `glasswell report` as a reader does: an HTML validator, and Chromium at the widths of a laptop and of a phone,
# light and dark, with a contrast check and clicks (tests/page.mjs; a quarter of a minute, the first time half a minute more).
# Chromium is Debian's; the npm packages of tests/page.txt go to target/page.
#
#     GLASSWELL=target/release/glasswell tests/page.sh [CAMPAIGN...]
#
# Without campaigns it makes a tiny one. Without Chromium, Node.js or a way to the npm registry it is skipped, unless CI is set.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
folder=${CARGO_TARGET_DIR:-$root/target}/page
: "${GLASSWELL:?names the program, such as target/checked/glasswell}"

give_up() {
    [ -z "${CI:-}" ] || { echo "page: CI is set, and $1" >&2 && exit 1; }
    echo "page: SKIPPED, $1"
    exit 0
}

command -v chromium >/dev/null 2>&1 || give_up "there is no chromium (Debian: apt-get install chromium)"
command -v npm >/dev/null 2>&1 || give_up "there is no npm (Debian: apt-get install nodejs npm)"
[ "$(node -p 'process.versions.node.split(".")[0]')" -ge 18 ] || give_up "Node.js 18 or newer is needed, this is $(node --version)"

mkdir -p "$folder"
if ! cmp -s "$root/tests/page.txt" "$folder/installed"; then
    rm -rf "$folder/node_modules" "$folder/installed"
    echo '{ "private": true }' >"$folder/package.json"
    # shellcheck disable=SC2046  # a list of packages
    (cd "$folder" && timeout 300 npm install --silent --no-save --no-audit --no-fund --no-update-notifier --ignore-scripts \
        $(cat "$root/tests/page.txt")) || give_up "npm cannot install the packages of tests/page.txt"
    cp "$root/tests/page.txt" "$folder/installed"
fi
# --install: no more than that, for a script that does something else meanwhile
[ "${1:-}" != --install ] || exit 0

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
if [ $# -eq 0 ]; then
    set -- "$work/tiny.out"
    "$GLASSWELL" run "$root/python/tests/campaign.toml" --output "$1" --threads 1 --quiet
fi
page=$("$GLASSWELL" report "$@" --output "$work/report.html")
# Node.js finds the packages beside the script
cp "$root/tests/page.mjs" "$folder/page.mjs"
PATH="$(dirname "$GLASSWELL"):$PATH" node "$folder/page.mjs" "$page" "$work"
