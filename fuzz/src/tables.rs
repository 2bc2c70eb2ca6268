//! Numeric csv files, plain and packed.

use crate::Choices;
use crate::table::{FirstLine, Table};
use flate2::{Compression, write::GzEncoder};
use std::io::Write;

/// The target.
pub fn run(data: &[u8]) {
    let mut choices = Choices(data);
    let flags = choices.byte();
    let first = if flags & 1 == 0 {
        FirstLine::MayBeNames
    } else {
        FirstLine::Numbers
    };
    let parse = |bytes: &[u8]| Table::parse("csv", bytes, first);
    let plain = parse(choices.0);
    if let Ok(table) = &plain {
        assert!(table.width > 0 && table.len() > 0);
        let mut text = String::new();
        for (index, row) in table.rows().enumerate() {
            assert!(row.len() == table.width && row.iter().all(|cell| cell.is_finite()));
            assert!(table.place(index).starts_with("csv, line "));
            let cells: Vec<String> = row.iter().map(|cell| format!("{cell:e}")).collect();
            text += &(cells.join(",") + "\n");
        }
        let again = parse(text.as_bytes()).expect("a table that was printed");
        assert!(again.rows().eq(table.rows()));
        assert_eq!(table.cast::<f32>().len(), table.len() * table.width);
    }
    // Packed it is the same. To pack is slow: now and then.
    if flags >> 1 == 1 && !choices.0.starts_with(&[0x1f, 0x8b]) {
        let mut packer = GzEncoder::new(Vec::new(), Compression::fast());
        packer.write_all(choices.0).expect("memory takes all");
        let packed = parse(&packer.finish().expect("memory takes all"));
        match (plain, packed) {
            (Ok(plain), Ok(packed)) => assert!(plain.rows().eq(packed.rows())),
            (plain, packed) => assert_eq!(plain.is_err(), packed.is_err()),
        }
    }
}
