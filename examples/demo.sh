#!/usr/bin/env bash
# Compress the clips of this folder, look inside, and decode them at two frame rates.
set -euo pipefail
cd "$(dirname "$0")/.."
out=build/demo
mkdir -p "$out"

show() { printf '\n$ %s\n' "$*"; "$@"; }

demo() {  # CLIP, NEW RATE, NEW FILE
    local name; name=$(basename "$1" .npy)
    show vdsc compress "$1" -o "$out/$name.vds" -f
    show vdsc info "$out/$name.vds"
    show vdsc decompress "$out/$name.vds" -o "$out/$name.npy" -f
    show vdsc decompress "$out/$name.vds" --fps "$2" -o "$out/$3" -f
}

show vdsc models
demo examples/walk.npy 144 walk-144.npy
demo examples/digits.npy 90 digits-90.mp4
printf '\nThe outputs are in %s.\n' "$out"
