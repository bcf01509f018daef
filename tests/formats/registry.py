#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A schema registry's HTTP interface, as far as a reader needs it: registry.py PORT ID=FILE...

A .proto file is a Protobuf schema, any other a JSON Schema."""

import http.server
import json
import sys

SCHEMAS = dict(argument.split("=", 1) for argument in sys.argv[2:])


class Registry(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        name = SCHEMAS.get(self.path.removeprefix("/schemas/ids/"))
        body = {"error_code": 40403, "message": "Schema not found"}
        if name is not None:
            kind = "PROTOBUF" if name.endswith(".proto") else "JSON"
            with open(name, encoding="utf-8") as file:
                body = {"schemaType": kind, "schema": file.read()}
        text = json.dumps(body).encode()
        self.send_response(200 if name is not None else 404)
        self.send_header("Content-Type", "application/vnd.schemaregistry.v1+json")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)


http.server.HTTPServer(("127.0.0.1", int(sys.argv[1])), Registry).serve_forever()
