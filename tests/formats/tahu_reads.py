#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Reads what tlm-sim's edge nodes say with Eclipse Tahu's classes: tahu_reads.py < TOPIC<tab>HEX

Each edge node is born first, with names, aliases and datatypes; its data has aliases that the birth
gave, and the next seq. Prints how many of each there were."""

import collections
import sys

from tahu import sparkplug_b as tahu
from tahu.sparkplug_b_pb2 import Payload

Type = tahu.MetricDataType


def read_birth(payload, births):
    names = {m.name: m for m in payload.metrics}
    assert payload.seq == 0, payload.seq
    assert names["bdSeq"].datatype == Type.Int64 and names["bdSeq"].long_value == births, payload
    rebirth = names["Node Control/Rebirth"]
    assert rebirth.datatype == Type.Boolean and rebirth.boolean_value is False, rebirth
    assert names["line"].datatype == Type.String and names["line"].string_value, names["line"]
    assert names["force_kn"].datatype == Type.Double and names["force_kn"].HasField("double_value")
    assert names["strokes"].datatype == Type.Int64 and names["strokes"].HasField("long_value")
    return {m.alias: m.name for m in payload.metrics if m.HasField("alias")}


def main():
    aliases, seqs, count = {}, {}, collections.Counter()
    for line in sys.stdin:
        topic, data = line.rstrip("\n").split("\t")
        _, group, kind, edge = topic.split("/")
        assert group == "Plant1", topic
        payload = Payload.FromString(bytes.fromhex(data))
        assert payload.HasField("timestamp") and payload.HasField("seq"), payload
        if kind == "NBIRTH":
            aliases[edge] = read_birth(payload, 0)
        else:
            said = [aliases[edge][m.alias] for m in payload.metrics]
            assert said == ["force_kn", "strokes"], said
            assert payload.seq == (seqs[edge] + 1) % 256, (edge, payload.seq)
        seqs[edge] = payload.seq
        count[kind] += 1
    print(f"{count['NBIRTH']} births, {count['NDATA']} data")


main()
