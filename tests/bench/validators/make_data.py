#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""make_data.py COUNT: telemetry of about 200 bytes a line, the same every time. Every hundredth line
breaks a rule, each time another one."""

import json
import random
import sys

BREAKS = [
    lambda m: m.update(ts="now"),
    lambda m: m["metrics"].update(temp_c=151.5),
    lambda m: m.pop("seq"),
    lambda m: m.update(deviceId="pump 17"),
    lambda m: m.update(type="toaster"),
    lambda m: m.update(extra=1),
    lambda m: m["metrics"].pop("rpm"),
    lambda m: m["metrics"].update(rpm=1480.5),
    lambda m: m.update(fw="1.2"),
    lambda m: m["tags"].update(site=17),
]


def main():
    chance = random.Random(1)
    for seq in range(int(sys.argv[1])):
        message = {
            "deviceId": f"{chance.choice(['pump', 'fan'])}-{chance.randrange(100000):05}",
            "ts": 1767225600000 + seq * 37,
            "seq": seq,
            "type": chance.choice(["pump", "fan", "valve", "meter"]),
            "fw": f"{chance.randrange(4)}.{chance.randrange(20)}.{chance.randrange(10)}",
            "status": chance.choice(["ok", "ok", "ok", "warn", "fail"]),
            "metrics": {
                "temp_c": round(chance.uniform(15, 90), 2),
                "pressure_kpa": round(chance.uniform(90, 400), 1),
                "rpm": chance.randrange(3000),
                "vibration": round(chance.uniform(0, 9), 3),
            },
            "tags": {"site": f"plant-{chance.randrange(9)}", "line": f"{chance.randrange(20)}"},
        }
        if seq % 100 == 99:
            BREAKS[seq // 100 % len(BREAKS)](message)
        print(json.dumps(message, separators=(",", ":")))


if __name__ == "__main__":
    main()
