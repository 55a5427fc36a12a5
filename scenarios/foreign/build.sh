#!/bin/sh
# Builds a module from one C, C++ or Rust file: `build.sh store.c` gives store.hba.wasm, `build.sh store.c OUT -DNAME`
# another one. Functions stay functions in wasm-opt (-ocimfs=0): errors and profiles name them.
# Needs clang or rustc with libstd-rust-dev-wasm32, wasm-ld (lld) and wasm-opt (binaryen). $HBASIM is the program, if it
# is not on the path; $LINKED is where what the linker has written is kept, too; $RUSTC another compiler of Rust.
#
# Of C++ constructors run once, before hba_abi: wasm-ld would else have each export run all of them (--no-entry).
#
# The driver of clang runs wasm-opt by itself when it links, which would change cycles: so it only compiles here.
set -eu
source=$1
name=${source%.*}
out=${2:-$name.hba.wasm}
shift $(($# > 1 ? 2 : 1))
: "${HBASIM:=hbasim}"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
link='--stack-first -zstack-size=16384 --max-memory=4194304 --export=__stack_pointer'
case $source in
*.rs)
  # rustc calls the linker with its library, and exports what has to keep its name.
  args=
  for each in $link; do args="$args -C link-arg=$each"; done
  # shellcheck disable=SC2086 # several words
  "${RUSTC:-rustc}" --edition 2021 --target wasm32-unknown-unknown --crate-type cdylib -C panic=abort -C opt-level=z \
    -C lto -C codegen-units=1 -C target-cpu=mvp -C target-feature=+mutable-globals -C linker=wasm-ld $args -D warnings \
    "$@" "$source" -o "$work/linked.wasm"
  ;;
*)
  case $source in
  *.cpp | *.cc | *.cxx)
    link="$link --export=__wasm_call_ctors"
    # There is no library: nothing throws, nobody waits for a static, and power ends all without a destructor.
    set -- -fno-exceptions -fno-rtti -fno-threadsafe-statics -fno-c++-static-destructors "$@"
    ;;
  esac
  clang --target=wasm32 -mcpu=mvp -mmutable-globals -Oz -ffreestanding -fno-builtin -Wall -Wextra -Werror \
    -Wno-sign-compare "$@" -c "$source" -o "$work/object.o"
  # shellcheck disable=SC2086 # several words
  wasm-ld --no-entry $link "$work/object.o" -o "$work/linked.wasm"
  ;;
esac
[ -z "${LINKED:-}" ] || cp "$work/linked.wasm" "$LINKED"
$HBASIM module "$work/linked.wasm" -o "$work/metered.wasm" --quiet
wasm-opt -g --enable-mutable-globals -ocimfs=0 --asyncify "--pass-arg=asyncify-imports@$($HBASIM module --imports)" \
  "${WASM_OPT_LEVEL:--Os}" "$work/metered.wasm" -o "$out"
