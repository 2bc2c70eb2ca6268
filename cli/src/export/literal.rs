//! Numbers as C and Rust read them: every bit comes back.

use gleaner::Scalar;

/// Longest line of an array.
const WIDTH: usize = 100;

/// A C literal: 9 significant digits and an f in single precision, 17 in double.
pub fn c<T: Scalar>(value: T) -> String {
    if T::BYTES == 4 {
        general(value.wide(), 9) + "f"
    } else {
        general(value.wide(), 17)
    }
}

/// A Rust literal: the shortest that comes back the same.
pub fn rust<T: Scalar>(value: T) -> String {
    if T::BYTES == 4 {
        format!("{:?}", value.wide() as f32)
    } else {
        format!("{:?}", value.wide())
    }
}

/// So many significant digits without trailing zeros, plain or with an exponent, whichever is shorter to read.
fn general(value: f64, digits: usize) -> String {
    let scientific = format!("{:.*e}", digits - 1, value);
    let Some((mantissa, exponent)) = scientific.split_once('e') else {
        return scientific;
    };
    let exponent: i32 = exponent.parse().unwrap_or_default();
    let strip = |text: &str| {
        let text = text.trim_end_matches('0');
        match text.strip_suffix('.') {
            Some(whole) => format!("{whole}.0"),
            None => text.to_string(),
        }
    };
    if (-4..digits as i32 - 1).contains(&exponent) {
        let places = (digits as i32 - 1 - exponent) as usize;
        strip(&format!("{value:.places$}"))
    } else {
        let sign = if exponent < 0 { '-' } else { '+' };
        format!("{}e{sign}{:02}", strip(mantissa), exponent.abs())
    }
}

/// Words separated by commas, in indented lines, a comma behind the last.
pub fn lines(words: impl Iterator<Item = String>, indent: &str) -> String {
    let mut text = String::new();
    let mut width = 0;
    for word in words {
        let is_first = width == 0;
        if !is_first && width + 2 + word.len() > WIDTH - 1 {
            text += ",\n";
            width = 0;
        } else if !is_first {
            text += ", ";
            width += 2;
        }
        if width == 0 {
            text += indent;
            width = indent.len();
        }
        width += word.len();
        text += &word;
    }
    text + ",\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_bit_comes_back() {
        let mut word = 1u64;
        for _ in 0..200_000 {
            word = word
                .wrapping_mul(6364136223846793005)
                .wrapping_add(1442695040888963407);
            let single = f32::from_bits((word >> 32) as u32);
            if single.is_finite() {
                let text = c(single);
                assert!(text.contains(['.', 'e']), "{text}");
                let back: f32 = text.trim_end_matches('f').parse().unwrap();
                assert_eq!(back.to_bits(), single.to_bits(), "{text}");
                let back: f32 = rust(single).parse().unwrap();
                assert_eq!(back.to_bits(), single.to_bits(), "{text}");
            }
            let double = f64::from_bits(word);
            if double.is_finite() {
                let back: f64 = c(double).parse().unwrap();
                assert_eq!(back.to_bits(), double.to_bits());
            }
        }
    }

    #[test]
    fn literals_are_plain_where_they_can_be() {
        let cases = [
            (0.0f32, "0.0f"),
            (-0.0, "-0.0f"),
            (426.0, "426.0f"),
            (0.004792988, "0.00479298783f"),
            (-9.760_947e-5, "-9.7609467e-05f"),
            (1e20, "1.00000002e+20f"),
            (123456790.0, "1.23456792e+08f"),
        ];
        for (value, text) in cases {
            assert_eq!(c(value), text);
        }
    }

    #[test]
    fn lines_stay_short_and_end_in_commas() {
        let words = (0..100).map(|i| format!("{i}.0f"));
        let text = lines(words, "  ");
        assert!(
            text.lines()
                .all(|line| line.len() <= WIDTH && line.starts_with("  ") && line.ends_with(','))
        );
    }
}
