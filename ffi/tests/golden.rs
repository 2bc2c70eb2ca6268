//! The golden files, from C: written out as arrays and compared there, in both precisions.

mod support;

use serde_json::Value;
use std::fmt::Write;
use std::path::Path;
use support::{PACKAGE, Program, SANITIZERS};

fn cases(name: &str) -> Vec<Value> {
    let path = Path::new(PACKAGE).join(format!("../tests/golden/{name}.json"));
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path:?}: {error}"));
    let mut file: Value = serde_json::from_str(&text).expect("JSON");
    let key = if file["sets"].is_array() {
        "sets"
    } else {
        "cases"
    };
    match file[key].take() {
        Value::Array(cases) => cases,
        other => panic!("{name}: {other}"),
    }
}

/// A number, written as a number or as a string of digits.
fn number(value: &Value) -> f64 {
    match value {
        Value::String(digits) => digits.parse().expect("digits"),
        other => other.as_f64().expect("a number"),
    }
}

/// Numbers for an initialiser; nested lists one after the other.
fn list(value: &Value) -> String {
    match value {
        Value::Array(items) => items.iter().map(list).collect::<Vec<_>>().join(", "),
        other => format!("{:e}", number(other)),
    }
}

/// An activation's code and parameters.
fn activation(name: &str) -> String {
    let (code, parameter) = match name {
        "identity" => ("IDENTITY", "0"),
        "relu" => ("RELU", "0"),
        "leaky_relu_0.01" => ("LEAKY_RELU", "0.01f"),
        "sigmoid" => ("SIGMOID", "0"),
        "tanh" => ("TANH", "0"),
        "softplus" => ("SOFTPLUS", "0"),
        "silu" => ("SILU", "0"),
        "gelu_erf" => ("GELU", "0"),
        "elu_1" => ("ELU", "1"),
        "exp" => ("EXP", "0"),
        "sin" => ("SIN", "0"),
        "bounded_swish_1_2_1" => ("BOUNDED_SWISH", "1, 2, 1"),
        other => panic!("no activation {other}"),
    };
    format!("GLEANER_ACTIVATION_{code}, {{{parameter}}}")
}

fn divided() -> String {
    let mut out = String::from("static const struct divided_case divided_cases[] = {\n");
    for case in cases("divided_difference") {
        let name = case["activation"].as_str().expect("a name");
        let numbers =
            ["z", "value", "derivative", "divided_difference"].map(|key| list(&case[key]));
        writeln!(out, "{{{}, {}}},", activation(name), numbers.join(", ")).expect("memory");
    }
    out + "};\n"
}

fn losses() -> String {
    let mut out = String::from("static const struct loss_case loss_cases[] = {\n");
    for case in cases("loss_map") {
        let numbers =
            ["z", "y", "map", "map_at_zero", "divided_difference"].map(|key| list(&case[key]));
        writeln!(out, "{{{}}},", numbers.join(", ")).expect("memory");
    }
    out + "};\n"
}

fn adjoints() -> String {
    let mut out = String::from("static const struct adjoint_case adjoint_cases[] = {\n");
    for case in cases("adjoint") {
        let layers = case["layers"].as_array().expect("layers");
        let shape = |layer: &Value| {
            let name = layer["activation"].as_str().expect("a name");
            let bias = i32::from(layer["bias"] == true);
            format!(
                "{{{}, {}, {bias}, {}}}",
                layer["inputs"],
                layer["outputs"],
                activation(name)
            )
        };
        let shapes: Vec<_> = layers.iter().map(shape).collect();
        writeln!(
            out,
            "{{{}, {}, {{{}}}, {}, {{{}}}, {{{}}}, {}, {}, {{{}}}, {}}},",
            case["family"],
            layers.len(),
            shapes.join(", "),
            case["theta"].as_array().expect("theta").len(),
            list(&case["theta"]),
            list(&case["x"]),
            list(&case["value"]),
            list(&case["value_at_zero"]),
            list(&case["adjoint"]),
            list(&case["norm_sq_dual"])
        )
        .expect("memory");
    }
    out + "};\n"
}

fn leverages() -> String {
    let mut arrays = String::new();
    let mut out = String::from("static const struct leverage_case leverage_cases[] = {\n");
    for (index, case) in cases("leverage").iter().enumerate() {
        let mut names = Vec::new();
        for key in [
            "rows",
            "leverage",
            "ridge_leverage",
            "online_ridge_leverage",
        ] {
            let name = format!("leverage_{index}_{key}");
            writeln!(
                arrays,
                "static const double {name}[] = {{{}}};",
                list(&case[key])
            )
            .expect("memory");
            names.push(name);
        }
        let rows = case["rows"].as_array().expect("rows");
        let columns = rows
            .first()
            .and_then(Value::as_array)
            .expect("columns")
            .len();
        writeln!(
            out,
            "{{{}, {}, {columns}, {}, {}, {}}},",
            case["name"],
            rows.len(),
            case["rank"],
            list(&case["ridge"]),
            names.join(", ")
        )
        .expect("memory");
    }
    arrays + &out + "};\n"
}

fn nist() -> String {
    let mut arrays = String::new();
    let mut out = String::from("static const struct nist_case nist_cases[] = {\n");
    for (index, case) in cases("nist_linear").iter().enumerate() {
        for key in ["rows", "leverage"] {
            let numbers = list(&case[key]);
            writeln!(
                arrays,
                "static const double nist_{index}_{key}[] = {{{numbers}}};"
            )
            .expect("memory");
        }
        let rows = case["rows"].as_array().expect("rows");
        let columns = rows
            .first()
            .and_then(Value::as_array)
            .expect("columns")
            .len();
        let (name, rows) = (&case["name"], rows.len());
        writeln!(
            out,
            "{{{name}, {rows}, {columns}, nist_{index}_rows, nist_{index}_leverage}},"
        )
        .expect("memory");
    }
    arrays + &out + "};\n"
}

fn samplings() -> String {
    let mut arrays = String::new();
    let mut out = String::from("static const struct sampling_case sampling_cases[] = {\n");
    for (index, case) in cases("sampling").iter().enumerate() {
        for key in ["weights", "inclusion"] {
            let numbers = list(&case[key]);
            writeln!(
                arrays,
                "static const double sampling_{index}_{key}[] = {{{numbers}}};"
            )
            .expect("memory");
        }
        writeln!(
            out,
            "{{{}, {}, {}, sampling_{index}_weights, sampling_{index}_inclusion, {}}},",
            case["name"],
            case["k"],
            case["weights"].as_array().expect("weights").len(),
            list(&case["threshold"])
        )
        .expect("memory");
    }
    arrays + &out + "};\n"
}

fn compare(part: &str, arrays: &str) {
    for (precision, define) in [("f32", "-DSINGLE"), ("f64", "-DDOUBLE")] {
        let printed = Program::new(&format!("golden_{part}_{precision}"))
            .args(&["-std=c99", define, &format!("-DPART_{part}")])
            .args(&SANITIZERS)
            .generated("golden.h", arrays)
            .source("tests/c/golden.c")
            .run();
        assert!(printed.starts_with(part), "{printed}");
    }
}

#[test]
fn divided_differences() {
    compare("DIVIDED", &divided());
}

#[test]
fn loss_roots() {
    compare("LOSS", &losses());
}

#[test]
fn adjoint_rows() {
    compare("ADJOINT", &adjoints());
}

#[test]
fn leverage_of_rows() {
    compare("LEVERAGE", &leverages());
}

#[test]
fn leverage_of_nist_designs() {
    compare("NIST", &nist());
}

#[test]
fn inclusion_probabilities() {
    compare("SAMPLING", &samplings());
}
