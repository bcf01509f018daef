# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# Encoders of payload formats that are not ours, installed once, into the cache. To be sourced; wants
# $scratch, a temporary folder.

formats=$(dirname "$(realpath "${BASH_SOURCE[0]}")")
encoders=${XDG_CACHE_HOME:-$HOME/.cache}/tlm/format-encoders

skip() {
    echo "$* (its last lines are above): not tested" >&2
    exit 77
}

# quietly COMMAND...: its output only when it fails.
quietly() {
    "$@" >"${scratch:?}/log" 2>&1 || {
        tail -n 20 "$scratch/log" >&2
        return 1
    }
}

# A registry that is away is no fault of ours; anything else here is.
install_encoders() {
    local lock
    lock=$(cat "$formats/package-lock.json" "$formats/requirements.txt" | sha256sum)
    [[ $(cat "$encoders/lock" 2>/dev/null) != "$lock" ]] || return 0
    rm -rf "$encoders"
    mkdir -p "$encoders"
    cp "$formats/package.json" "$formats/package-lock.json" "$encoders"
    quietly npm ci --prefix "$encoders" --ignore-scripts --no-audit --no-fund ||
        skip "npm could not install the encoders"
    quietly python3 -m venv "$encoders/python"
    quietly "$encoders/python/bin/pip" install --no-deps -r "$formats/requirements.txt" ||
        skip "pip could not install the encoders"
    echo "$lock" >"$encoders/lock"
}

# Leaves them in the folder $encoders; two runs at once: the second finds the work done.
need_encoders() {
    exec 9>"${TMPDIR:-/tmp}/tlm-format-encoders.lock"
    flock 9
    install_encoders
}
