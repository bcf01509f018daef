# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# Certificates for tests, valid for two days: source this, then
#
#   make_authority FOLDER NAME                     # FOLDER/NAME.crt, .key
#   issue FOLDER AUTHORITY NAME [SUBJECT-ALT-NAME [OPTION]...]   # options of openssl x509

key_options=(-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes)

make_authority() {
    mkdir -p "$1"
    openssl req -x509 "${key_options[@]}" -subj "/CN=$2" -days 2 \
        -keyout "$1/$2.key" -out "$1/$2.crt" 2>/dev/null
}

issue() {
    openssl req "${key_options[@]}" -subj "/CN=$3" -keyout "$1/$3.key" -out "$1/$3.csr" 2>/dev/null
    openssl x509 -req -in "$1/$3.csr" -CA "$1/$2.crt" -CAkey "$1/$2.key" -days 2 \
        -extfile <(echo "subjectAltName=${4:-DNS:device.example}") "${@:5}" -out "$1/$3.crt" 2>/dev/null
}
