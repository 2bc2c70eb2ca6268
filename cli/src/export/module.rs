//! The model as a Rust module.

use super::Export;
use super::literal::{lines, rust};
use crate::options::Objective;
use gleaner::Scalar;
use gleaner::model::{Activation, Form};
use std::fmt::Write as _;

/// The text of the module.
pub fn module<T: Scalar>(export: &Export<'_, T>) -> String {
    let mut text = String::new();
    // Writing to a string does not fail.
    let _ = write_module(&mut text, export);
    text
}

fn write_module<T: Scalar>(out: &mut String, export: &Export<'_, T>) -> std::fmt::Result {
    let plan = &export.plan;
    let scalar = if T::BYTES == 4 { "f32" } else { "f64" };
    let layers = &export.net.layers;
    writeln!(
        out,
        "// {}\n{}// Generated, not to be edited:\n//\n// {}\n//\n\
         // Take it in with `#[allow(dead_code)] mod {};`. What is not used takes no memory.\n",
        export.title(),
        export.columns("// "),
        export.command,
        export.name
    )?;
    writeln!(
        out,
        "use gleaner::Error;\n\
         use gleaner::model::{{Activation, Dense, Flat, Network, Objective, Shape, {}{}}};\n\
         use gleaner::nalgebra::{{ArrayStorage, SMatrix}};\n\
         use gleaner::selector::{{Options, {}Scaling, {}}};\n{}",
        if layers.len() > 1 { "Then, " } else { "" },
        match (plan.form, &export.sketch) {
            (Form::Exact, None) => "exact_scratch",
            (Form::Exact, Some(_)) => "exact_sketch_scratch",
            (Form::Quadrature, None) => "network_scratch",
            (Form::Quadrature, Some(_)) => "network_sketch_scratch",
        },
        if export.pilot.is_some() {
            "Pilot, "
        } else {
            ""
        },
        match (export.sizes.rows, &export.sketch) {
            (1, None) => "selector_len",
            _ => "selector_len_of",
        },
        match &export.sketch {
            Some(_) => "use gleaner::sketch::Sketch;\n",
            None => "",
        }
    )?;
    let mut constant = |comment: &str, name: &str, kind: &str, value: &str| {
        writeln!(out, "/// {comment}\npub const {name}: {kind} = {value};")
    };
    constant(
        "Features of a reading.",
        "INPUTS",
        "usize",
        &plan.inputs.to_string(),
    )?;
    constant(
        "Outputs of the model.",
        "OUTPUTS",
        "usize",
        &plan.outputs.to_string(),
    )?;
    constant("P.", "PARAMETERS", "usize", &plan.parameters.to_string())?;
    let order = export.sizes.order.to_string();
    constant(
        "N, entries of a row without its redundant columns.",
        "ORDER",
        "usize",
        &order,
    )?;
    let neurons = match plan.outputs {
        1 => plan.hidden,
        outputs => plan.hidden + outputs,
    };
    let scratch = match (plan.form, &export.sketch) {
        (Form::Exact, None) => format!("exact_scratch({neurons})"),
        (Form::Quadrature, None) => format!("network_scratch(PARAMETERS, {neurons})"),
        (Form::Exact, Some(_)) => format!("exact_sketch_scratch({neurons}, SKETCH.buckets())"),
        (Form::Quadrature, Some(_)) => {
            format!("network_sketch_scratch({neurons}, SKETCH.buckets())")
        }
    };
    if let Some(sketch) = &export.sketch {
        constant(
            "Rows are scored as sketches: join the network with it, `Sketched::new(network()?, SKETCH)`.",
            "SKETCH",
            "Sketch",
            &format!(
                "match Sketch::new({}, {}) {{\n    Ok(sketch) => sketch,\n    Err(_) => panic!(\"a sketch of so many buckets\"),\n}}",
                sketch.buckets(),
                sketch.seed()
            ),
        )?;
    }
    constant(
        "Scalars of scratch for the model.",
        "SCRATCH",
        "usize",
        &scratch,
    )?;
    let sizes = &export.sizes;
    let memory = match (sizes.rows, &export.sketch) {
        (1, None) => "selector_len(INPUTS, PARAMETERS, ORDER, SCRATCH)".to_string(),
        (rows, _) => format!(
            "selector_len_of(INPUTS, {rows}, {}, ORDER, SCRATCH)",
            sizes.row
        ),
    };
    constant(
        "Scalars of memory for a selector.",
        "SELECTOR_LEN",
        "usize",
        &memory,
    )?;
    let nodes = plan.nodes.to_string();
    constant(
        "Gauss-Legendre nodes a panel, where rows need them.",
        "NODES",
        "usize",
        &nodes,
    )?;
    constant(
        "Id of the model.",
        "MODEL_ID",
        "u64",
        &format!("0x{:016x}", export.id),
    )?;
    let objective = match export.objective {
        Objective::Prediction => "Prediction",
        Objective::Residual => "Residual",
        Objective::Logistic => "Logistic",
        Objective::CrossEntropy => "CrossEntropy",
        Objective::Softmax => "Softmax",
    };
    let kind = format!("Objective<{scalar}>");
    constant(
        "Objective of the pilot's rows.",
        "OBJECTIVE",
        &kind,
        &format!("Objective::{objective}"),
    )?;

    writeln!(
        out,
        "\n/// The layers without their weights.\n#[rustfmt::skip]\npub static SHAPES: [Shape<{scalar}>; {}] = [",
        layers.len()
    )?;
    for layer in layers {
        writeln!(
            out,
            "    Shape {{\n        inputs: {},\n        outputs: {},\n        bias: {},\n        activation: {},\n    }},",
            layer.inputs,
            layer.outputs,
            layer.bias,
            activation::<T>(&layer.activation.build())
        )?;
    }
    writeln!(out, "];")?;
    let mut array = |comment: &str, visible: &str, name: &str, values: &[T]| {
        let numbers = lines(values.iter().map(|&value| rust(value)), "    ");
        write!(
            out,
            "/// {comment}\n#[rustfmt::skip]\n#[allow(clippy::approx_constant, clippy::excessive_precision)]\n\
             {visible} {name}: [{scalar}; {}] = [\n{numbers}];\n",
            values.len()
        )
    };
    array(
        "All parameters: W1, b1, W2, b2, ..., each W outputs x inputs, row-major.",
        "const",
        "NUMBERS",
        &export.theta,
    )?;
    if let Some(scaling) = &export.scaling {
        array(
            "What is taken off each feature.",
            "pub static",
            "MEAN",
            &scaling.mean,
        )?;
        array(
            "What each feature is then divided by.",
            "pub static",
            "SCALE",
            &scaling.scale,
        )?;
    }
    let cast = |values: &[f64]| -> Vec<T> { values.iter().map(|&value| T::of(value)).collect() };
    if let Some(checks) = &export.checks {
        let (inputs, outputs) = (cast(&checks.inputs), cast(&checks.outputs));
        array(
            "Readings as the sensor gives them, `INPUTS` each.",
            "pub static",
            "CHECK_INPUTS",
            &inputs,
        )?;
        array(
            "The model's outputs for them, `OUTPUTS` each.",
            "pub static",
            "CHECK_OUTPUTS",
            &outputs,
        )?;
    }
    if let Some(pilot) = &export.pilot {
        array(
            "The factor of the pilot's rows, packed.",
            "pub static",
            "PILOT_PACKED",
            &pilot.packed,
        )?;
    }
    writeln!(
        out,
        "/// All parameters, flat.\npub static THETA: [{scalar}; PARAMETERS] = NUMBERS;\n"
    )?;

    writeln!(
        out,
        "/// Part of the parameters as columns, one a neuron.\n\
         const fn columns<const I: usize, const O: usize>(start: usize) -> SMatrix<{scalar}, I, O> {{\n    \
             let mut columns = [[0.0; I]; O];\n    let mut k = 0;\n    while k < I * O {{\n        \
             columns[k / I][k % I] = NUMBERS[start + k];\n        k += 1;\n    }}\n    \
             SMatrix::from_array_storage(ArrayStorage(columns))\n}}\n"
    )?;
    let mut start = 0;
    for (index, layer) in layers.iter().enumerate() {
        let (inputs, outputs) = (layer.inputs, layer.outputs);
        writeln!(
            out,
            "/// Weights of layer {index}, neuron j in column j.\n\
             pub static WEIGHTS_{index}: SMatrix<{scalar}, {inputs}, {outputs}> = columns({start});"
        )?;
        start += inputs * outputs;
        if layer.bias {
            writeln!(
                out,
                "/// Biases of layer {index}.\npub static BIAS_{index}: SMatrix<{scalar}, {outputs}, 1> = columns({start});"
            )?;
            start += outputs;
        }
    }
    let dense = |index: usize| {
        let layer = &layers[index];
        let bias = if layer.bias {
            format!("Some(&BIAS_{index})")
        } else {
            "None".to_string()
        };
        format!(
            "Dense {{ weights: &WEIGHTS_{index}, bias: {bias}, activation: {} }}",
            activation::<T>(&layer.activation.build())
        )
    };
    let kind = |index: usize| {
        let layer = &layers[index];
        format!(
            "Dense<'static, {scalar}, {}, {}>",
            layer.inputs, layer.outputs
        )
    };
    let (mut stack, mut kinds) = (dense(0), kind(0));
    for index in 1..layers.len() {
        stack = format!("Then {{ first: {stack}, last: {} }}", dense(index));
        kinds = format!("Then<{kinds}, {}>", kind(index));
    }
    writeln!(
        out,
        "\n/// The layers with sizes that the compiler knows.\n#[rustfmt::skip]\npub type Fixed = {kinds};\n\
         /// For `Network::new`.\n#[rustfmt::skip]\npub const LAYERS: Fixed = {stack};\n"
    )?;
    let scaling = if export.scaling.is_some() {
        "Scaling::Constants {\n    mean: &MEAN,\n    scale: &SCALE,\n}"
    } else {
        "Scaling::None"
    };
    writeln!(
        out,
        "/// How a reading is standardised.\npub const SCALING: Scaling<'static, {scalar}> = {scaling};\n\
         /// Options of a selector: ridge of the pilot, no forgetting, no uniform share.\n\
         pub const OPTIONS: Options<'static, {scalar}> = Options {{\n    objective: OBJECTIVE,\n    scaling: SCALING,\n    \
         ridge: 0.0,\n    half_life: 0,\n    uniform: 0.0,\n    model_id: MODEL_ID,\n}};"
    )?;
    if let Some(pilot) = &export.pilot {
        writeln!(
            out,
            "/// For `Selector::start`.\npub const PILOT: Pilot<'static, {scalar}> = Pilot {{\n    packed: &PILOT_PACKED,\n    \
             rows: {},\n    ridge: {},\n    mean_leverage: {},\n    model_id: MODEL_ID,\n    objective: OBJECTIVE,\n    sketch: {},\n}};",
            pilot.rows,
            rust(pilot.ridge),
            rust(pilot.mean_leverage),
            if export.sketch.is_some() {
                "Some(SKETCH)"
            } else {
                "None"
            }
        )?;
    }
    writeln!(
        out,
        "\n/// The model over `SHAPES` and `THETA`.\n\
         pub fn network() -> Result<Network<Flat<'static, {scalar}>>, Error> {{\n    \
         let layers = Flat {{\n        shapes: &SHAPES,\n        theta: &THETA,\n    }};\n    \
         Network::new(layers)?.with_nodes(NODES)\n}}"
    )
}

/// An activation as Rust writes it.
fn activation<T: Scalar>(activation: &Activation<T>) -> String {
    match *activation {
        Activation::LeakyRelu(slope) => format!("Activation::LeakyRelu({})", rust(slope)),
        Activation::Elu(slope) => format!("Activation::Elu({})", rust(slope)),
        Activation::BoundedSwish {
            lower,
            upper,
            steepness,
        } => format!(
            "Activation::BoundedSwish {{ lower: {}, upper: {}, steepness: {} }}",
            rust(lower),
            rust(upper),
            rust(steepness)
        ),
        ref plain => format!("Activation::{plain:?}"),
    }
}
