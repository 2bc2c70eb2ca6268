//! The logits of a network under an objective of all its outputs, and what lies beside them in the scratch: behind the
//! three scalars of each hidden neuron one scalar an output each of logits, seeds of the backward pass, and a spare.

use super::pass::Asked;
use crate::Scalar;
use crate::model::{Layers, all_finite, joint, joint_at_zero, magnitude, product};

/// All logits, after a forward pass that has left the hidden values; `scratch` holds three scalars an output more.
#[inline(never)]
pub(crate) fn logits<T: Scalar, L: Layers<T>>(
    asked: &Asked<'_, T, L>,
    scratch: &mut [T],
) -> Option<()> {
    let (hidden, outputs) = (asked.plan.hidden, asked.plan.outputs);
    let (values, rest) = scratch.split_at_mut_checked(hidden)?;
    let (_, rest) = rest.split_at_mut_checked(hidden.checked_mul(2)?)?;
    let last = asked.layers.layer(asked.layers.depth().checked_sub(1)?)?;
    let input = match values.len().checked_sub(last.inputs) {
        Some(start) if asked.layers.depth() > 1 => values.get(start..)?,
        _ => asked.x,
    };
    product(&last, 0, input, T::ONE, rest.get_mut(..outputs)?)
}

/// Logits, seeds and a spare behind the hidden layers' scratch, one scalar an output each.
pub(crate) fn outputs<'s, T: Scalar, L: Layers<T>>(
    asked: &Asked<'_, T, L>,
    scratch: &'s mut [T],
) -> Option<(&'s mut [T], &'s mut [T], &'s mut [T])> {
    let (_, rest) = scratch.split_at_mut_checked(asked.plan.hidden.checked_mul(3)?)?;
    let (logits, rest) = rest.split_at_mut_checked(asked.plan.outputs)?;
    let (seeds, rest) = rest.split_at_mut_checked(asked.plan.outputs)?;
    Some((logits, seeds, rest.get_mut(..asked.plan.outputs)?))
}

/// The seeds, of what lies behind the hidden layers' scratch.
pub(super) fn seeds<T>(behind: &[T], outputs: usize) -> Option<&[T]> {
    behind.get(outputs..)?.get(..outputs)
}

/// f at the logits m, its derivatives with respect to them to `slopes`.
///
/// Beyond the scalar's range f may be finite again, but is not this network's: then it is what the logits are.
pub(super) fn value_at<T: Scalar, L: Layers<T>>(
    asked: &Asked<'_, T, L>,
    m: &[T],
    slopes: &mut [T],
) -> Option<T> {
    let value = joint(asked.target, asked.output, m, T::ONE, slopes)?;
    Some(if all_finite(m) { value } else { magnitude(m) })
}

/// f at the logits in the scratch, and at 0.
pub(crate) fn joint_value<T: Scalar, L: Layers<T>>(
    asked: &Asked<'_, T, L>,
    scratch: &mut [T],
) -> Option<(T, T)> {
    let (m, _, spare) = outputs(asked, scratch)?;
    let value = value_at(asked, m, spare)?;
    Some((value, joint_at_zero(asked.target, asked.plan.outputs)))
}

/// f of a joint target; leaves the seeds of its gradient in the scratch.
#[inline(never)]
pub(crate) fn joint_gradient<T: Scalar, L: Layers<T>>(
    asked: &Asked<'_, T, L>,
    scratch: &mut [T],
) -> Option<T> {
    logits(asked, scratch)?;
    let (m, seeds, _) = outputs(asked, scratch)?;
    value_at(asked, m, seeds)
}
