#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# fetch_data.sh - downloads data sets where the curta program looks for them, and checks their SHA-256 sums
#
# usage: fetch_data.sh [mnist|cifar10|occupancy]...            all by default; needs curl or wget
#        fetch_data.sh --check mnist|cifar10|occupancy [DIR]   checks files that are there already
# CURTA_DATA: folder, default runs/data. Fashion-MNIST comes from the package dataset-fashion-mnist.
# A file appears under its name only after its sum was right; a wrong file is removed.
set -eu

data=${CURTA_DATA:-runs/data}
mnist_url=https://storage.googleapis.com/cvdf-datasets/mnist
cifar_url=https://www.cs.toronto.edu/~kriz
occupancy_url=https://raw.githubusercontent.com/LuisM78/Occupancy-detection-data/ba2b1d7b53a71292ff61b867d3e16f0e539c7eb6 # CC BY 4.0

sums() { # SET: lines of sum, name
  case $1 in
  mnist)
    cat <<'SUMS'
440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609 train-images-idx3-ubyte.gz
3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c train-labels-idx1-ubyte.gz
8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6 t10k-images-idx3-ubyte.gz
f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6 t10k-labels-idx1-ubyte.gz
SUMS
    ;;
  cifar10)
    echo "c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd cifar-10-binary.tar.gz"
    ;;
  occupancy)
    cat <<'SUMS'
b2c4d0ce2b9e4e453c476f7125ef31aeec2d1f5c7f5572d0e80de3df6521ab56 datatraining.txt
1b92c7c1b2838963464fa891a610cf3c5db4becb7189189b29b330107a584c7f datatest.txt
SUMS
    ;;
  *)
    echo "fetch_data: unknown data set \"$1\": mnist, cifar10 or occupancy" >&2
    return 2
    ;;
  esac
}

check() { # SUM FILE
  [ -f "$2" ] || {
    echo "fetch_data: $2: no such file" >&2
    return 1
  }
  found=$(sha256sum "$2" | cut -d' ' -f1)
  [ "$found" = "$1" ] && return 0
  echo "fetch_data: $2: expected SHA-256 $1, found $found" >&2
  return 1
}

download() { # URL FILE
  if command -v curl >/dev/null; then
    curl --fail --location --silent --show-error --output "$2" "$1"
  elif command -v wget >/dev/null; then
    wget --quiet --output-document="$2" "$1"
  else
    echo "fetch_data: neither curl nor wget is installed" >&2
    return 1
  fi
}

fetch() { # SET
  case $1 in mnist) url=$mnist_url ;; cifar10) url=$cifar_url ;; *) url=$occupancy_url ;; esac
  list=$(sums "$1")
  mkdir -p "$data/$1"
  echo "$list" | while read -r sum name; do
    file=$data/$1/$name
    if [ -f "$file" ] && check "$sum" "$file" 2>/dev/null; then
      echo "$file: already there"
      continue
    fi
    echo "$url/$name"
    if ! download "$url/$name" "$file.part" || ! check "$sum" "$file.part"; then
      rm -f "$file.part"
      echo "fetch_data: $name was not fetched; try again, or get it yourself and put it into $data/$1" >&2
      exit 1
    fi
    mv "$file.part" "$file"
  done
  [ "$1" != cifar10 ] || tar -xzf "$data/cifar10/cifar-10-binary.tar.gz" -C "$data/cifar10"
}

if [ "${1:-}" = --check ]; then
  list=$(sums "${2:-}") || exit 2
  dir=${3:-$data/$2}
  echo "$list" | {
    bad=0
    while read -r sum name; do
      if check "$sum" "$dir/$name"; then echo "$dir/$name: right"; else bad=1; fi
    done
    exit $bad
  }
  exit
fi
case ${1:-} in -h | --help) sed -n 's/^# \{0,1\}//p' "$0" | sed -n 3,8p; exit 0 ;; esac
[ $# -gt 0 ] || set -- mnist cifar10 occupancy
for set in "$@"; do sums "$set" >/dev/null; done
for set in "$@"; do fetch "$set"; done
