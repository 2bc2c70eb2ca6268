//! The adjoint row: in closed form, or by quadrature along the path from 0 to theta.

pub mod legendre;
