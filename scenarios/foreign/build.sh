#!/bin/sh
# Builds a module from one C file: `build.sh store.c` gives store.hba.wasm, `build.sh store.c OUT -DNAME` another one.
# Functions stay functions in wasm-opt (-ocimfs=0): errors and profiles name them.
# Needs clang, wasm-ld (lld) and wasm-opt (binaryen). $HBASIM is the program, if it is not on the path; $LINKED is
# where what the linker has written is kept, too.
#
# The driver of clang runs wasm-opt by itself when it links, which would change cycles: so it only compiles here.
set -eu
name=${1%.c}
out=${2:-$name.hba.wasm}
shift $(($# > 1 ? 2 : 1))
: "${HBASIM:=hbasim}"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
clang --target=wasm32 -mcpu=mvp -mmutable-globals -Oz -ffreestanding -fno-builtin -Wall -Wextra -Werror \
  -Wno-sign-compare "$@" -c "$name.c" -o "$work/object.o"
wasm-ld --no-entry --stack-first -z stack-size=16384 --max-memory=4194304 --export=__stack_pointer \
  "$work/object.o" -o "$work/linked.wasm"
[ -z "${LINKED:-}" ] || cp "$work/linked.wasm" "$LINKED"
$HBASIM module "$work/linked.wasm" -o "$work/metered.wasm" --quiet
wasm-opt -g --enable-mutable-globals -ocimfs=0 --asyncify "--pass-arg=asyncify-imports@$($HBASIM module --imports)" \
  "${WASM_OPT_LEVEL:--Os}" "$work/metered.wasm" -o "$out"
