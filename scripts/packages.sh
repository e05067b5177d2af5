# The one list of what Ganymede needs from Debian 12 or 13, and what installs it. Sourced by the other scripts.
# docs/dependencies.md says why each is there. In a|b the first that the system knows is taken: the second is Ubuntu's
# name (24.04 and 26.04: not tried).

ganymede_packages_tools="g++ cmake ninja-build ccache pkg-config"

# Clang has an OpenMP runtime of its own version.
if [[ ${CXX:-} == *clang++* ]]; then
  clang_version=${CXX##*clang++}
  ganymede_packages_tools+=" clang$clang_version libomp$clang_version-dev"
fi

# A LibTorch of one's own (preset cuda) takes the place of these.
ganymede_packages_torch="libtorch-dev libdnnl-dev libopenblas0-openmp"

ganymede_packages_libraries="
  libcli11-dev libtomlplusplus-dev nlohmann-json3-dev libspdlog-dev libfmt-dev
  libarchive-dev libmatio-dev liblmdb-dev libcurl4-openssl-dev libssl-dev ca-certificates
  libpng-dev zlib1g-dev libgif-dev libjpeg62-turbo-dev|libjpeg-turbo8-dev libwebp-dev
  libtiff-dev libavif-dev libheif-dev libheif-plugin-libde265|libheif1 libjxl-dev liblcms2-dev libcairo2-dev
  fonts-dejavu-core
  libgloo-dev libprotobuf-dev protobuf-compiler libboost-dev"

ganymede_packages_build="$ganymede_packages_tools $ganymede_packages_torch $ganymede_packages_libraries"

# What a machine needs that only runs a program built elsewhere on the same system, beside the libraries it is linked
# with, which ganymede_packages_of finds: their names differ from release to release.
ganymede_packages_run="libopenblas0-openmp libgomp1 ca-certificates fonts-dejavu-core libheif-plugin-libde265|libheif1"

# PyPI's PyTorch comes through these.
ganymede_packages_python="python3 python3-venv"

# For tests of the page alone.
ganymede_packages_browser="chromium|chromium-browser"

# For scripts/fuzz: the oldest Clang that is tried, else Debian 13's.
ganymede_packages_fuzz="clang-16|clang-19 libclang-rt-16-dev|libclang-rt-19-dev llvm-16|llvm-19
  libgtest-dev libgmock-dev"

ganymede_packages_tests="libgtest-dev libgmock-dev liblinear-dev python3 python3-venv python3-pytest
  python3-pytest-timeout python3-pytest-xdist python3-numpy python3-torch dpkg-dev file groff-base zsh fish openmpi-bin"

# For scripts/wheel, beside what it takes from PyPI (scripts/wheel.txt).
ganymede_packages_wheel="file"

# For scripts/package, and its check.
ganymede_packages_packaging="dpkg-dev file gzip"
ganymede_packages_lintian="lintian"

# To build for 64-bit Arm; what the program is linked with is unpacked by scripts/arm64-sysroot.
ganymede_packages_arm64="$ganymede_packages_tools g++-aarch64-linux-gnu protobuf-compiler"

# ganymede_known_name a|b: of several names of a package the first that this system knows.
ganymede_known_name() {
  local name
  for name in ${1//|/ }; do
    [[ -z $(apt-cache show --no-all-versions "$name" 2>/dev/null) ]] || { echo "$name"; return; }
  done
  echo "${1%%|*}"
}

# ganymede_packages_of PROGRAM: what a machine needs that only runs it: the packages of the libraries that it is linked
# with itself, which bring what they need, and those of ganymede_packages_run.
ganymede_packages_of() {
  local name file
  for name in $ganymede_packages_run; do ganymede_known_name "$name"; done
  objdump -p "$1" | sed -n 's/^ *NEEDED *//p' | while read -r name; do
    file=$(ldd "$1" | awk -v name="$name" '$1 == name {print $3}')
    [[ -n $file ]] || continue
    # A merged /usr: the package may list the file under either path.
    dpkg-query -S "$file" "/usr$file" "${file#/usr}" 2>/dev/null | sed 's/:.*//'
  done | sort -u
}

# ganymede_from_pypi FOLDER LIST SIZE PACKAGE: a virtual environment with what the file LIST names.
# $ganymede_pypi_folder is then the place of PACKAGE in it.
ganymede_from_pypi() {
  if ! cmp -s "$2" "$1/installed.txt"; then
    rm -rf "$1"
    echo "installing $(tr '\n' ' ' <"$2")from PyPI into $1 ($3)"
    /usr/bin/python3 -m venv "$1"
    "$1/bin/python" -m pip --quiet --disable-pip-version-check install -r "$2"
    cp "$2" "$1/installed.txt"
  fi
  ganymede_pypi_folder=$(cd "$1" && echo "$PWD"/lib/python3*/site-packages/"$4")
}
# PyPI's PyTorch, whose LibTorch has the GPU code; $ganymede_torch_folder is then the place of that LibTorch.
ganymede_torch_from_pypi() {
  ganymede_from_pypi "$1" scripts/torch.txt "several GB" torch
  ganymede_torch_folder=$ganymede_pypi_folder
}

# ganymede_install_packages LIST...: installs what is missing of ganymede_packages_LIST; where nothing is, touches
# nothing.
ganymede_install_packages() {
  local list names missing=() name one i
  if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
    echo "not a Debian: nothing is installed here; scripts/packages.sh names what has to be there" >&2
    return 0
  fi
  local -A installed=()
  while read -r name; do installed[$name]=yes; done < <(
    dpkg-query -W -f '${db:Status-Status} ${Package}\n' 2>/dev/null | sed -n 's/^installed //p')
  for list in "$@"; do
    names="ganymede_packages_$list"
    [[ -v $names ]] || { echo "error: no package list '$list' in scripts/packages.sh" >&2; return 2; }
    for name in ${!names}; do
      for one in ${name//|/ }; do
        [[ -z ${installed[$one]:-} ]] || continue 2
      done
      missing+=("$name")
      installed[${name%%|*}]=yes
    done
  done
  ((${#missing[@]})) || return 0

  local as_root=()
  if ((EUID != 0)); then
    # Without a terminal nobody can type sudo's password.
    if command -v sudo >/dev/null && { [[ -t 0 ]] || sudo -n true 2>/dev/null; }; then
      as_root=(sudo)
    else
      echo "error: packages are missing and only root can install them; run as root, or let an administrator run:" >&2
      echo "  apt-get install --no-install-recommends ${missing[*]%%|*}" >&2
      return 1
    fi
  fi
  local apt=("${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -q -o DPkg::Lock::Timeout=300)
  # One source of many that does not answer need not matter: whether it does, the next line says.
  "${apt[@]}" update </dev/null || echo "warning: apt-get update failed; trying with the lists that are there" >&2
  for i in "${!missing[@]}"; do
    [[ ${missing[i]} != *"|"* ]] || missing[i]=$(ganymede_known_name "${missing[i]}")
  done
  echo "installing ${#missing[@]} packages: ${missing[*]}"
  # Of the hundreds of lines, those that show that it goes on.
  if ! (set -o pipefail; "${apt[@]}" -y --no-install-recommends -o Dpkg::Use-Pty=0 install "${missing[@]}" </dev/null |
    sed -u -E '/^(Selecting previous|Preparing to un|Unpacking|\(Reading database|Processing triggers|  [a-z])/d'); then
    echo "error: apt-get could not install the packages above; is this Debian 12 or 13 with its main archive," \
      "and online?" >&2
    return 1
  fi
}

# Which library answers to libblas.so.3 decides the speed of every matrix product: the reference BLAS is 30 times
# slower.
ganymede_check_blas() {
  command -v ldconfig >/dev/null || PATH="$PATH:/usr/sbin:/sbin"
  local link file
  link=$(ldconfig -p 2>/dev/null | sed -n 's/^\s*libblas\.so\.3 .*=> //p' | head -n 1)
  [[ -n $link ]] || return 0
  file=$(readlink -f "$link")
  case $file in
    *openblas-openmp* | *openblas-pthread* | *mkl*) return 0 ;;
  esac
  echo "warning: libblas.so.3 is $file, which is many times slower than OpenBLAS; to fix it, as root:" >&2
  echo "  apt-get install libopenblas0-openmp && update-alternatives --auto libblas.so.3-$(uname -m)-linux-gnu" >&2
}
