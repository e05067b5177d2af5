# The one list of what Ganymede needs from Debian 12, and what installs it. Sourced by the other scripts.
# docs/dependencies.md says why each is there.

ganymede_packages_tools="g++ cmake ninja-build ccache pkg-config"

# A LibTorch of one's own (preset cuda, or CMAKE_PREFIX_PATH) takes the place of these.
ganymede_packages_torch="libtorch-dev libopenblas0-openmp"

ganymede_packages_libraries="
  libcli11-dev libtomlplusplus-dev nlohmann-json3-dev libspdlog-dev libfmt-dev
  libarchive-dev libmatio-dev liblmdb-dev libcurl4-openssl-dev libssl-dev ca-certificates
  libpng-dev zlib1g-dev libgif-dev libjpeg62-turbo-dev libwebp-dev libcairo2-dev fonts-dejavu-core
  libprotobuf-dev protobuf-compiler libboost-dev"

ganymede_packages_build="$ganymede_packages_tools $ganymede_packages_torch $ganymede_packages_libraries"

# What a machine needs that only runs a program built elsewhere on Debian 12.
ganymede_packages_run="
  libtorch1.13 libopenblas0-openmp libgomp1
  libtomlplusplus3 libspdlog1.10 libfmt9
  libarchive13 libmatio11 liblmdb0 libcurl4 libssl3 ca-certificates
  libpng16-16 zlib1g libgif7 libjpeg62-turbo libwebp7 libcairo2 fonts-dejavu-core
  libprotobuf32"

# For tests of the page alone.
ganymede_packages_browser="chromium"

ganymede_packages_tests="libgtest-dev libgmock-dev liblinear-dev python3 python3-venv python3-pytest python3-pytest-xdist python3-numpy python3-torch"

# ganymede_install_packages LIST...: installs what is missing of ganymede_packages_LIST; where nothing is, touches nothing.
ganymede_install_packages() {
  local list names missing=() name
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
      [[ -n ${installed[$name]:-} ]] || missing+=("$name")
      installed[$name]=yes
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
      echo "  apt-get install --no-install-recommends ${missing[*]}" >&2
      return 1
    fi
  fi
  echo "installing ${#missing[@]} packages: ${missing[*]}"
  local apt=("${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -q -o DPkg::Lock::Timeout=300)
  # One source of many that does not answer need not matter: whether it does, the next line says.
  "${apt[@]}" update </dev/null || echo "warning: apt-get update failed; trying with the lists that are there" >&2
  # Of the hundreds of lines, those that show that it goes on.
  if ! (set -o pipefail; "${apt[@]}" -y --no-install-recommends -o Dpkg::Use-Pty=0 install "${missing[@]}" </dev/null |
    sed -u -E '/^(Selecting previously|Preparing to unpack|Unpacking|\(Reading database|Processing triggers|  [a-z])/d'); then
    echo "error: apt-get could not install the packages above; is this Debian 12 with its main archive, and online?" >&2
    return 1
  fi
}

# Which library answers to libblas.so.3 decides the speed of every matrix product: the reference BLAS is 30 times slower.
ganymede_check_blas() {
  command -v ldconfig >/dev/null || PATH="$PATH:/usr/sbin:/sbin"
  local link file
  link=$(ldconfig -p 2>/dev/null | sed -n 's/^\s*libblas\.so\.3 .*=> //p' | head -n 1)
  [[ -n $link ]] || return 0
  file=$(readlink -f "$link")
  case $file in
    *openblas-openmp* | *openblas-pthread* | *mkl*) return 0 ;;
  esac
  echo "warning: libblas.so.3 is $file, which is many times slower than OpenBLAS; to mend it, as root:" >&2
  echo "  apt-get install libopenblas0-openmp && update-alternatives --auto libblas.so.3-$(uname -m)-linux-gnu" >&2
}
