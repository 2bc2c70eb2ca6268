//! Numeric csv files, plain or gzip, with or without a header line.

use crate::failure::{Failure, data, file};
use flate2::read::MultiGzDecoder;
use gleaner::Scalar;
use std::fs::File;
use std::io::{BufReader, Cursor, Read};
use std::path::Path;

/// A numeric table.
#[derive(Clone, Debug)]
pub struct Table {
    /// Where it came from, for messages.
    pub name: String,
    /// Names of the columns, where the first line holds names.
    pub header: Option<Vec<String>>,
    /// Number of columns.
    pub width: usize,
    /// All cells, row after row.
    cells: Vec<f64>,
    /// The line of each row, from 1.
    lines: Vec<u64>,
}

/// Whether a first line of names is allowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FirstLine {
    /// It may hold names or numbers.
    MayBeNames,
    /// It holds numbers.
    Numbers,
}

impl Table {
    /// Reads a file; gzip is recognised by its first bytes.
    pub fn read(path: &Path, first: FirstLine) -> Result<Table, Failure> {
        let input = File::open(path).map_err(|cause| file(path, "open", cause))?;
        Table::parse(&path.display().to_string(), BufReader::new(input), first)
    }

    /// Reads from anything; `name` stands in messages.
    pub fn parse(name: &str, mut input: impl Read, first: FirstLine) -> Result<Table, Failure> {
        let unreadable = |cause| data(format!("{name}: cannot read: {cause}"));
        let mut magic = [0; 2];
        let mut have = 0;
        while have < 2 {
            let got = input.read(&mut magic[have..]).map_err(unreadable)?;
            if got == 0 {
                break;
            }
            have += got;
        }
        let whole = Cursor::new(magic[..have].to_vec()).chain(input);
        if magic[..have] == [0x1f, 0x8b] {
            parse_plain(name, MultiGzDecoder::new(whole), first)
        } else {
            parse_plain(name, whole, first)
        }
    }

    /// Number of rows.
    pub fn len(&self) -> usize {
        self.lines.len()
    }

    /// Row `index`.
    pub fn row(&self, index: usize) -> &[f64] {
        &self.cells[index * self.width..][..self.width]
    }

    /// All rows in order.
    pub fn rows(&self) -> impl Iterator<Item = &[f64]> {
        (0..self.len()).map(|index| self.row(index))
    }

    /// Where row `index` stands, for messages.
    pub fn place(&self, index: usize) -> String {
        format!("{}, line {}", self.name, self.lines[index])
    }

    /// Refuses a table of another width; `wanted` says what the columns are for.
    pub fn expect_width(&self, width: usize, wanted: &str) -> Result<(), Failure> {
        if self.width == width {
            return Ok(());
        }
        Err(data(format!(
            "{}: expected {width} columns ({wanted}), found {}",
            self.name, self.width
        )))
    }

    /// The table's cells as scalars.
    pub fn cast<T: Scalar>(&self) -> Vec<T> {
        self.cells.iter().map(|&cell| T::of(cell)).collect()
    }
}

/// UTF-8's byte order mark.
const BYTE_ORDER_MARK: [u8; 3] = [0xef, 0xbb, 0xbf];

fn parse_plain(name: &str, mut input: impl Read, first: FirstLine) -> Result<Table, Failure> {
    // A byte order mark, which spreadsheets write, is no part of the first cell.
    let mut start = Vec::new();
    let cannot_read = |cause| data(format!("{name}: cannot read: {cause}"));
    (&mut input)
        .take(BYTE_ORDER_MARK.len() as u64)
        .read_to_end(&mut start)
        .map_err(cannot_read)?;
    if start == BYTE_ORDER_MARK {
        start.clear();
    }
    let input = start.as_slice().chain(input);
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .trim(csv::Trim::All)
        .from_reader(input);
    let mut table = Table {
        name: name.to_string(),
        header: None,
        width: 0,
        cells: Vec::new(),
        lines: Vec::new(),
    };
    for record in reader.records() {
        let record = record.map_err(|cause| data(format!("{name}: cannot read: {cause}")))?;
        let line = record.position().map_or(0, |position| position.line());
        if table.width == 0 {
            table.width = record.len();
            let has_number = record.iter().any(|cell| cell.parse::<f64>().is_ok());
            let has_names = !has_number && record.iter().any(|cell| !cell.is_empty());
            if first == FirstLine::MayBeNames && has_names {
                table.header = Some(record.iter().map(str::to_string).collect());
                continue;
            }
        }
        if record.len() != table.width {
            return Err(data(format!(
                "{name}, line {line}: expected {} columns as in the lines before, found {}",
                table.width,
                record.len()
            )));
        }
        for (column, cell) in record.iter().enumerate() {
            let value = cell.parse::<f64>().ok().filter(|value| value.is_finite());
            table.cells.push(value.ok_or_else(|| {
                let column = match &table.header {
                    Some(names) => format!("column {} ({})", column + 1, names[column]),
                    None => format!("column {}", column + 1),
                };
                data(format!(
                    "{name}, line {line}, {column}: expected a finite number, found {cell:?}"
                ))
            })?);
        }
        table.lines.push(line);
    }
    if table.lines.is_empty() {
        return Err(data(format!(
            "{name}: expected at least one line of numbers, found none"
        )));
    }
    Ok(table)
}
