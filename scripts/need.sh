#!/usr/bin/env bash
# Makes sure that parts the tests need are on this machine: `scripts/need.sh chromium fonts`.
# As root on a machine with apt a missing part is installed. Exit 0: all are here; 3: one is not, and what
# needs it has to be left out; 1: one is not and CI=true, where nothing may be left out.
set -euo pipefail

has() {
  case $1 in
    gcc) command -v gcc >/dev/null && echo 'int main(void){return 0;}' | gcc -x c -include stdlib.h -o /dev/null - 2>/dev/null ;;
    node) command -v npm >/dev/null && node -e 'const [a, b] = process.versions.node.split(".").map(Number); process.exit(a > 20 || (a === 20 && b >= 19) ? 0 : 1)' 2>/dev/null ;;
    chromium) [ -x "${CHROMIUM:-/usr/bin/chromium}" ] ;;
    fonts) [ -d /usr/share/fonts/opentype/noto ] && [ -f /usr/share/fonts/truetype/noto/NotoColorEmoji.ttf ] ;;
    postgresql) command -v initdb >/dev/null || compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null ;;
    *) echo "need.sh: no part is called $1" >&2; exit 2 ;;
  esac
}

packages() {
  case $1 in
    gcc) echo gcc libc6-dev ;;
    node) echo nodejs npm ;;
    chromium) echo chromium ;;
    fonts) echo fonts-noto-cjk fonts-noto-color-emoji ;;
    postgresql) echo postgresql ;;
  esac
}

install() {
  [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null || return 1
  if [ "$1" = postgresql ]; then # the tests start a cluster of their own; a second one on the usual port helps nobody
    mkdir -p /etc/postgresql-common/createcluster.d
    echo 'create_main_cluster = false' >/etc/postgresql-common/createcluster.d/ichat.conf
  fi
  local get=(env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=120 -y --no-install-recommends install)
  # shellcheck disable=SC2046 # one word a package
  "${get[@]}" $(packages "$1") >&2 || { apt-get update >&2 && "${get[@]}" $(packages "$1") >&2; }
}

missing=()
for part in "$@"; do
  has "$part" || { install "$part" && has "$part"; } || missing+=("$part")
done
[ ${#missing[@]} = 0 ] && exit 0
echo "missing: ${missing[*]} (Debian: $(for part in "${missing[@]}"; do packages "$part"; done | xargs))"
[ "${CI:-}" = true ] && exit 1
exit 3
