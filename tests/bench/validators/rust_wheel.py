# SPDX-License-Identifier: Apache-2.0
"""rust_wheel.py SCHEMA DATA VERDICTS ROUNDS: json.loads and the Rust crate jsonschema by its wheel."""

import json
import pathlib
import sys
import time

import jsonschema_rs


def main():
    schema, data, verdicts_name, rounds = sys.argv[1:5]
    accepts = jsonschema_rs.validator_for(json.loads(pathlib.Path(schema).read_text())).is_valid
    text = pathlib.Path(data).read_bytes()
    best, verdicts = float("inf"), []
    for _ in range(int(rounds)):
        start = time.process_time_ns()
        verdicts = ["1" if accepts(json.loads(line)) else "0" for line in text.splitlines()]
        best = min(best, (time.process_time_ns() - start) / len(verdicts))
    pathlib.Path(verdicts_name).write_text("".join(verdicts))
    print(f"{best:.1f}")


if __name__ == "__main__":
    main()
