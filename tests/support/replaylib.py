# SPDX-License-Identifier: Apache-2.0
"""What the tests of tlm-replay on a real Kafka share."""

import json
import os
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.realpath(__file__))
ROOT = os.path.realpath(os.path.join(HERE, "..", ".."))
BUILD = os.environ.get("TLM_BUILD", os.path.join(ROOT, "build/dev"))
BIN = os.environ.get("TLM_BIN", os.path.join(BUILD, "bin"))
PROGRAM = os.path.join(BIN, "tlm-replay")
TRANSACTIONS = os.path.join(BUILD, "tests/kafka_transactions")
DEADLINE = 60


def under_kafka(*options):
    """Starts this script again beside a Kafka, unless there is one."""
    if "TLM_BROKERS" not in os.environ:
        prefix = os.path.join(HERE, "with-kafka")
        os.execv(prefix, [prefix, *options, sys.executable, os.path.realpath(sys.argv[0])])


def brokers():
    return os.environ["TLM_BROKERS"]


def make_topics(*specs):
    words = [word for spec in specs for word in ("--topic", spec)]
    subprocess.run([f"{ROOT}/scripts/topics", "-b", brokers(), *words], check=True,
                   stdout=subprocess.DEVNULL, timeout=DEADLINE)


def replay(*arguments, status=0, **more):
    """Runs tlm-replay to its end; its output."""
    done = subprocess.run([PROGRAM, *arguments], capture_output=True, timeout=DEADLINE,
                          check=False, **{"stdin": subprocess.DEVNULL} | more)
    assert done.returncode == status, (arguments, done.returncode, done.stderr.decode())
    return done


def records(topic, *arguments, **more):
    """The records that tlm-replay reads of a topic."""
    done = replay("-b", brokers(), "-t", topic, "-f", "record", *arguments, **more)
    return [json.loads(line) for line in done.stdout.splitlines()]


def kcat_produce(topic, lines, *options):
    subprocess.run(["kcat", "-P", "-b", brokers(), "-t", topic, "-X", "acks=all", *options],
                   input="".join(f"{line}\n" for line in lines).encode(), check=True,
                   timeout=DEADLINE)


def kcat_read(topic, template="%p\x1f%o\x1f%k\x1f%K\x1f%s\x1f%S\x1f%h\x1f%T", *options):
    """Every record as kcat prints it, one list of fields each."""
    done = subprocess.run(["kcat", "-C", "-b", brokers(), "-t", topic, "-e", "-q", "-f",
                           template + "\x1e", *options], capture_output=True, check=True,
                          timeout=DEADLINE)
    return [r.split(b"\x1f") for r in done.stdout.split(b"\x1e")[:-1]]


def end_of(topic, partitions=3):
    done = subprocess.run(["kcat", "-Q", "-b", brokers(), *(w for p in range(partitions) for w in
                           ("-t", f"{topic}:{p}:-1"))], capture_output=True, check=True,
                          timeout=DEADLINE)
    return sum(int(line.split()[-1]) for line in done.stdout.decode().splitlines())


def values(topic):
    return [int(value) for (value,) in kcat_read(topic, "%s")]


def values_of(topic):
    return [value.decode() for (value,) in kcat_read(topic, "%s")]


def receipted(path):
    """How many records have a receipt; a kill may have cut a line short."""
    with open(path, encoding="utf-8") as file:
        lines = [line for line in file if line.endswith("}\n")]
    return len({(r["partition"], r["offset"]) for r in map(json.loads, lines)})


def delete_records(topic, before):
    """Of partition 0, as retention does."""
    subprocess.run([os.path.join(BUILD, "tests/kafka_probe"), "erase",
                    f"bootstrap.servers={brokers()}", f"topic={topic}", f"before={before}"],
                   check=True, stdout=subprocess.DEVNULL, timeout=DEADLINE)


def wait_for(what, condition):
    end = time.monotonic() + DEADLINE
    while not condition():
        assert time.monotonic() < end, what
        time.sleep(0.05)


def java(main_class, *arguments, **more):
    """A program of Apache Kafka's own distribution."""
    jars = subprocess.run([f"{ROOT}/scripts/kafka", "jars"], capture_output=True, check=True,
                          timeout=DEADLINE).stdout.decode().strip()
    return subprocess.run(["java", "-Xshare:auto", "-XX:TieredStopAtLevel=1", "-cp", f"{jars}/*",
                           main_class, *arguments], capture_output=True, check=True,
                          timeout=DEADLINE, **more)
