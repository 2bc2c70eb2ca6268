//! Figures of one kernel: counted around each call, printed as a line.

use core::ffi::{CStr, c_char};

unsafe extern "C" {
    fn device_write(text: *const c_char);
    safe fn device_instructions() -> u32;
    safe fn device_spend(turns: u32);
}

/// Writes a text.
pub fn text(text: &CStr) {
    // SAFETY: the text ends with a zero byte.
    unsafe { device_write(text.as_ptr()) }
}

/// Writes a number in decimal, with a space before it.
pub fn number(mut value: u32) {
    // Digits from the lowest on, written backwards.
    let mut digits = [b'0'; 10];
    let mut used = 0;
    for digit in &mut digits {
        *digit = b'0' + (value % 10) as u8;
        value /= 10;
        used += 1;
        if value == 0 {
            break;
        }
    }
    text(c" ");
    for digit in digits.iter().take(used).rev() {
        let one = [*digit, 0];
        if let Ok(one) = CStr::from_bytes_with_nul(&one) {
            text(one);
        }
    }
}

/// Whether the counter gives what a loop of known length takes, but for the call around it.
pub fn counter_is_right() -> bool {
    [1, 10, 1000, 100_000].into_iter().all(|turns| {
        let mut figures = Figures::default();
        figures.count(|| device_spend(core::hint::black_box(turns)));
        (3 * turns + 1..3 * turns + 12).contains(&figures.total)
    })
}

/// What the calls of one kernel took.
#[derive(Default)]
pub struct Figures {
    calls: u32,
    total: u32,
    largest: u32,
}

impl Figures {
    /// Runs a call and counts it.
    pub fn count<R>(&mut self, call: impl FnOnce() -> R) -> R {
        let start = device_instructions();
        let result = call();
        let end = device_instructions();
        // Two readings of the counter one after the other differ by this.
        let (first, second) = (device_instructions(), device_instructions());
        let taken = end
            .wrapping_sub(start)
            .wrapping_sub(second.wrapping_sub(first));
        self.calls += 1;
        self.total = self.total.wrapping_add(taken);
        self.largest = self.largest.max(taken);
        result
    }

    /// Prints name, mean and largest number of instructions.
    pub fn print(&self, name: &CStr) {
        text(name);
        number(self.total.checked_div(self.calls).unwrap_or(0));
        number(self.largest);
        text(c"\n");
    }
}
