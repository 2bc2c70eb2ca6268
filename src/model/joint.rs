//! Objectives of all outputs at once: the root of the cross-entropy, and twice the root of the softmax.
//!
//! With `w_c = exp(m_c - top)`, top the largest logit:
//!
//! ```text
//! Softmax        f_k = 2 sqrt(p_k)     df_k/dm_c = sqrt(p_k) ([c = k] - p_c)          p = w / sum w
//! CrossEntropy   f = sqrt(ln(1 + r))   df/dm_c = p_c / (2 f)   df/dm_y = -(1 - p_y) / (2 f)
//!                r = sum_(c not y) exp(m_c - m_y), the odds against the class
//! ```
//!
//! Nothing cancels: `1 - p` is a sum over the other classes, and logits enter by their differences, taken in halves so that
//! these stay in range. Where r has left the scalar's precision the root is
//! `sqrt(r)`, and it lives on long after its square has vanished.

use super::Target;
use crate::Scalar;

/// f of row `row` at the logits `t m`, and its derivatives with respect to them. `None` for a target that is not joint,
/// or a class that is none.
pub(crate) fn joint<T: Scalar>(
    target: Target<T>,
    row: usize,
    m: &[T],
    t: T,
    slopes: &mut [T],
) -> Option<T> {
    match target {
        Target::Softmax => softmax(row, m, t, slopes),
        Target::CrossEntropy(class) => {
            let mut classes = (0..).take(m.len());
            let class = classes.find(|&c: &u64| T::count(c) == class)?;
            cross_entropy(usize::try_from(class).ok()?, m, t, slopes)
        }
        _ => None,
    }
}

/// f where all logits are 0.
pub(crate) fn joint_at_zero<T: Scalar>(target: Target<T>, outputs: usize) -> T {
    let classes = T::count(outputs as u64);
    if target == Target::Softmax {
        (T::ONE + T::ONE) / classes.sqrt()
    } else {
        classes.ln().sqrt()
    }
}

/// `t (a - b)`, infinite only where that is.
fn apart<T: Scalar>(a: T, b: T, t: T) -> T {
    (a * T::HALF - b * T::HALF) * (t + t)
}

fn softmax<T: Scalar>(row: usize, m: &[T], t: T, slopes: &mut [T]) -> Option<T> {
    let own = *m.get(row)?;
    let mut top = own;
    m.iter().for_each(|&m| top = top.max(m));
    let (mut others, mut all) = (T::ZERO, T::ZERO);
    for (index, (slope, &m)) in slopes.iter_mut().zip(m).enumerate() {
        *slope = apart(m, top, t).exp();
        all += *slope;
        if index != row {
            others += *slope;
        }
    }
    let root = (apart(own, top, t) * T::HALF).exp() / all.sqrt();
    for (index, slope) in slopes.iter_mut().enumerate() {
        *slope = if index == row {
            root * (others / all)
        } else {
            -root * (*slope / all)
        };
    }
    Some(root + root)
}

fn cross_entropy<T: Scalar>(class: usize, m: &[T], t: T, slopes: &mut [T]) -> Option<T> {
    let own = *m.get(class)?;
    let mut top = -T::MAX;
    for (index, &m) in m.iter().enumerate() {
        if index != class {
            top = top.max(m);
        }
    }
    // Sum of the other classes' exp(m_c - top), at least 1 where there is one.
    let mut others = T::ZERO;
    for (index, (slope, &m)) in slopes.iter_mut().zip(m).enumerate() {
        *slope = if index == class {
            T::ZERO
        } else {
            apart(m, top, t).exp()
        };
        others += *slope;
    }
    if others == T::ZERO {
        slopes.fill(T::ZERO);
        return Some(T::ZERO);
    }
    let ahead = apart(top, own, t);
    let two = T::ONE + T::ONE;
    // The root, and what a class's exp(m_c - top) is multiplied by.
    let (root, share) = if ahead > T::ZERO {
        let rest = (-ahead).exp();
        let root = (ahead + others.ln() + (rest / others).ln_1p()).sqrt();
        (root, T::ONE / (others + rest) / (two * root))
    } else {
        let odds = others * ahead.exp();
        if odds < T::EPSILON * T::HALF {
            let half = (ahead * T::HALF).exp();
            (others.sqrt() * half, half / (two * others.sqrt()))
        } else {
            let root = odds.ln_1p().sqrt();
            (root, ahead.exp() / (T::ONE + odds) / (two * root))
        }
    };
    for (index, slope) in slopes.iter_mut().enumerate() {
        *slope = if index == class {
            -others * share
        } else {
            *slope * share
        };
    }
    Some(root)
}

/// Nodes and weights on [0, 1], half of each: the rest lies symmetrically.
const NODES: [(f64, f64); 8] = [
    (0.005299532504175033, 0.013576229705877048),
    (0.02771248846338371, 0.031126761969323947),
    (0.06718439880608412, 0.04757925584124639),
    (0.12229779582249849, 0.06231448562776694),
    (0.19106187779867811, 0.07479799440828837),
    (0.2709916111713863, 0.08457825969750127),
    (0.35919822461037054, 0.09130170752246179),
    (0.4524937450811813, 0.09472530522753425),
];

/// Writes `q_c = integral over u in [0, 1] of df/dm_c (u m) du` to `q`. `spare` is as long.
///
/// f changes on the scale of the inverse gap between logits, so panels double in length from there: 16 nodes each are
/// right to rounding (`tests/outputs.rs`). Cost: 16 exponentials a logit and panel, `1 + log2(gap)` panels.
pub(crate) fn joint_integral<T: Scalar>(
    target: Target<T>,
    row: usize,
    m: &[T],
    q: &mut [T],
    spare: &mut [T],
) -> Option<()> {
    let (mut low, mut high) = (T::MAX, -T::MAX);
    for &m in m {
        (low, high) = (low.min(m), high.max(m));
    }
    let half_gap = apart(high, low, T::HALF);
    let mut end = T::ONE / half_gap.max(T::ONE);
    let mut from = T::ZERO;
    q.fill(T::ZERO);
    // A gap of the scalar's largest takes no more panels than it has exponents.
    for _ in 0..2048 {
        let width = end - from;
        for (node, weight) in NODES {
            let (node, weight) = (T::of(node), width * T::of(weight));
            for node in [node, T::ONE - node] {
                joint(target, row, m, from + width * node, spare)?;
                for (q, &slope) in q.iter_mut().zip(&*spare) {
                    *q += weight * slope;
                }
            }
        }
        if end >= T::ONE {
            return Some(());
        }
        (from, end) = (end, (end + end).min(T::ONE));
    }
    None
}
