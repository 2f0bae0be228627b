#!/bin/sh
# The programs that tests use beside Kefu: installed where that is allowed, named where it is not.
set -u

missing=""
want() { command -v "$1" >/dev/null 2>&1 || missing="$missing $2"; }

command -v chromium >/dev/null 2>&1 || command -v chromium-browser >/dev/null 2>&1 ||
    command -v google-chrome >/dev/null 2>&1 || missing="$missing chromium"
ls /usr/share/fonts/opentype/noto/NotoSansCJK* >/dev/null 2>&1 ||
    [ -n "$(fc-list :lang=zh 2>/dev/null | head -n 1)" ] || missing="$missing fonts-noto-cjk"
want redis-server redis-server
want nginx nginx
want caddy caddy

[ -z "$missing" ] && exit 0

if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    echo "Installing for the tests:$missing"
    export DEBIAN_FRONTEND=noninteractive
    # No daemon may start: the tests run their own.
    policy=/usr/sbin/policy-rc.d
    if [ ! -e "$policy" ]; then
        printf '#!/bin/sh\nexit 101\n' >"$policy" && chmod +x "$policy"
        trap 'rm -f "$policy"' EXIT
    fi
    apt-get update -qq >/dev/null 2>&1
    # One at a time: what a release lacks must not keep the others away.
    for package in $missing; do
        apt-get install -y -qq --no-install-recommends "$package" >/dev/null 2>&1 ||
            echo "  $package could not be installed; the tests that need it are skipped."
    done
    exit 0
fi

echo "Missing on this machine:$missing. The tests that need them are skipped."
echo "On Debian or Ubuntu: sudo apt-get install$missing"
