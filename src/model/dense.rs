//! Kernels of a dense layer: products, transposed products.
