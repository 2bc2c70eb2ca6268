//! What a person wants to know of an exported model.

use super::Export;
use crate::failure::Failure;
use gleaner::Scalar;
use gleaner::factor::factor_len;
use gleaner::model::Form;
use gleaner::sampler::Item;
use gleaner::selector::selector_len_of;
use std::fmt::Write as _;

impl<T: Scalar> Export<'_, T> {
    /// `occupancy, a 5-8-1 network (relu, identity)`.
    pub fn title(&self) -> String {
        let mut widths = vec![self.plan.inputs.to_string()];
        let mut activations = Vec::new();
        for layer in &self.net.layers {
            widths.push(layer.outputs.to_string());
            activations.push(layer.activation.to_string());
        }
        // Eight, eleven, eighteen.
        let first = &widths[0];
        let article = if first.starts_with('8') || first == "11" || first == "18" {
            "an"
        } else {
            "a"
        };
        format!(
            "{}, {article} {} network ({}), id {}",
            self.name,
            widths.join("-"),
            activations.join(", "),
            self.id
        )
    }

    /// A line that names the features, where the training file does.
    pub fn columns(&self, indent: &str) -> String {
        let names = self.features.as_deref().unwrap_or_default();
        let names: Vec<String> = names
            .iter()
            .take(self.plan.inputs)
            .map(|name| super::for_comment(name))
            .collect();
        if names.is_empty() {
            return String::new();
        }
        format!("{indent}A reading: {}\n", names.join(", "))
    }
}

/// Prints it.
pub fn print<T: Scalar>(export: &Export<'_, T>, keep: usize) -> Result<(), Failure> {
    let text = summary(export, keep).unwrap_or_default();
    crate::score::print(|out| out.write_all(text.as_bytes()))
}

fn summary<T: Scalar>(export: &Export<'_, T>, keep: usize) -> Result<String, std::fmt::Error> {
    let plan = &export.plan;
    let mut out = String::new();
    writeln!(out, "{}", export.title())?;
    writeln!(out, "parameters    {}", plan.parameters)?;
    writeln!(
        out,
        "order         {} ({} redundant columns left out)",
        plan.order,
        plan.parameters + 1 - plan.order
    )?;
    match plan.form {
        Form::Exact => writeln!(out, "rows          exact, from one backward pass")?,
        Form::Quadrature => writeln!(
            out,
            "rows          by quadrature, {} nodes a panel",
            plan.nodes
        )?,
    }
    match &export.scaling {
        Some(_) if export.is_quantised => {
            writeln!(out, "standardiser  zero point and scale of the tensor")?
        }
        Some(_) => writeln!(out, "standardiser  mean and standard deviation of the data")?,
        None => writeln!(out, "standardiser  none")?,
    }
    if let Some(sketch) = &export.sketch {
        writeln!(
            out,
            "sketches      {} buckets, seed {}",
            sketch.buckets(),
            sketch.seed()
        )?;
    }
    match &export.pilot {
        Some(pilot) => writeln!(
            out,
            "pilot         {} rows, objective {}, ridge {:.3e}, mean online leverage {:.3}",
            pilot.rows,
            export.objective.name(),
            pilot.ridge.wide(),
            pilot.mean_leverage.wide()
        )?,
        None => writeln!(out, "pilot         none")?,
    }
    let checks = export.checks.as_ref();
    writeln!(
        out,
        "check pairs   {}",
        checks.map_or(0, |checks| checks.count)
    )?;
    let scaling = export.scaling.as_ref().map_or(0, |s| 2 * s.mean.len());
    let checks = checks.map_or(0, |c| c.inputs.len() + c.outputs.len());
    let pilot = export.pilot.as_ref().map_or(0, |p| p.packed.len());
    let flash = T::BYTES * (plan.parameters + scaling + checks + pilot);
    writeln!(out, "flash         {flash} bytes of constants")?;
    let sizes = &export.sizes;
    let memory = selector_len_of(
        plan.inputs,
        sizes.rows,
        sizes.row,
        sizes.order,
        sizes.scratch,
    ) * T::BYTES;
    let factor = factor_len(sizes.order) * T::BYTES;
    let items = (keep + 1) * size_of::<Item<T>>();
    writeln!(
        out,
        "RAM           {} bytes to keep {keep}: memory {memory} (factor {factor}), items {items}; and {} payloads of yours",
        memory + items,
        keep + 1
    )?;
    Ok(out)
}
