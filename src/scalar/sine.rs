//! Sine and cosine in f32 without a double: where doubles are soft (Cortex-M4F) half a kilobyte of flash
//! instead of seven. The same bits on every target.

/// The bits of 2 / pi behind a word of zeros, most significant first.
const TWO_OVER_PI: [u32; 8] = [
    0,
    0xa2f9_836e,
    0x4e44_1529,
    0xfc27_57d1,
    0xf534_ddc0,
    0xdb62_9599,
    0x3c43_9041,
    0xfe51_63ab,
];
/// pi / 2 times 2^31
const HALF_PI: u64 = 0xc90f_daa2;

/// sin(x) and cos(x), each within 1.6 ulp for every finite x; NaN for others.
///
/// Cost: about 16 flops, and beyond pi/4 five integer products.
///
/// Source: Payne and Hanek 1983 for the reduction.
pub(super) fn sine_cosine(x: f32) -> (f32, f32) {
    let size = x.abs();
    let (quadrant, rest) = if size <= core::f32::consts::FRAC_PI_4 {
        (0, size)
    } else {
        reduce(size)
    };
    let square = rest * rest;
    // Polynomials through Chebyshev nodes on [0, (pi/4)^2].
    let odd = -0.166_666_67
        + square * (8.333_332e-3 + square * (-1.984_008_6e-4 + square * 2.724_977_3e-6));
    let even = 0.041_666_668 + square * (-1.388_830_2e-3 + square * 2.454_781_6e-5);
    let sine = rest + rest * square * odd;
    let cosine = 1.0 - (0.5 * square - square * square * even);
    let (first, second) = if quadrant & 1 == 0 {
        (sine, cosine)
    } else {
        (cosine, sine)
    };
    let first = if (quadrant & 2 != 0) != x.is_sign_negative() {
        -first
    } else {
        first
    };
    let second = if (quadrant + 1) & 2 != 0 {
        -second
    } else {
        second
    };
    (first, second)
}

/// The nearest multiple of pi/2, modulo 4, and what is left, at most pi/4 in size; for x > pi/4.
fn reduce(x: f32) -> (u32, f32) {
    let bits = x.to_bits();
    let exponent = bits >> 23;
    let mantissa = u64::from(bits & 0x7f_ffff | 0x80_0000);
    // x = mantissa 2^(exponent - 150). Bits of 2 / pi that give multiples of 4 are passed over; the
    // next 96 leave an error of 2^-70 in x 2 / pi, which is never nearer than 2^-32 to a whole number.
    let start = exponent.saturating_sub(120);
    let words = TWO_OVER_PI
        .get((start >> 5) as usize..)
        .and_then(|tail| tail.first_chunk::<4>());
    let Some(&[a, b, c, d]) = words.filter(|_| exponent < 255) else {
        return (0, f32::NAN);
    };
    let window =
        |high: u32, low: u32| ((u64::from(high) << 32 | u64::from(low)) << (start & 31)) >> 32;
    let (high, middle, low) = (window(a, b), window(b, c), window(c, d));
    // x 2 / pi modulo 4, times 2^62.
    let turns = (mantissa.wrapping_mul(high) << 32)
        .wrapping_add(mantissa.wrapping_mul(middle))
        .wrapping_add(mantissa.wrapping_mul(low) >> 32);
    let quadrant = (turns.wrapping_add(1 << 61) >> 62) as u32;
    let rest = turns.wrapping_sub(u64::from(quadrant) << 62) as i64;
    // Times pi / 2 in integers, so that one rounding is left.
    let size = rest.unsigned_abs();
    let zeros = size.leading_zeros();
    let top = size.wrapping_shl(zeros) >> 32;
    let angle = ((top * HALF_PI) >> 32) as u32 as f32 * f32::from_bits((98 - zeros) << 23);
    (quadrant, if rest < 0 { -angle } else { angle })
}
