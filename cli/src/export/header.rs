//! The model as a C header.

use super::Export;
use super::literal::{c, lines};
use gleaner::Scalar;
use gleaner::model::Form;
use std::fmt::Write as _;

/// The text of the header.
pub fn header<T: Scalar>(export: &Export<'_, T>) -> String {
    let mut text = String::new();
    // Writing to a string does not fail.
    let _ = write_header(&mut text, export);
    text
}

fn write_header<T: Scalar>(out: &mut String, export: &Export<'_, T>) -> std::fmt::Result {
    let (name, plan) = (export.name, &export.plan);
    let upper = name.to_uppercase();
    let (scalar, word) = if T::BYTES == 4 {
        ("f32", "float")
    } else {
        ("f64", "double")
    };
    let layers = &export.net.layers;
    writeln!(
        out,
        "/* {}\n{}   Generated, not to be edited:\n\n   {} */",
        export.title(),
        export.columns("   "),
        export.command
    )?;
    let guard = format!("MODEL_{upper}_H");
    writeln!(
        out,
        "#ifndef {guard}\n#define {guard}\n\n#include \"gleaner.h\"\n"
    )?;
    let (inputs, parameters, hidden) = (plan.inputs, plan.parameters, plan.hidden);
    writeln!(out, "#define {upper}_INPUTS {inputs}")?;
    writeln!(out, "#define {upper}_PARAMETERS {parameters}")?;
    writeln!(out, "#define {upper}_ORDER {}", export.sizes.order)?;
    let neurons = if plan.outputs > 1 {
        hidden + plan.outputs
    } else {
        hidden
    };
    let whole = match plan.form {
        Form::Exact => format!("GLEANER_SCRATCH_EXACT({neurons})"),
        Form::Quadrature => format!("GLEANER_SCRATCH_QUADRATURE({upper}_PARAMETERS, {neurons})"),
    };
    writeln!(out, "#define {upper}_SCRATCH {whole}")?;
    writeln!(
        out,
        "#define {upper}_WORK_LEN GLEANER_WORK_LEN({upper}_INPUTS, {upper}_PARAMETERS, {upper}_SCRATCH)"
    )?;
    let rows = export.sizes.rows;
    let (buckets, seed) = export.sketch.map_or((0, 0), |s| (s.buckets(), s.seed()));
    let memory = match (&export.sketch, plan.form) {
        (Some(_), form) => {
            let form = match form {
                Form::Exact => "EXACT",
                Form::Quadrature => "QUADRATURE",
            };
            format!(
                "GLEANER_SELECTOR_LEN_OF({upper}_INPUTS, {rows}, {upper}_ORDER, {upper}_ORDER, \
                 GLEANER_SCRATCH_SKETCH_{form}({neurons}, {buckets}))"
            )
        }
        (None, _) if rows > 1 => format!(
            "GLEANER_SELECTOR_LEN_OF({upper}_INPUTS, {rows}, {upper}_PARAMETERS + 1, {upper}_ORDER, {upper}_SCRATCH)"
        ),
        (None, _) => format!(
            "GLEANER_SELECTOR_LEN({upper}_INPUTS, {upper}_PARAMETERS, {upper}_ORDER, {upper}_SCRATCH)"
        ),
    };
    writeln!(out, "#define {upper}_SELECTOR_LEN \\\n  {memory}")?;
    let objective = export.objective.name().to_uppercase().replace('-', "_");
    writeln!(
        out,
        "#define {upper}_OPTIONS \\\n  {{GLEANER_ABI, GLEANER_OBJECTIVE_{objective}, GLEANER_SCALING_MODEL, 1, 0, 0, 0, 0, \
         {buckets}, {seed}u}}\n"
    )?;

    let mut array = |array: &str, values: &[T]| {
        let numbers = lines(values.iter().map(|&value| c(value)), "  ");
        write!(
            out,
            "static const {word} {name}_{array}[{}] = {{\n{numbers}}};\n",
            values.len()
        )
    };
    let mut rest = &export.theta[..];
    for (index, layer) in layers.iter().enumerate() {
        let (weights, tail) = rest.split_at(layer.inputs * layer.outputs);
        let (bias, tail) = tail.split_at(if layer.bias { layer.outputs } else { 0 });
        rest = tail;
        array(&format!("weights_{index}"), weights)?;
        if layer.bias {
            array(&format!("bias_{index}"), bias)?;
        }
    }
    if let Some(scaling) = &export.scaling {
        array("mean", &scaling.mean)?;
        array("scale", &scaling.scale)?;
    }
    let cast = |values: &[f64]| -> Vec<T> { values.iter().map(|&value| T::of(value)).collect() };
    if let Some(checks) = &export.checks {
        array("check_inputs", &cast(&checks.inputs))?;
        array("check_outputs", &cast(&checks.outputs))?;
    }
    if let Some(pilot) = &export.pilot {
        array("pilot_packed", &pilot.packed)?;
    }

    writeln!(
        out,
        "\nstatic const struct gleaner_layer_{scalar} {name}_layers[{}] = {{",
        layers.len()
    )?;
    for (index, layer) in layers.iter().enumerate() {
        let bias = if layer.bias {
            format!("{name}_bias_{index}")
        } else {
            "NULL".to_string()
        };
        let parameter = |index| {
            let parameters = &layer.activation.parameters;
            c(T::of(parameters.get(index).copied().unwrap_or_default()))
        };
        writeln!(
            out,
            "  {{{name}_weights_{index}, {bias}, {}, {}, {}, {{{}, {}, {}}}}},",
            layer.inputs,
            layer.outputs,
            code(layer.activation.name),
            parameter(0),
            parameter(1),
            parameter(2)
        )?;
    }
    writeln!(out, "}};")?;
    let id = export.id;
    if let Some(pilot) = &export.pilot {
        writeln!(
            out,
            "static const struct gleaner_pilot_{scalar} {name}_pilot = {{\n  {name}_pilot_packed, {}, {}u, {}, {}, {id}u,\n  \
             GLEANER_OBJECTIVE_{objective}, {buckets}, {seed}u,\n}};",
            pilot.packed.len(),
            pilot.rows,
            c(pilot.ridge),
            c(pilot.mean_leverage)
        )?;
    }
    let nodes = match plan.form {
        Form::Exact => 0,
        Form::Quadrature => plan.nodes,
    };
    let or_null = |is_there: bool, what: &str| {
        if is_there {
            what.replace('@', name)
        } else {
            "NULL".to_string()
        }
    };
    let scaling = or_null(export.scaling.is_some(), "@_mean, @_scale");
    let scaling = scaling.replace("NULL", "NULL, NULL");
    let checks = or_null(export.checks.is_some(), "@_check_inputs, @_check_outputs");
    let checks = checks.replace("NULL", "NULL, NULL");
    let count = export.checks.as_ref().map_or(0, |checks| checks.count);
    let pilot = or_null(export.pilot.is_some(), "&@_pilot");
    writeln!(
        out,
        "static const struct gleaner_model_{scalar} {name} = {{\n  GLEANER_ABI, {id}u, {name}_layers, {}, {upper}_INPUTS, \
         {nodes}, {scaling},\n  {checks}, {count}, {pilot}, NULL,\n}};\n\n#endif",
        layers.len()
    )
}

/// The library's code of an activation.
fn code(name: &str) -> String {
    let name = match name {
        "gelu_erf" => "gelu",
        other => other,
    };
    format!("GLEANER_ACTIVATION_{}", name.to_uppercase())
}
