# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# Encoders of payload formats that are not ours: source this, then
#
#   install_format_encoders      # once, into the cache; exits 77 when a package registry is away
#   "$encoder_python" …          # a Python with Eclipse Tahu's library and paho-mqtt
#   NODE_PATH=$encoders/node_modules node …

# The variables are for those who source this.
# shellcheck disable=SC2034
encoder_files=$(dirname "$(realpath "${BASH_SOURCE[0]}")")/../formats
# By what is in it: two versions of the tests do not take it from one another.
encoders=${XDG_CACHE_HOME:-$HOME/.cache}/tlm/format-encoders-$(
    cat "$encoder_files/package-lock.json" "$encoder_files/requirements.txt" | sha256sum | cut -c 1-12)
encoder_python=$encoders/python/bin/python

# quietly COMMAND...: its output only when it fails.
quietly() {
    local log
    log=$(mktemp)
    "$@" >"$log" 2>&1 || {
        tail -n 20 "$log" >&2
        rm -f "$log"
        return 1
    }
    rm -f "$log"
}

# A registry that is away is no fault of the decoders; anything else here is.
without_encoders() {
    echo "$* (its last lines are above): not tested" >&2
    exit 77
}

install_format_encoders() {
    exec 9>"${TMPDIR:-/tmp}/tlm-format-encoders.lock"
    flock 9 # two runs at once: the second finds the work done
    if [[ ! -e $encoders/complete ]]; then
        rm -rf "$encoders"
        mkdir -p "$encoders"
        cp "$encoder_files/package.json" "$encoder_files/package-lock.json" "$encoders"
        quietly npm ci --prefix "$encoders" --ignore-scripts --no-audit --no-fund ||
            without_encoders "npm could not install the encoders"
        quietly python3 -m venv "$encoders/python"
        quietly "$encoders/python/bin/pip" install --no-deps -r "$encoder_files/requirements.txt" ||
            without_encoders "pip could not install the encoders"
        touch "$encoders/complete"
    fi
    exec 9>&-
}
