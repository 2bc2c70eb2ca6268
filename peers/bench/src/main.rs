//! Times gleaner and its peers in Rust, one request at a time.
//!
//! Each line of the input is a JSON request, each line of the output its answer, so that the caller can alternate with
//! what it times itself. `load` reads a table of f64 numbers in row-major order and keeps it in both precisions under a
//! key; every other request runs `by` on a table and answers with the seconds a call took. Where the request has `out`,
//! the results of the last call are written there as f64.

mod diagnostics;
mod leverage;
mod outliers;
mod rows;
mod sampling;
mod table;

use serde_json::{Value, json};
use std::collections::HashMap;
use std::io::{BufRead, Write};
use std::time::Instant;
use table::{Number, Table};

/// What a request came to: seconds a call, and the numbers of the last call or why there are none.
pub struct Timed {
    seconds: f64,
    result: Result<Vec<f64>, String>,
}

/// Runs `call` until `least` seconds are full, at least once; seconds a call.
pub fn time<R>(least: f64, mut call: impl FnMut() -> R) -> (f64, R) {
    let (start, mut calls) = (Instant::now(), 0u32);
    loop {
        let result = std::hint::black_box(call());
        calls += 1;
        let passed = start.elapsed().as_secs_f64();
        if passed >= least {
            return (passed / f64::from(calls), result);
        }
    }
}

fn run<T: Number>(request: &Value, tables: &HashMap<String, Table>) -> Timed {
    let text = |name: &str| request[name].as_str().unwrap_or_default();
    let table = &tables[text("key")];
    let by = text("by");
    let threads = request["threads"].as_u64().unwrap_or(1) as usize;
    let least = request["least"].as_f64().unwrap_or(0.02);
    match text("op") {
        "leverage" => leverage::run::<T>(table, by, threads, least),
        "rows" => rows::run::<T>(table, by, &request["model"], threads, least),
        "diagnostics" => diagnostics::run::<T>(table, threads, least),
        "sampling" => sampling::run::<T>(table, by, &request["size"], least),
        "outliers" => outliers::run::<T>(table, &tables[text("train")], by, least),
        other => panic!("no operation {other}"),
    }
}

fn answer(request: &Value, tables: &mut HashMap<String, Table>) -> Value {
    let text = |name: &str| request[name].as_str().unwrap_or_default();
    if text("op") == "load" {
        let columns = request["columns"].as_u64().expect("columns") as usize;
        let table = Table::read(text("path"), columns);
        tables.insert(text("key").to_owned(), table);
        return json!({});
    }
    let timed = match text("scalar") {
        "f32" => run::<f32>(request, tables),
        _ => run::<f64>(request, tables),
    };
    match timed.result {
        Ok(numbers) => {
            if let Some(path) = request["out"].as_str() {
                let bytes: Vec<u8> = numbers.iter().flat_map(|x| x.to_le_bytes()).collect();
                std::fs::write(path, bytes).expect("the results are written");
            }
            json!({ "seconds": timed.seconds })
        }
        Err(cause) => json!({ "error": cause }),
    }
}

fn main() {
    let mut tables = HashMap::new();
    for line in std::io::stdin().lock().lines() {
        let request = serde_json::from_str(&line.expect("a line")).expect("a request in JSON");
        println!("{}", answer(&request, &mut tables));
        std::io::stdout().flush().expect("an output");
    }
}
