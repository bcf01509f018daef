#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Messages for the bridge in formats other than JSON, and what must become of them:

  stories.py protobuf FOLDER COUNT    protoc's Python, out of FOLDER/telemetry_pb2.py
  stories.py sparkplug COUNT          Eclipse Tahu's library
  stories.py publish PORT [RATE]      < STORY: to MQTT 5 at QoS 1, in order
  stories.py produce BROKERS TOPIC    < STORY: to Kafka, with the device as the key
  stories.py verify BROKERS TOPIC     < STORY: each once in TOPIC, or in TOPIC.dlq as it came
  stories.py rebirth PORT FILE        waits for a request for births; FILE says "waiting", then its topic

A story has a line of JSON for each message: topic, hex, perhaps type (content type) and user
(properties), and either json and device, or the reason of its dead letter."""

import collections
import json
import random
import subprocess
import sys
import tempfile
import threading
import time

NOW = int(time.time() * 1000)


def tell(topic, payload, **more):
    print(json.dumps({"topic": topic, "hex": payload.hex(), **more}))


def damaged(payload, chance):
    """What no decoder can take: cut inside a field, or a field with a wire type there is not."""
    return payload + b"\x0f" if chance.random() < 0.5 else payload + b"\x0a\x7f\x00"


def protobuf(folder, count):
    sys.path.insert(0, folder)
    import telemetry_pb2

    chance = random.Random(7)
    for number in range(int(count)):
        device = f"m-{number % 20}"
        message = telemetry_pb2.Machine(cycles=number, mode=1, text="é" * (number % 5))
        message.at.FromMilliseconds(NOW + number)
        message.axes["x"].offset = -number
        message.axes["x"].load.extend([number / 4, 1e300])
        axis = {"offset": -number} if number else {}
        axis["load"] = [number / 4, 1e300]
        topic, payload = f"devices/{device}/telemetry", message.SerializeToString()
        if number % 11 == 0:
            tell(topic, damaged(payload, chance), reason="bad_protobuf")
        wanted = {"at": message.at.ToJsonString(), "mode": "RUNNING", "axes": {"x": axis}}
        if number:
            wanted["cycles"] = number
        if number == 500:  # much longer as JSON than a payload may be
            message.axes["x"].load.extend([0.1234567890123456] * 30_000)
            wanted["axes"]["x"]["load"] += [0.1234567890123456] * 30_000
            payload = message.SerializeToString()
        if number == 501:  # and longer than a record may be
            payload = b"\x2a\xc0\x9a\x0c" + b"\x01" * 200_000
            tell(topic, payload, reason="too_long")
            continue
        wanted["text"] = "é" * (number % 5)
        tell(topic, payload, device=device, json=wanted)


class EdgeNode:
    """An edge node with one device, which gives its aliases to other metrics at each birth."""

    NAMES = ["temp", "rpm", "load", "flow"]

    def __init__(self, name, chance):
        self.name, self.chance, self.clock = name, chance, NOW
        self.births = -1
        self.birth()

    def payload(self, seq):
        from tahu import sparkplug_b as tahu

        payload = tahu.sparkplug_b_pb2.Payload()
        self.clock += 1
        payload.timestamp = self.clock
        payload.seq = seq
        return tahu, payload

    def say(self, kind, payload, values, device=""):
        topic = f"spBv1.0/G/{kind}/{self.name}" + (f"/{device}" if device else "")
        who = f"G::{self.name}" + (f"::{device}" if device else "")
        tell(topic, payload.SerializeToString(), device=who,
             json={"ts": payload.timestamp, "sparkplug": kind, **values})

    def birth(self):
        self.births += 1
        self.seq = 1
        self.aliases = list(range(1, len(self.NAMES) + 1))
        self.chance.shuffle(self.aliases)
        for seq, kind, device in ((0, "NBIRTH", ""), (1, "DBIRTH", "d")):
            tahu, payload = self.payload(seq)
            if not device:
                tahu.addMetric(payload, "bdSeq", None, tahu.MetricDataType.Int64, self.births)
            for name, alias in zip(self.NAMES, self.aliases):
                tahu.addMetric(payload, name, alias, tahu.MetricDataType.Int32, 2**32 - alias)
            values = {name: -alias for name, alias in zip(self.NAMES, self.aliases)}
            self.say(kind, payload, values if device else {"bdSeq": self.births, **values}, device)

    def data(self):
        """By alias, without name and datatype: only the newest birth can tell what it is."""
        kind, device = self.chance.choice((("NDATA", ""), ("DDATA", "d")))
        self.seq = (self.seq + 1) % 256
        tahu, payload = self.payload(self.seq)
        index = self.chance.randrange(len(self.NAMES))
        value = self.chance.randrange(1, 1000)
        metric = tahu.addMetric(payload, None, self.aliases[index], tahu.MetricDataType.Int32,
                                2**32 - value)
        metric.ClearField("datatype")
        self.say(kind, payload, {self.NAMES[index]: -value}, device)


def sparkplug(count):
    chance = random.Random(11)
    nodes = [EdgeNode(f"edge{i}", chance) for i in range(4)]
    for number in range(int(count)):
        node = chance.choice(nodes)
        if chance.random() < 0.02:
            node.birth()
        else:
            node.data()
        if number % 37 == 0:
            tell(f"spBv1.0/G/NDATA/{node.name}", damaged(b"\x08" + bytes([number % 100]), chance),
                 reason="bad_sparkplug")
        if number % 101 == 0:
            tell(f"spBv1.0/G/NCMD/{node.name}", b"\x18\x01", passed_over=True)


def connect(port, name):
    import paho.mqtt.client as mqtt

    client = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2, name, protocol=mqtt.MQTTv5)
    client.max_queued_messages_set(0)
    client.max_inflight_messages_set(1)  # in order, whatever happens
    client.connect("127.0.0.1", int(port))
    return client


def publish(port, rate="1000000", qos="1"):
    from paho.mqtt.packettypes import PacketTypes
    from paho.mqtt.properties import Properties

    client = connect(port, "story-teller")
    client.loop_start()
    begin, told = time.monotonic(), []
    for number, line in enumerate(sys.stdin):
        message = json.loads(line)
        properties = Properties(PacketTypes.PUBLISH)
        if "type" in message:
            properties.ContentType = message["type"]
        for pair in message.get("user", {}).items():
            properties.UserProperty = pair
        told.append(client.publish(message["topic"], bytes.fromhex(message["hex"]), int(qos),
                                   properties=properties))
        ahead = begin + number / float(rate) - time.monotonic()
        if ahead > 0:
            time.sleep(ahead)
    for info in told:
        info.wait_for_publish(60)
    client.disconnect()
    client.loop_stop()


def produce(brokers, topic):
    for line in sys.stdin:
        message = json.loads(line)
        headers = [f"ce_{name}={value}" for name, value in message.get("user", {}).items()]
        if "type" in message:
            headers.append(f"content-type={message['type']}")
        with tempfile.NamedTemporaryFile() as file:
            file.write(bytes.fromhex(message["hex"]))
            file.flush()
            subprocess.run(["kcat", "-P", "-b", brokers, "-t", topic, "-k", message["topic"].split("/")[1],
                            *(part for header in headers for part in ("-H", header)), file.name],
                           check=True)


def rebirth(port, name):
    from tahu import sparkplug_b as tahu

    seen = threading.Event()

    def write(line):
        with open(name, "a", encoding="utf-8") as file:
            print(line, file=file)

    def on_message(client, _, message):
        payload = tahu.sparkplug_b_pb2.Payload()
        payload.ParseFromString(message.payload)
        metric = payload.metrics[0]
        assert metric.name == "Node Control/Rebirth" and metric.boolean_value, payload
        assert message.qos == 0 and not message.retain
        write(message.topic)
        seen.set()

    client = connect(port, "edge")
    client.on_message = on_message
    client.on_subscribe = lambda *_: write("waiting")
    client.subscribe("spBv1.0/+/NCMD/+")
    client.loop_start()
    if not seen.wait(60):
        sys.exit("nobody asked for births")


def read_topic(brokers, topic):
    """Key, headers, value of each record."""
    said = subprocess.run(["kcat", "-C", "-e", "-q", "-b", brokers, "-t", topic, "-o", "beginning",
                           "-f", "%K %S\\n%k\\n%h\\n%s\\n"],
                          stdout=subprocess.PIPE, check=True).stdout
    while said:
        line, said = said.split(b"\n", 1)
        key_size, size = (max(0, int(n)) for n in line.split())
        key, said = said[:key_size], said[key_size + 1:]
        line, said = said.split(b"\n", 1)
        headers = dict(h.partition("=")[::2] for h in line.decode("utf-8", "replace").split(","))
        value, said = said[:size], said[size + 1:]
        yield key.decode(), headers, value


def plain(value):
    """2.0 is 2."""
    if isinstance(value, dict):
        return {name: plain(member) for name, member in value.items()}
    if isinstance(value, list):
        return [plain(element) for element in value]
    return int(value) if isinstance(value, float) and value == int(value) else value


def same(value):
    return json.dumps(plain(value), sort_keys=True)


def verify(brokers, topic, killed=""):
    """A kill between a dead letter's confirmation and the acknowledgement doubles it, never a record."""
    good, bad, order = collections.Counter(), collections.Counter(), collections.defaultdict(list)
    for line in sys.stdin:
        message = json.loads(line)
        if "json" in message:
            good[message["device"], same(message["json"])] += 1
            order[message["device"]].append(same(message["json"]))
        elif "reason" in message:
            bad[message["reason"], message["hex"]] += 1
    letters = set(bad)
    came = collections.defaultdict(list)
    for key, headers, value in read_topic(brokers, topic):
        record = json.loads(value)
        assert record["deviceId"] == key, record
        assert "mqtt-topic" not in headers or len(headers["mqtt-payload-hash"]) == 32, headers
        good[key, same(record["data"])] -= 1
        came[key].append(same(record["data"]))
    for _, headers, value in read_topic(brokers, topic + ".dlq"):
        bad[headers["tlm-reason"], value.hex()] -= 1
    lost = [item for item, n in (good + bad).items() for _ in range(n)]
    more = [item for item, n in (-good + -bad).items() for _ in range(n)]
    if killed:
        more = [item for item in more if item not in letters]
    mixed = sum(came[device] != told for device, told in order.items())
    count = sum(len(told) for told in order.values())
    print(f"{count} told, {len(lost)} lost, {len(more)} that nobody told, "
          f"{mixed} devices out of order")
    for what, items in (("lost", lost), ("not told", more)):
        for item in items[:3]:
            print(f"{what}: {item}", file=sys.stderr)
    sys.exit(bool(lost or more or mixed))


if __name__ == "__main__":
    globals()[sys.argv[1]](*sys.argv[2:])
