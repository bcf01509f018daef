// SPDX-License-Identifier: Apache-2.0
// rust_validator SCHEMA DATA VERDICTS ROUNDS: serde_json and the crate jsonschema.
use std::{env, fs};

fn cpu_ns() -> f64 {
    let mut now = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    unsafe { libc::clock_gettime(libc::CLOCK_PROCESS_CPUTIME_ID, &mut now) };
    now.tv_sec as f64 * 1e9 + now.tv_nsec as f64
}

fn main() {
    let arguments: Vec<String> = env::args().collect();
    let schema = serde_json::from_slice(&fs::read(&arguments[1]).unwrap()).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let data = fs::read(&arguments[2]).unwrap();
    let mut best = f64::INFINITY;
    let mut verdicts = Vec::new();
    for _ in 0..arguments[4].parse::<u32>().unwrap() {
        verdicts.clear();
        let start = cpu_ns();
        for line in data.split(|&byte| byte == b'\n').filter(|line| !line.is_empty()) {
            let accepted = serde_json::from_slice::<serde_json::Value>(line)
                .is_ok_and(|value| validator.is_valid(&value));
            verdicts.push(if accepted { b'1' } else { b'0' });
        }
        best = best.min((cpu_ns() - start) / verdicts.len() as f64);
    }
    fs::write(&arguments[3], &verdicts).unwrap();
    println!("{best:.1}");
}
