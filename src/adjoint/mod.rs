//! The adjoint row: in closed form, or by quadrature along the path from 0 to theta.
//!
//! `a(x) = integral over t in [0, 1] of grad_theta f(t theta; x) dt` (Rajmohan and Roosta 2025, section 3),
//! for which `<a, theta> = f(theta) - f(0)`.

mod exact;
mod gauge;
mod kinks;
pub mod legendre;
mod logits;
mod pass;
mod quadrature;
mod sketch;

pub(crate) use exact::{exact_norm, exact_pass, exact_row, exact_sketch, has_closed_form};
pub(crate) use gauge::{leave_out_gauge, put_back_gauge};
pub(crate) use logits::{joint_gradient, joint_value, logits};
pub(crate) use pass::{Asked, Pass, Term, backward, forward};
pub(crate) use quadrature::{quadrature_len, quadrature_norm, quadrature_row, quadrature_sketch};
pub(crate) use sketch::{Sketching, sketching_len};
