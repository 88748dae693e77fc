#!/bin/sh
# What cargo calls in place of rustc for the packages of this workspace (RUSTC_WORKSPACE_WRAPPER, scripts/test.sh): clippy,
# which lints what it compiles, so that no compilation is for the lints alone. Optimised code is compiled by rustc, since
# clippy leaves out some of its optimisations; the unit tests compile the same sources without optimisation, and lint them.
case " $* " in
*" --test "*) exec clippy-driver "$@" ;;
*" opt-level=3 "*) exec "$@" ;;
*) exec clippy-driver "$@" ;;
esac
