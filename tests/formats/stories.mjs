// SPDX-License-Identifier: Apache-2.0
// Stories as stories.py tells them, of encoders that are written in JavaScript:
//
//   node stories.mjs ENCODERS confluent TELEMETRY.desc COUNT
//   node stories.mjs ENCODERS cloudevents COUNT
//
// ENCODERS is the folder whose node_modules has the packages of package.json here. Confluent's
// schemas have the ids 1 (telemetry.proto) and 2 (JSON).
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

const [encoders, kind, ...rest] = process.argv.slice(2);
const require = createRequire(join(encoders, "package.json"));
const hex = (bytes) => Buffer.from(bytes).toString("hex");
const tell = (message) => console.log(JSON.stringify(message));
const deviceOf = (number) => `m-${number % 10}`;
const topicOf = (number) => `devices/${deviceOf(number)}/telemetry`;

async function confluent(descriptors, count) {
    const registry = require("@confluentinc/schemaregistry");
    const protobuf = require("@bufbuild/protobuf");
    const { FileDescriptorSetSchema } = require("@bufbuild/protobuf/wkt");
    const client = registry.SchemaRegistryClient.newClient({ baseURLs: ["mock://"] });
    const set = protobuf.fromBinary(FileDescriptorSetSchema, readFileSync(descriptors));
    const files = protobuf.createFileRegistry(set);
    const serializer = new registry.ProtobufSerializer(client, registry.SerdeType.VALUE,
        { autoRegisterSchemas: true, registry: protobuf.createMutableRegistry(files) });
    const heartbeat = files.getMessage("plant.Heartbeat");
    const machine = files.getMessage("plant.Machine");
    for (let number = 0; number < count; ++number) {
        const of = number % 2 ? machine : heartbeat;
        const value = number % 2 ? { cycles: BigInt(number), mode: 1 } : { id: `n${number}` };
        const json = number % 2 ? { cycles: number, mode: "RUNNING" } : value;
        const framed = await serializer.serialize("telemetry", protobuf.create(of, value));
        // The mock gives ids of its own.
        framed.writeUInt32BE(1, 1);
        const message = { topic: topicOf(number), device: deviceOf(number) };
        tell({ ...message, hex: hex(framed), json });
        if (number % 13 === 0) {
            tell({ ...message, hex: hex(framed.subarray(0, 3)), reason: "bad_framing" });
            tell({ ...message, hex: hex(Buffer.concat([framed, Buffer.from([0x0f])])),
                   reason: "bad_protobuf" });
            const unknown = Buffer.from(framed);
            unknown.writeUInt32BE(999, 1);
            tell({ ...message, hex: hex(unknown), reason: "unknown_schema_id" });
        }
        if (number % 7 === 0) {
            const body = Buffer.from(JSON.stringify({ seq: number, temp: 21.5 }));
            tell({ ...message, hex: `0000000002${hex(body)}`, json: { seq: number, temp: 21.5 } });
        }
    }
}

function cloudevents(count) {
    const { CloudEvent, MQTT } = require("cloudevents");
    for (let number = 0; number < count; ++number) {
        const attributes = { id: `${number}`, source: "/plant/1", type: "reading",
                             time: "2026-01-01T00:00:00.500Z", subject: "s" };
        const data = { temp: number / 4 };
        const event = new CloudEvent({ ...attributes, datacontenttype: "application/json", data });
        const made = number % 2 ? MQTT.binary(event) : MQTT.structured(event);
        const { datacontenttype, ...user } = made["User Properties"] ?? {};
        const body = typeof made.payload === "string" ? made.payload : JSON.stringify(made.payload);
        const message = { topic: topicOf(number), device: deviceOf(number),
                          type: made.PUBLISH["Content Type"] };
        if (number % 2) {
            message.user = Object.fromEntries(
                Object.entries(user).filter(([, value]) => value !== undefined));
        }
        const ce = { ...attributes, datacontenttype: "application/json" };
        tell({ ...message, hex: hex(Buffer.from(body)), json: { ts: attributes.time, ce, ...data } });
        if (number % 9 === 0) {
            tell({ topic: message.topic, hex: hex(Buffer.from('{"temp":1}')), type: "text/json",
                   reason: "bad_cloudevent" });
            tell({ ...message, hex: hex(Buffer.from(body.slice(0, -1))),
                   reason: "not_json" });
        }
    }
}

await (kind === "confluent" ? confluent(rest[0], Number(rest[1])) : cloudevents(Number(rest[0])));
