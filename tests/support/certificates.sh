# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# Certificates for a test, made on the spot: source this, then
#
#   make_authorities DIR NAME...              # sets tls to DIR; DIR/NAME.crt, DIR/NAME.key
#   issue NAME AUTHORITY SUBJECT-ALT-NAME     # DIR/NAME.crt, DIR/NAME.key; the common name is NAME

tls_key=(-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes)

make_authorities() {
    local name
    command -v openssl >/dev/null || fail "openssl is not installed: run scripts/setup"
    tls=$1
    mkdir -p "$tls"
    for name in "${@:2}"; do
        openssl req -x509 "${tls_key[@]}" -subj "/CN=$name" -days 2 \
            -keyout "$tls/$name.key" -out "$tls/$name.crt" 2>/dev/null
    done
}

# issue NAME AUTHORITY SUBJECT-ALT-NAME [DAYS]: valid for so long (2); with -1 it ended yesterday.
issue() {
    openssl req "${tls_key[@]}" -subj "/CN=$1" -keyout "$tls/$1.key" -out "$tls/$1.csr" 2>/dev/null
    openssl x509 -req -in "$tls/$1.csr" -CA "$tls/$2.crt" -CAkey "$tls/$2.key" -days "${4:-2}" \
        -extfile <(echo "subjectAltName=$3") -out "$tls/$1.crt" 2>/dev/null
}
