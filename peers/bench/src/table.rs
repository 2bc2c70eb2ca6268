//! A table of numbers in both precisions.

use faer::Mat;
use gleaner::Scalar;

/// A scalar of gleaner and of the peers.
pub trait Number: Scalar + faer::traits::RealField + Sync + Send {
    fn of_table(table: &Table) -> &Cells<Self>;
}

/// The cells, row by row, and as a matrix of faer, column by column.
pub struct Cells<T> {
    pub flat: Vec<T>,
    pub matrix: Mat<T>,
}

pub struct Table {
    pub columns: usize,
    double: Cells<f64>,
    single: Cells<f32>,
}

impl Number for f32 {
    fn of_table(table: &Table) -> &Cells<f32> {
        &table.single
    }
}

impl Number for f64 {
    fn of_table(table: &Table) -> &Cells<f64> {
        &table.double
    }
}

fn cells<T: Number>(numbers: &[f64], columns: usize) -> Cells<T> {
    let flat: Vec<T> = numbers.iter().map(|x| T::of(*x)).collect();
    let matrix = Mat::from_fn(numbers.len() / columns, columns, |i, j| {
        flat[i * columns + j]
    });
    Cells { flat, matrix }
}

impl Table {
    /// Reads f64 numbers, little-endian, row by row.
    pub fn read(path: &str, columns: usize) -> Self {
        let bytes = std::fs::read(path).expect("the table can be read");
        let numbers: Vec<f64> = bytes
            .as_chunks::<8>()
            .0
            .iter()
            .map(|b| f64::from_le_bytes(*b))
            .collect();
        assert!(columns > 0 && numbers.len().is_multiple_of(columns));
        Table {
            columns,
            double: cells(&numbers, columns),
            single: cells(&numbers, columns),
        }
    }
}
