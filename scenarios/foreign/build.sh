#!/bin/sh
# Builds a module from one C file: store.c gives store.hba.wasm. Needs clang, wasm-ld (lld) and wasm-opt (binaryen).
# The driver of clang runs wasm-opt by itself when it links, which would change cycles: so it only compiles here.
set -eu
cd "$(dirname "$0")"
name=${1%.c}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
clang --target=wasm32 -mcpu=mvp -mmutable-globals -Os -g -ffreestanding -fno-builtin -Wall -Wextra -Wno-sign-compare \
  -c "$name.c" -o "$work/object.o"
wasm-ld --no-entry --stack-first -z stack-size=16384 --max-memory=4194304 --export=__stack_pointer "$work/object.o" \
  -o "$work/linked.wasm"
${HBASIM:-hbasim} module "$work/linked.wasm" -o "$work/metered.wasm" --quiet
wasm-opt --enable-mutable-globals --asyncify "--pass-arg=asyncify-imports@$(${HBASIM:-hbasim} module --imports)" -Os -g \
  "$work/metered.wasm" -o "${2:-$name.hba.wasm}"
