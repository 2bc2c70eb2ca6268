//! How well scores rank what is odd: area under the ROC curve, average precision.

/// Positions by falling score, in groups of equal score; each group's (outliers, others).
fn groups(scores: &[f64], is_outlier: &[bool]) -> Vec<(f64, f64)> {
    let mut order: Vec<usize> = (0..scores.len()).collect();
    order.sort_by(|&i, &j| scores[j].total_cmp(&scores[i]));
    let mut groups: Vec<(f64, f64)> = Vec::new();
    let mut last = None;
    for i in order {
        if last != Some(scores[i]) {
            groups.push((0.0, 0.0));
            last = Some(scores[i]);
        }
        if let Some(group) = groups.last_mut() {
            if is_outlier[i] {
                group.0 += 1.0;
            } else {
                group.1 += 1.0;
            }
        }
    }
    groups
}

/// Chance that an outlier scores higher than another reading; a tie counts half.
pub fn roc_auc(scores: &[f64], is_outlier: &[bool]) -> f64 {
    let groups = groups(scores, is_outlier);
    let (outliers, others) = totals(&groups);
    let mut below = others;
    let mut area = 0.0;
    for (odd, plain) in groups {
        below -= plain;
        area += odd * (below + 0.5 * plain);
    }
    area / (outliers * others)
}

/// Mean over outliers of the precision down to each; ties are taken in at once.
pub fn average_precision(scores: &[f64], is_outlier: &[bool]) -> f64 {
    let groups = groups(scores, is_outlier);
    let (outliers, _) = totals(&groups);
    let (mut found, mut taken, mut sum) = (0.0, 0.0, 0.0);
    for (odd, plain) in groups {
        found += odd;
        taken += odd + plain;
        sum += odd * found / taken;
    }
    sum / outliers
}

fn totals(groups: &[(f64, f64)]) -> (f64, f64) {
    let sum = |all: (f64, f64), group: &(f64, f64)| (all.0 + group.0, all.1 + group.1);
    groups.iter().fold((0.0, 0.0), sum)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_values() {
        // Falling: outlier, other, outlier and other tied, other.
        let scores = [5.0, 4.0, 3.0, 3.0, 1.0];
        let odd = [true, false, true, false, false];
        // Pairs won: 3 of 3, then 1 and a half of 3.
        assert!((roc_auc(&scores, &odd) - 4.5 / 6.0).abs() < 1e-15);
        assert!((average_precision(&scores, &odd) - (1.0 + 0.5) / 2.0).abs() < 1e-15);
        let flat = [1.0; 5];
        assert!((roc_auc(&flat, &odd) - 0.5).abs() < 1e-15);
        assert!((average_precision(&flat, &odd) - 0.4).abs() < 1e-15);
    }
}
