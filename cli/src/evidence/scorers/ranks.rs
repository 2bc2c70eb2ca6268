//! How alike two scores are.

/// Spearman's rank correlation; equal values share the mean of their ranks. NaN where one of the scores is constant.
pub fn correlation(a: &[f64], b: &[f64]) -> f64 {
    let (a, b) = (ranks(a), ranks(b));
    let mean = a.len().saturating_sub(1) as f64 / 2.0;
    let sum = |a: &[f64], b: &[f64]| -> f64 {
        let pairs = a.iter().zip(b);
        pairs.map(|(a, b)| (a - mean) * (b - mean)).sum()
    };
    sum(&a, &b) / (sum(&a, &a) * sum(&b, &b)).sqrt()
}

fn ranks(values: &[f64]) -> Vec<f64> {
    let order = descending(values);
    let mut ranks = vec![0.0; values.len()];
    let mut place = 0;
    for equal in order.chunk_by(|&i, &j| values[i] == values[j]) {
        let rank = place as f64 + (equal.len() - 1) as f64 / 2.0;
        equal.iter().for_each(|&i| ranks[i] = rank);
        place += equal.len();
    }
    ranks
}

/// Highest first; of equal ones the earlier first.
fn descending(values: &[f64]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|&i, &j| values[j].total_cmp(&values[i]));
    order
}

/// The share of one score's highest 5 % that is among the other's.
pub fn overlap(a: &[f64], b: &[f64]) -> f64 {
    let count = (a.len() / 20).max(1);
    let (a, b) = (descending(a), descending(b));
    let both = a[..count].iter().filter(|i| b[..count].contains(i));
    both.count() as f64 / count as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_few_values() {
        let a = [1.0, 2.0, 3.0, 4.0];
        assert_eq!(correlation(&a, &[10.0, 20.0, 30.0, 50.0]), 1.0);
        assert_eq!(correlation(&a, &[4.0, 3.0, 2.0, 1.0]), -1.0);
        // 1 - 6 (1 + 1) / (4 * 15)
        assert!((correlation(&a, &[2.0, 1.0, 3.0, 4.0]) - 0.8).abs() < 1e-15);
        // Ranks 0.5, 0.5, 2, 3 against 0, 1, 2, 3.
        assert!((correlation(&a, &[1.0, 1.0, 3.0, 4.0]) - 4.5 / 22.5_f64.sqrt()).abs() < 1e-15);
        assert!(correlation(&a, &[7.0; 4]).is_nan());
        let values: Vec<f64> = (0..40).map(f64::from).collect();
        let mut other = values.clone();
        assert_eq!(overlap(&values, &other), 1.0);
        other[39] = -1.0;
        assert_eq!(overlap(&values, &other), 0.5);
    }
}
