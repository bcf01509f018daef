# SPDX-License-Identifier: Apache-2.0
"""A WebSocket client of few lines, and a tlm-ws to talk to: for tests that look at the bytes."""

import base64
import json
import os
import re
import socket
import struct
import subprocess
import time

DEADLINE = 60  # seconds; long, because a test machine may be busy


class TlmWs:
    """A tlm-ws that reads records from a pipe and listens on a free port of the loopback."""

    def __init__(self, *arguments, stdin=True):
        program = os.path.join(os.environ["TLM_BIN"], "tlm-ws")
        source = ["--stdin"] if stdin else []
        self.process = subprocess.Popen(
            [program, "--listen", "127.0.0.1:0", *source, *arguments],
            stdin=subprocess.PIPE, stderr=subprocess.PIPE,
            env=os.environ | {"ASAN_OPTIONS": "quarantine_size_mb=1"})  # or it counts as memory
        self.log = b""
        self.port = int(self.wait_for_log(rb"serving http://127\.0\.0\.1:(\d+)/").group(1))

    def wait_for_log(self, pattern):
        """Reads the log until the pattern is there."""
        while True:
            found = re.search(pattern, self.log)
            if found:
                return found
            data = os.read(self.process.stderr.fileno(), 65536)
            if not data:
                raise AssertionError(f"tlm-ws ended: {self.log.decode()}")
            self.log += data

    def feed(self, *records):
        lines = "".join(json.dumps(record) + "\n" for record in records)
        self.process.stdin.write(lines.encode())
        self.process.stdin.flush()

    def end_input(self):
        self.process.stdin.close()

    def rss_kib(self):
        with open(f"/proc/{self.process.pid}/status", encoding="ascii") as status:
            return int(re.search(r"VmRSS:\s+(\d+) kB", status.read()).group(1))

    def stop(self):
        """SIGTERM; the exit status."""
        self.process.terminate()
        status = self.process.wait(DEADLINE)
        self.log += self.process.stderr.read()
        return status

    def __enter__(self):
        return self

    def __exit__(self, *unused):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        self.process.stderr.close()
        try:
            self.process.stdin.close()
        except OSError:
            pass


def record(device, seq=1, **data):
    now = int(time.time() * 1000)
    return {"v": 1, "deviceId": device, "ts": now, "receivedAt": now, "seq": seq, "data": data}


def connect(port, receive_buffer=None):
    made = socket.socket()
    if receive_buffer:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
    made.settimeout(DEADLINE)
    made.connect(("127.0.0.1", port))
    return made


def read_head(stream):
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        byte = stream.read(1)
        if not byte:
            break
        head += byte
    return head.decode("latin-1")


def http(port, request):
    """Sends raw bytes on a connection of its own; everything that comes back until it closes."""
    with connect(port) as made:
        made.sendall(request)
        answer = b""
        try:
            while data := made.recv(65536):
                answer += data
        except ConnectionResetError:
            pass
        return answer.decode("utf-8", "replace")


def get(port, path, *headers):
    lines = [f"GET {path} HTTP/1.1", "Host: 127.0.0.1", "Connection: close", *headers, "", ""]
    return http(port, "\r\n".join(lines).encode())


class Closed(Exception):
    """The server closed the WebSocket; `code` is 1005 without one, 1006 without a close frame."""

    def __init__(self, code):
        super().__init__(f"closed with {code}")
        self.code = code


class WsClient:
    def __init__(self, port, *headers, path="/ws", host=None, receive_buffer=None):
        self.socket = connect(port, receive_buffer)
        self.stream = self.socket.makefile("rb")
        key = base64.b64encode(os.urandom(16)).decode()
        lines = [f"GET {path} HTTP/1.1", f"Host: {host or f'127.0.0.1:{port}'}",
                 "Upgrade: websocket", "Connection: Upgrade", f"Sec-WebSocket-Key: {key}",
                 "Sec-WebSocket-Version: 13", *headers, "", ""]
        self.socket.sendall("\r\n".join(lines).encode())
        self.head = read_head(self.stream)
        self.status = int(self.head.split(" ")[1]) if self.head else 0

    def frame(self):
        """The next frame: its opcode and payload."""
        try:
            start = self.stream.read(2)
            if len(start) < 2:
                raise Closed(1006)
            length = start[1] & 0x7F
            if length == 126:
                length = struct.unpack(">H", self.stream.read(2))[0]
            elif length == 127:
                length = struct.unpack(">Q", self.stream.read(8))[0]
            return start[0] & 0x0F, self.stream.read(length)
        except ConnectionResetError as error:
            raise Closed(1006) from error

    def message(self):
        """The next message as an object; answers pings; raises Closed."""
        while True:
            opcode, payload = self.frame()
            if opcode == 1:
                return json.loads(payload)
            if opcode == 8:
                raise Closed(struct.unpack(">H", payload[:2])[0] if len(payload) >= 2 else 1005)
            if opcode == 9:
                self.send(payload, opcode=10)

    def until(self, wanted):
        """Reads messages until wanted(message) is true; that message."""
        end = time.monotonic() + DEADLINE
        while time.monotonic() < end:
            message = self.message()
            if wanted(message):
                return message
        raise AssertionError("the message did not come")

    def device(self, device, **wanted):
        """Reads until the device has all of the wanted data; its record."""
        found = {}

        def has(message):
            for candidate in message.get("devices", []):
                if candidate["deviceId"] == device and \
                        wanted.items() <= candidate["data"].items():
                    found["record"] = candidate
            return bool(found)

        self.until(has)
        return found["record"]

    def send(self, payload, opcode=1, final=True):
        mask = os.urandom(4)
        head = bytes([(0x80 if final else 0) | opcode])
        if len(payload) < 126:
            head += bytes([0x80 | len(payload)])
        else:
            head += bytes([0x80 | 126]) + struct.pack(">H", len(payload))
        body = bytes(byte ^ mask[i % 4] for i, byte in enumerate(payload))
        self.socket.sendall(head + mask + body)

    def close(self):
        self.stream.close()
        self.socket.close()

    def __enter__(self):
        return self

    def __exit__(self, *unused):
        self.close()
