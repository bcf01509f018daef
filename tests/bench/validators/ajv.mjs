// SPDX-License-Identifier: Apache-2.0
// ajv.mjs SCHEMA DATA VERDICTS ROUNDS: JSON.parse and ajv. Ajv is found in $PEERS/node_modules.
// From bytes, as all of them; made a string in one go, which costs the least (a line at a time:
// 5 % more; by node:readline: 40 % more).
import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";

const require = createRequire(`${process.env.PEERS}/`);
const Ajv = require("ajv/dist/2020").default;
const [schemaName, dataName, verdictsName, rounds] = process.argv.slice(2);
const validate = new Ajv({ strict: false }).compile(JSON.parse(readFileSync(schemaName, "utf8")));
const bytes = readFileSync(dataName);
let best = Infinity;
let verdicts;
for (let round = 0; round < Number(rounds); ++round) {
    verdicts = [];
    const start = process.cpuUsage();
    const data = bytes.toString("utf8");
    let at = 0;
    while (at < data.length) {
        let end = data.indexOf("\n", at);
        if (end < 0) end = data.length;
        let accepted = false;
        try {
            accepted = validate(JSON.parse(data.slice(at, end)));
        } catch {
            // not JSON: rejected
        }
        verdicts.push(accepted ? "1" : "0");
        at = end + 1;
    }
    const { user, system } = process.cpuUsage(start);
    best = Math.min(best, ((user + system) * 1000) / verdicts.length);
}
writeFileSync(verdictsName, verdicts.join(""));
console.log(best.toFixed(1));
