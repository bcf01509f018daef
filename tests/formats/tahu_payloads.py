#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Messages of Eclipse Tahu's Python library, through the decoder: tahu_payloads.py DECODE_FORMATS"""

import json
import subprocess
import sys

from tahu import sparkplug_b as tahu

Type = tahu.MetricDataType
KINDS = [
    # The library takes a negative number only in two's complement, 32 or 64 bits wide.
    (Type.Int8, 2**32 - 12, -12), (Type.Int16, 2**32 - 3000, -3000), (Type.Int32, 2**32 - 1, -1),
    (Type.Int64, 2**64 - 5, -5), (Type.UInt8, 255, 255), (Type.UInt16, 65535, 65535),
    (Type.UInt32, 4294967295, 4294967295), (Type.UInt64, 2**64 - 1, 2**64 - 1),
    (Type.Float, 21.5, 21.5), (Type.Double, 0.1, 0.1), (Type.Boolean, True, True),
    (Type.String, "text", "text"), (Type.Text, "é", "é"), (Type.UUID, "u", "u"),
    (Type.DateTime, 1700000000123, 1700000000123), (Type.Bytes, b"\x00\xff\x01", "AP8B"),
]


def birth():
    payload = tahu.getNodeBirthPayload()
    for alias, (kind, value, _) in enumerate(KINDS):
        tahu.addMetric(payload, f"m{alias}", 100 + alias, kind, value)
    tahu.addNullMetric(payload, "nothing", 200, Type.Int32)
    table = tahu.initDatasetMetric(payload, "table", 201, ["a", "b"],
                                   [tahu.DataSetDataType.Int8, tahu.DataSetDataType.String])
    row = table.rows.add()
    row.elements.add().int_value = 2**32 - 7
    row.elements.add().string_value = "x"
    return payload


def data():
    """By alias, and without the datatype that the library would repeat."""
    payload = tahu.getDdataPayload()
    for alias, (kind, value, _) in enumerate(KINDS):
        tahu.addMetric(payload, None, 100 + alias, kind, value).ClearField("datatype")
    tahu.addHistoricalMetric(payload, "m0", None, Type.Int8, 5)
    return payload


def main():
    messages = [("NDEATH", tahu.getNodeDeathPayload()), ("NBIRTH", birth()), ("NDATA", data())]
    lines = "".join(f"spBv1.0/G/{kind}/E\t{payload.SerializeToString().hex()}\n"
                    for kind, payload in messages)
    said = subprocess.run([sys.argv[1], "sparkplug"], input=lines, text=True, check=True,
                          stdout=subprocess.PIPE).stdout.splitlines()
    read = []
    for line in said:
        assert line.startswith("G::E {"), line
        read.append(json.loads(line.removeprefix("G::E ")))
    death, born, values = read

    assert death["sparkplug"] == "NDEATH" and death["bdSeq"] == 0, death
    wanted = {f"m{alias}": value for alias, (_, _, value) in enumerate(KINDS)}
    table = {"columns": ["a", "b"], "types": ["Int8", "String"], "rows": [[-7, "x"]]}
    others = {name: born.pop(name) for name in ("ts", "sparkplug", "bdSeq", "nothing", "table")}
    assert born == wanted, born
    assert others["nothing"] is None and others["table"] == table, others
    assert others["ts"] == messages[1][1].timestamp, others
    assert values.pop("ts") == messages[2][1].timestamp, values
    assert values.pop("sparkplug") == "NDATA", values
    past = values.pop("history")
    assert len(past) == 1 and past[0]["name"] == "m0" and past[0]["value"] == 5, past
    assert values == wanted, values
    print("ok: Tahu's payloads")


main()
