#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Reads what tlm-sim's edge nodes say with Eclipse Tahu's classes, as a host application must be able
to: tahu_reads.py < TOPIC<tab>HEX

Each edge node is born before it says anything else, with names, aliases and datatypes; its data has
aliases that the birth gave, and the next seq. It dies with the bdSeq of its births, and is born anew
with a later one; with the same one it was only asked to. A device behind it is born after it, and dies
before it or with it. In the end all are dead. Prints how many of each there were; what was said twice
of one death counts once."""

import collections
import sys

from tahu import sparkplug_b as tahu
from tahu.sparkplug_b_pb2 import Payload

Type = tahu.MetricDataType


class EdgeNode:
    def __init__(self):
        self.alive, self.bd_seq, self.seq, self.aliases = False, None, None, {}
        self.devices = {}  # what lives behind it, and its aliases

    def hears_birth(self, payload):
        """Whether it was asked for."""
        names = {m.name: m for m in payload.metrics}
        self.devices = {}
        assert payload.seq == 0 and payload.HasField("seq"), payload
        assert names["bdSeq"].datatype == Type.Int64 and 0 <= names["bdSeq"].long_value < 256, payload
        rebirth = names["Node Control/Rebirth"]
        assert rebirth.datatype == Type.Boolean and rebirth.boolean_value is False, rebirth
        assert not rebirth.HasField("alias"), rebirth
        before, self.bd_seq = self.bd_seq, names["bdSeq"].long_value
        again = self.alive and self.bd_seq == before
        if before is None:
            assert self.bd_seq == 0, payload
        elif not again:
            assert 0 < (self.bd_seq - before) % 256 < 128, (before, payload)
        self.aliases = self.reads_metrics(payload) if len(names) > 2 else {}
        self.alive, self.seq = True, 0
        return again

    def reads_metrics(self, payload):
        names = {m.name: m for m in payload.metrics}
        assert names["line"].datatype == Type.String and names["line"].string_value, names["line"]
        assert names["force_kn"].datatype == Type.Double and names["force_kn"].HasField("double_value")
        assert names["strokes"].datatype == Type.Int64 and names["strokes"].HasField("long_value")
        return {m.alias: m.name for m in payload.metrics if m.HasField("alias")}

    def counts(self, payload):
        assert self.alive, "a dead edge node speaks"
        self.seq = (self.seq + 1) % 256
        assert payload.HasField("seq") and payload.seq == self.seq, (self.seq, payload)

    def hears_data(self, payload, device=None):
        self.counts(payload)
        aliases = self.aliases if device is None else self.devices[device]
        said = [aliases[m.alias] for m in payload.metrics]
        assert said == ["force_kn", "strokes"], said

    def hears_device(self, kind, device, payload):
        if kind == "DDATA":
            assert device in self.devices, "a dead device speaks"
            self.hears_data(payload, device)
            return
        self.counts(payload)
        if kind == "DBIRTH":
            self.devices[device] = self.reads_metrics(payload)
        else:
            assert kind == "DDEATH" and not payload.metrics, payload
            del self.devices[device]

    def hears_death(self, payload):
        """Whether it is news."""
        assert not payload.HasField("seq"), payload
        assert [m.name for m in payload.metrics] == ["bdSeq"], payload
        metric = payload.metrics[0]
        assert metric.datatype == Type.Int64 and metric.HasField("long_value"), metric
        assert metric.long_value == self.bd_seq, (self.bd_seq, metric)
        alive, self.alive, self.devices = self.alive, False, {}
        return alive


def main():
    nodes, count = collections.defaultdict(EdgeNode), collections.Counter()
    for line in sys.stdin:
        topic, data = line.rstrip("\n").split("\t")
        _, group, kind, edge, *device = topic.split("/")
        assert group == "Plant1" and bool(device) == kind.startswith("D"), topic
        node, payload = nodes[edge], Payload.FromString(bytes.fromhex(data))
        try:
            if device:
                node.hears_device(kind, device[0], payload)
                count["data" if kind == "DDATA" else kind] += 1
            elif kind == "NBIRTH":
                count["again" if node.hears_birth(payload) else "births"] += 1
            elif kind == "NDATA":
                node.hears_data(payload)
                count["data"] += 1
            elif kind == "NDEATH":
                count["deaths"] += node.hears_death(payload)
            else:
                assert kind == "NCMD", topic
            assert payload.HasField("timestamp") or kind in ("NDEATH", "NCMD"), payload
        except AssertionError as error:
            sys.exit(f"{topic}: {error}")
    living = [edge for edge, node in nodes.items() if node.alive]
    assert not living, f"still alive: {living}"
    print(f"{count['births']} births, {count['again']} again, {count['data']} data, "
          f"{count['deaths']} deaths" +
          "".join(f", {count[kind]} {kind}" for kind in ("DBIRTH", "DDEATH") if count[kind]))


main()
