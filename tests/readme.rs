//! The README tells the truth: its C is the example that is compiled, its lengths are the library's.

use gleaner::factor::factor_len;
use gleaner::model::{exact_scratch, network_scratch};
use gleaner::sampler::Item;
use gleaner::selector::selector_len;
use gleaner::snapshot::selector_snapshot_len;
use gleaner::store::Layout;

const README: &str = include_str!("../README.md");

#[test]
fn its_c_is_the_compiled_example() {
    assert!(README.contains(include_str!("../ffi/examples/twelve.c").trim_end()));
}

#[test]
fn its_formulas_are_the_lengths() {
    let (inputs, parameters, hidden) = (5, 56, 8);
    let order = parameters + 1 - hidden;
    assert_eq!(factor_len(order), order * (order + 1) / 2 + 4 * order);
    assert_eq!(exact_scratch(hidden), 3 * hidden);
    assert_eq!(
        network_scratch(parameters, hidden),
        parameters + 9 * hidden + 75
    );
    let memory = selector_len(inputs, parameters, order, exact_scratch(hidden));
    assert_eq!(
        memory,
        factor_len(order) + 5 * inputs + parameters + 1 + 3 * hidden
    );
    assert!(README.contains(&format!("{memory} = {} bytes", 4 * memory)));
    assert_eq!((size_of::<Item<f32>>(), size_of::<Item<f64>>()), (16, 24));
    assert!(README.contains(&format!("k = 200: {} bytes", 201 * size_of::<Item<f32>>())));
    let (kept, scalar) = (200, size_of::<f32>());
    let snapshot = selector_snapshot_len::<f32>(inputs, order, kept + 1, 16);
    let scalars = 17 + 4 * inputs + order * (order + 1) / 2 + 3 * order;
    assert_eq!(snapshot, 240 + scalar * scalars + kept * (12 + scalar));
    let layout = Layout {
        granule: 4,
        erase: 256,
        slots: 201,
        pages: 300,
        payload: 24,
        snapshot: snapshot as u32,
    };
    assert_eq!((layout.area_len(), layout.page_len()), (9984, 256));
    for number in [
        format!("| {snapshot} |"),
        format!("| {} (256) |", layout.area_len()),
    ] {
        assert!(README.contains(&number), "{number}");
    }
}
