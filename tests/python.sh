#!/usr/bin/env bash
# Tests the Python package (python/): its tests, its types, the examples of docs/python.md, its notebooks. Needs the program in
# GLASSWELL. The packages, of pinned versions, are installed once into target/python-venv (a minute); after that it takes half a
# minute.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
target=${CARGO_TARGET_DIR:-$root/target}
venv=$target/python-venv
: "${GLASSWELL:?names the program, such as target/checked/glasswell}"

# without a network the packages cannot be installed: CI must not go on without them
give_up() {
    [ -z "${CI:-}" ] || { echo "python: $1" >&2 && exit 1; }
    echo "python: SKIPPED, $1"
    exit 0
}

install_packages() {
    local wanted=$root/python/tests/requirements.txt
    if ! cmp -s "$wanted" "$venv/installed.txt"; then
        rm -rf "$venv"
        python3 -m venv "$venv" || give_up "python3 -m venv does not work (Debian: apt-get install python3-venv)"
        "$venv/bin/python" -m pip install --quiet --no-compile --disable-pip-version-check -r "$wanted" ||
            give_up "pip could not install python/tests/requirements.txt"
        cp "$wanted" "$venv/installed.txt"
    fi
    [ "${1:-}" != --install ] || exit 0
    # the package as users install it, not the sources themselves
    "$venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-build-isolation --no-deps --force-reinstall \
        "$root/python"
}

# --install: no more than the packages, for a script that does something else meanwhile
install_packages "$@"
"$venv/bin/python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || give_up "Python 3.11 or newer is needed"
export PATH="$venv/bin:$PATH"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python "$root/tests/schema.py"
export MPLCONFIGDIR=$work/matplotlib IPYTHONDIR=$work/ipython JUPYTER_CONFIG_DIR=$work/jupyter

"$GLASSWELL" run "$root/python/tests/campaign.toml" --output "$work/quickstart.out" --threads 1 --quiet
export GLASSWELL_CAMPAIGN=$work/quickstart.out

(cd "$root/python" && python -m pytest -p no:cacheprovider)
(cd "$root/python" && mypy --cache-dir "$venv/mypy" -p glasswell)
for notebook in "$root"/python/notebooks/*.ipynb; do
    (cd "$work" && jupyter execute --timeout=300 "$notebook" --output="$work/$(basename "$notebook")" >"$work/log" 2>&1) ||
        { cat "$work/log" && echo "python: $notebook failed" >&2 && exit 1; }
    # the figures are in the notebook
    pictures=$(grep -c '"image/png"' "$work/$(basename "$notebook")") || true
    [ "$pictures" -ge 2 ] || { echo "python: $notebook shows $pictures figures" >&2 && exit 1; }
    echo "python: $(basename "$notebook") executed, $pictures figures"
done
# the examples in R, where R with rhdf5 is at hand
if command -v Rscript >/dev/null 2>&1 && Rscript -e 'library(rhdf5)' >/dev/null 2>&1; then
    sed -n '/^```r$/,/^```$/p' "$root/docs/python.md" | grep -v '^```' >"$work/example.R"
    (cd "$work" && Rscript example.R) && echo "python: the example in R ran"
else
    echo "python: the example in R is SKIPPED, Rscript with rhdf5 is not on this machine"
fi
