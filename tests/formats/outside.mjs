// SPDX-License-Identifier: Apache-2.0
// Messages of other people's encoders, through the decoders:
//
//   node outside.mjs DECODE_FORMATS ENCODERS TELEMETRY.desc
//
// ENCODERS is the folder whose node_modules has the packages of package.json here.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";

const [program, encoders, descriptors] = process.argv.slice(2);
const require = createRequire(join(encoders, "package.json"));
const scratch = mkdtempSync(join(tmpdir(), "tlm-formats-"));
process.on("exit", () => rmSync(scratch, { recursive: true, force: true }));

const hex = (bytes) => Buffer.from(bytes).toString("hex");

/** What decode_formats says to each line. */
function decode(format, lines) {
    const run = spawnSync(program, format, {
        input: lines.map((line) => `${line}\n`).join(""),
        encoding: "utf8",
        maxBuffer: 1 << 26,
    });
    assert.equal(run.stderr, "");
    assert.equal(run.status, 0, `ended by ${run.signal}`);
    const said = run.stdout.split("\n").slice(0, -1);
    assert.equal(said.length, lines.length);
    return said;
}

function same(said, wanted, what) {
    assert.doesNotThrow(() => JSON.parse(said), `${what}: ${said}`);
    assert.deepEqual(JSON.parse(said), wanted, what);
}

let passed = 0;
async function test(name, body) {
    await body();
    ++passed;
    console.log(`ok: ${name}`);
}

// --- sparkplug-payload ---------------------------------------------------------------------------

const sparkplug = require("sparkplug-payload").get("spBv1.0");
const topic = (type, device = "") => `spBv1.0/Plant 1/${type}/edge${device && `/${device}`}`;
const message = (type, payload, device) =>
    `${topic(type, device)}\t${hex(sparkplug.encodePayload(payload))}`;
const id = "Plant:201::edge";

const kinds = [
    ["Int8", -12, -12], ["Int16", -3000, -3000], ["Int32", -2000000000, -2000000000],
    ["Int64", -5, -5], ["UInt8", 200, 200], ["UInt16", 60000, 60000],
    ["UInt32", 4000000000, 4000000000], ["UInt64", 9007199254740991, 9007199254740991],
    ["Float", 21.5, 21.5], ["Double", 0.1, 0.1], ["Boolean", true, true],
    ["String", 'a "quoted" é', 'a "quoted" é'], ["Text", "", ""],
    ["DateTime", 1700000000123, 1700000000123],
    ["UUID", "c3a1f0de", "c3a1f0de"], ["Bytes", Buffer.from([0, 255, 1]), "AP8B"],
    ["Int32", null, null], ["Float", null, null],
];

await test("sparkplug-payload: every datatype in a birth", () => {
    const metrics = kinds.map(([type, value], i) => ({ name: `m${i}`, type, value }));
    const payload = { timestamp: 1700000000000, seq: 0, metrics };
    const [said] = decode(["sparkplug"], [message("NBIRTH", payload)]);
    assert.ok(said.startsWith(`${id} {`), said);
    const wanted = { ts: 1700000000000, sparkplug: "NBIRTH" };
    kinds.forEach(([, , value], i) => (wanted[`m${i}`] = value));
    same(said.slice(id.length + 1), wanted, "birth");
});

await test("sparkplug-payload: data by alias, with the sign that the birth tells", () => {
    const births = kinds.slice(0, 8).map(([type, value], i) => ({ name: `m${i}`, alias: i, type, value }));
    const data = births.map(({ alias, type, value }) => ({ alias, type, value }));
    const lines = [
        message("NBIRTH", { timestamp: 1, seq: 0, metrics: births }),
        message("DBIRTH", { timestamp: 1, seq: 1, metrics: births }, "d"),
        message("NDATA", { timestamp: 2, seq: 2, metrics: data }),
        message("DDATA", { timestamp: 2, seq: 3, metrics: data }, "d"),
        message("DDATA", { timestamp: 2, seq: 9, metrics: data }, "d"),
    ];
    const said = decode(["sparkplug"], lines);
    const wanted = { ts: 2, sparkplug: "NDATA" };
    kinds.slice(0, 8).forEach(([, , value], i) => (wanted[`m${i}`] = value));
    same(said[2].slice(id.length + 1), wanted, "NDATA");
    same(said[3].slice(`${id}::d `.length), { ...wanted, sparkplug: "DDATA" }, "DDATA");
    const [, rebirth, rest] = said[4].match(/^rebirth ([0-9a-f]+) (.*)$/);
    same(rest.slice(`${id}::d `.length), { ...wanted, sparkplug: "DDATA" }, "after a gap");

    const asked = sparkplug.decodePayload(Buffer.from(rebirth, "hex"));
    assert.equal(asked.metrics.length, 1);
    assert.equal(asked.metrics[0].name, "Node Control/Rebirth");
    assert.equal(asked.metrics[0].type, "Boolean");
    assert.equal(asked.metrics[0].value, true);
});

await test("sparkplug-payload: data sets and templates", () => {
    const set = {
        numOfColumns: 2, types: ["Int16", "String"], columns: ["n", "s"],
        rows: [[-3, "x"], [4, "y"]],
    };
    const motor = {
        isDefinition: false, templateRef: "Motor", version: "v1",
        metrics: [{ name: "rpm", type: "Int32", value: -7 }],
        parameters: [{ name: "max", type: "Int32", value: 100 }],
    };
    const metrics = [
        { name: "set", type: "DataSet", value: set },
        { name: "motor", type: "Template", value: motor },
    ];
    const [said] = decode(["sparkplug"], [message("NBIRTH", { timestamp: 1, seq: 0, metrics })]);
    same(said.slice(id.length + 1), {
        ts: 1, sparkplug: "NBIRTH",
        set: { columns: ["n", "s"], types: ["Int16", "String"], rows: [[-3, "x"], [4, "y"]] },
        motor: { ref: "Motor", version: "v1", isDefinition: false,
                 parameters: { max: 100 }, metrics: { rpm: -7 } },
    }, "complex values");
});

// --- the Confluent client ------------------------------------------------------------------------

const registry = require("@confluentinc/schemaregistry");
const protobuf = require("@bufbuild/protobuf");
const { FileDescriptorSetSchema } = require("@bufbuild/protobuf/wkt");
const client = registry.SchemaRegistryClient.newClient({ baseURLs: ["mock://"] });

await test("Confluent client: framed Protobuf, first and nested messages", async () => {
    const set = protobuf.fromBinary(FileDescriptorSetSchema, readFileSync(descriptors));
    const files = protobuf.createFileRegistry(set);
    const types = protobuf.createMutableRegistry(files);
    const serializer = new registry.ProtobufSerializer(
        client, registry.SerdeType.VALUE, { autoRegisterSchemas: true, registry: types });
    const make = (name, init) => protobuf.create(files.getMessage(name), init);
    const cases = [
        [make("plant.Heartbeat", { id: "pump-1" }), { id: "pump-1" }],
        [make("plant.Machine", {
            at: { seconds: 1700000000n, nanos: 5000000 }, cycles: -3n, mode: 1,
            axes: { y: { name: "y", offset: -4, load: [0.5, 1e300] }, x: {} },
            cause: { case: "dump", value: new Uint8Array([1, 2]) },
        }), {
            at: "2023-11-14T22:13:20.005Z", cycles: -3, mode: "RUNNING",
            axes: { x: {}, y: { name: "y", offset: -4, load: [0.5, 1e300] } }, dump: "AQI=",
        }],
        [make("plant.Machine.Axis", { offset: 2147483647 }), { offset: 2147483647 }],
    ];
    const framed = [];
    for (const [value] of cases) {
        const bytes = await serializer.serialize("telemetry", value);
        copyFileSync(descriptors, join(scratch, `${bytes.readUInt32BE(1)}.desc`));
        framed.push(hex(bytes));
    }
    decode(["confluent", scratch], framed).forEach((said, i) => same(said, cases[i][1], said));
});

await test("Confluent client: framed JSON", async () => {
    const serializer = new registry.JsonSerializer(
        client, registry.SerdeType.VALUE, { useLatestVersion: true });
    const schema = JSON.stringify({ type: "object" });
    await client.register("json-value", { schema, schemaType: "JSON" });
    const bytes = await serializer.serialize("json", { temp: 21.5 });
    writeFileSync(join(scratch, `${bytes.readUInt32BE(1)}.json`), schema);
    const [said] = decode(["confluent", scratch], [hex(bytes)]);
    same(said, { temp: 21.5 }, "JSON");
    const [unknown] = decode(["confluent", scratch], ["00000f423f00"]);
    assert.match(unknown, /^unknown_schema_id: .*999999/);
});

// --- the CloudEvents SDK -------------------------------------------------------------------------

const events = require("cloudevents");
const event = new events.CloudEvent({
    id: "42", source: "/plant/1", type: "reading", time: "2026-01-01T00:00:00.500Z",
    subject: "pump-1", traceparent: "00-abc", datacontenttype: "application/json",
    data: { temp: 21.5, ok: true },
});
const unwrapped = {
    ts: "2026-01-01T00:00:00.500Z",
    ce: { id: "42", source: "/plant/1", type: "reading", time: "2026-01-01T00:00:00.500Z",
          subject: "pump-1", traceparent: "00-abc", datacontenttype: "application/json" },
    temp: 21.5, ok: true,
};
const headerText = (headers) => Object.entries(headers)
    .filter(([name, value]) => value !== undefined && name.toLowerCase() !== "content-type")
    .map(([name, value]) => `${name}=${hex(Buffer.from(String(value)))}`).join(",");
const contentType = (headers) => headers["content-type"] ?? headers["Content-Type"] ?? "";
const body = (value) => hex(Buffer.from(
    typeof value === "string" || Buffer.isBuffer(value) ? value : JSON.stringify(value)));

await test("CloudEvents SDK: Kafka, binary and structured", () => {
    for (const made of [events.Kafka.binary(event), events.Kafka.structured(event)]) {
        const line = [contentType(made.headers), headerText(made.headers), body(made.value)];
        const [said] = decode(["cloudevent", "kafka"], [line.join("\t")]);
        same(said, unwrapped, said);
    }
});

await test("CloudEvents SDK: MQTT, binary and structured", () => {
    for (const made of [events.MQTT.binary(event), events.MQTT.structured(event)]) {
        const { datacontenttype, ...properties } = made["User Properties"];
        const line = [made.PUBLISH["Content Type"], headerText(properties), body(made.payload)];
        const [said] = decode(["cloudevent", "mqtt"], [line.join("\t")]);
        same(said, unwrapped, said);
    }
});

await test("CloudEvents SDK: binary data in a structured event", () => {
    const binary = new events.CloudEvent({
        id: "1", source: "/s", type: "t", datacontenttype: "application/octet-stream",
        data: new Uint8Array([0, 255]),
    }, false);
    const made = events.HTTP.structured(binary);
    const [said] = decode(["cloudevent", "kafka"], [`${contentType(made.headers)}\t\t${body(made.body)}`]);
    assert.equal(JSON.parse(said).data_base64, "AP8=");
});

console.log(`${passed} passed`);
