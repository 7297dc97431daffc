# Sourced: empty roots of Debian 12, in which packages are tried. Needs root, and debootstrap.
# shellcheck shell=bash

skip() { printf 'skipped: %s\n' "$*" >&2; exit 77; }
[ "$(id -u)" -eq 0 ] || skip "a Debian root can be made only by root"
command -v debootstrap >/dev/null || skip "no debootstrap"
unshare -m true 2>/dev/null || skip "mount namespaces are not permitted"

# debian_root FOLDER CACHE: a minimal Debian 12, kept in CACHE for the next time, with the package sources of this machine.
debian_root() {
  local mirror
  mirror=$(apt-get indextargets --format '$(SITE)' 'Codename: bookworm' 2>/dev/null | grep -v security | head -n 1)
  [ -n "$mirror" ] || skip "apt knows no source of Debian 12"
  if [ ! -e "$2/etc/debian_version" ]; then
    rm -rf "$2"
    debootstrap --variant=minbase bookworm "$2" "$mirror" >"$2.log" 2>&1 || { tail "$2.log" >&2; rm -rf "$2"; return 1; }
    rm -f "$2/etc/apt/sources.list"
    cp -a /etc/apt/sources.list.d /etc/apt/apt.conf.d "$2/etc/apt/"
    if [ -e /etc/apt/sources.list ]; then cp /etc/apt/sources.list "$2/etc/apt/"; fi
  fi
  cp -a "$2" "$1"
  cp /etc/resolv.conf "$1/etc/"
}

# inside ROOT COMMAND...: runs a command in the root, in a mount namespace of its own. It sees nothing else of this machine.
inside() {
  local root=$1
  shift
  # shellcheck disable=SC2016
  unshare -m bash -c 'mount -t proc proc "$0/proc" && mount --rbind /dev "$0/dev" && mount -t tmpfs tmp "$0/tmp" && exec chroot "$0" "$@"' "$root" \
    env -i PATH=/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/tmp LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive "$@"
}
