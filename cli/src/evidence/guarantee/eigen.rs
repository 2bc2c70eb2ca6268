//! Eigenvalues of a symmetric matrix by cyclic Jacobi rotations.
//!
//! Source: G. H. Golub, C. F. Van Loan, Matrix Computations, 4th edition, section 8.5.

/// Sweeps at most; a handful is enough, since convergence is quadratic.
const SWEEPS: usize = 40;

/// The eigenvalues of a symmetric matrix (order x order, all of it), in no order. The matrix is overwritten.
pub fn eigenvalues(matrix: &mut [f64], order: usize) -> Vec<f64> {
    let total: f64 = matrix.iter().map(|x| x * x).sum();
    for _ in 0..SWEEPS {
        let off: f64 = (0..order)
            .flat_map(|p| (0..p).map(move |q| (p, q)))
            .map(|(p, q)| matrix[p * order + q] * matrix[p * order + q])
            .sum();
        if off <= 1e-26 * total {
            break;
        }
        for p in 0..order {
            for q in p + 1..order {
                rotate(matrix, order, p, q);
            }
        }
    }
    (0..order).map(|j| matrix[j * order + j]).collect()
}

/// Makes entry (p, q) 0.
fn rotate(matrix: &mut [f64], order: usize, p: usize, q: usize) {
    let entry = matrix[p * order + q];
    if entry == 0.0 {
        return;
    }
    let half = (matrix[q * order + q] - matrix[p * order + p]) / (2.0 * entry);
    let tangent = half.signum() / (half.abs() + half.hypot(1.0));
    let cosine = 1.0 / tangent.hypot(1.0);
    let sine = tangent * cosine;
    for k in 0..order {
        let (a, b) = (matrix[k * order + p], matrix[k * order + q]);
        matrix[k * order + p] = cosine * a - sine * b;
        matrix[k * order + q] = sine * a + cosine * b;
    }
    for k in 0..order {
        let (a, b) = (matrix[p * order + k], matrix[q * order + k]);
        matrix[p * order + k] = cosine * a - sine * b;
        matrix[q * order + k] = sine * a + cosine * b;
    }
}

#[cfg(test)]
mod tests {
    use super::eigenvalues;

    /// The second difference matrix of order n has the eigenvalues 2 - 2 cos(k pi / (n + 1)).
    #[test]
    fn second_differences() {
        for order in [1, 2, 3, 10, 49] {
            let mut matrix = vec![0.0; order * order];
            for j in 0..order {
                matrix[j * order + j] = 2.0;
                if j > 0 {
                    matrix[j * order + j - 1] = -1.0;
                    matrix[(j - 1) * order + j] = -1.0;
                }
            }
            let mut found = eigenvalues(&mut matrix, order);
            found.sort_by(f64::total_cmp);
            for (k, value) in found.iter().enumerate() {
                let angle = (k + 1) as f64 * std::f64::consts::PI / (order + 1) as f64;
                assert!((value - (2.0 - 2.0 * angle.cos())).abs() < 1e-13 * order as f64);
            }
        }
    }

    #[test]
    fn repeated_and_zero() {
        assert_eq!(eigenvalues(&mut [0.0; 4], 2), [0.0, 0.0]);
        let mut found = eigenvalues(&mut [1.0; 9], 3);
        found.sort_by(f64::total_cmp);
        assert!(found[0].abs() < 1e-15 && found[1].abs() < 1e-15 && (found[2] - 3.0).abs() < 1e-14);
    }
}
