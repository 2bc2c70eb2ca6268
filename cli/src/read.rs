//! `gleaner read`: records to csv.

use crate::failure::{Failure, data, file, usage};
use clap::Args;
use gleaner::Error;
use gleaner::record::{Reader, record_len};
use std::fmt::Write as _;
use std::io::{Read, stdin};
use std::path::{Path, PathBuf};

/// What `read` takes.
#[derive(Args, Debug)]
pub struct Arguments {
    /// Records as devices sent them, one or several a file; - is standard input
    #[arg(required = true, value_name = "RECORD")]
    records: Vec<PathBuf>,
    /// What a payload holds: one type (f32, f64, u8 to u64, i8 to i64, u8hex) for all of it, or a list such as f32*5,u32
    #[arg(long, value_name = "TYPES", default_value = "f32", value_parser = parse_fields)]
    payload: Fields,
    /// Names of the payload's columns [default: payload_0, payload_1, ...]
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    columns: Vec<String>,
    /// Writes what a record says of itself as lines that start with #
    #[arg(long)]
    header: bool,
    /// Writes to a file instead of standard output
    #[arg(long, value_name = "FILE.csv")]
    out: Option<PathBuf>,
}

/// A type in a payload, little-endian.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Field {
    F32,
    F64,
    Unsigned(usize),
    Signed(usize),
}

/// A payload's types in order.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Fields {
    /// Bytes as one hexadecimal word.
    Hex,
    /// One type from front to end.
    All(Field),
    /// Exactly these.
    List(Vec<Field>),
}

fn parse_field(text: &str) -> Result<Field, String> {
    Ok(match text {
        "f32" => Field::F32,
        "f64" => Field::F64,
        "u8" => Field::Unsigned(1),
        "u16" => Field::Unsigned(2),
        "u32" => Field::Unsigned(4),
        "u64" => Field::Unsigned(8),
        "i8" => Field::Signed(1),
        "i16" => Field::Signed(2),
        "i32" => Field::Signed(4),
        "i64" => Field::Signed(8),
        _ => {
            return Err(format!(
                "type {text:?} is not known; known are f32, f64, u8, u16, u32, u64, i8, i16, i32, i64, u8hex"
            ));
        }
    })
}

fn parse_fields(text: &str) -> Result<Fields, String> {
    if text == "u8hex" {
        return Ok(Fields::Hex);
    }
    if !text.contains([',', '*']) {
        return Ok(Fields::All(parse_field(text)?));
    }
    let mut list = Vec::new();
    for part in text.split(',') {
        let (kind, count) = part.split_once('*').unwrap_or((part, "1"));
        let count: u16 = count
            .parse()
            .map_err(|_| format!("expected a number behind * in {part:?}"))?;
        let field = parse_field(kind)?;
        list.extend((0..count).map(|_| field));
    }
    Ok(Fields::List(list))
}

impl Field {
    fn bytes(self) -> usize {
        match self {
            Field::F32 => 4,
            Field::F64 => 8,
            Field::Unsigned(bytes) | Field::Signed(bytes) => bytes,
        }
    }

    /// The value at the front of `bytes`, as text.
    fn text(self, bytes: &[u8]) -> String {
        let mut word = [0; 8];
        word[..bytes.len()].copy_from_slice(bytes);
        let word = u64::from_le_bytes(word);
        match self {
            Field::F32 => format!("{:?}", f32::from_bits(word as u32)),
            Field::F64 => format!("{:?}", f64::from_bits(word)),
            Field::Unsigned(_) => word.to_string(),
            Field::Signed(bytes) => {
                let unused = 64 - 8 * bytes as u32;
                (((word << unused) as i64) >> unused).to_string()
            }
        }
    }
}

/// Bytes of payload an item that are shown as columns, at most.
const MOST_PAYLOAD: usize = 1 << 20;

impl Fields {
    /// The types of a payload of so many bytes, or what does not fit.
    fn of(&self, payload: usize) -> Result<Vec<Field>, String> {
        let (fields, what) = match self {
            Fields::Hex => return Ok(Vec::new()),
            Fields::All(_) if payload > MOST_PAYLOAD => {
                return Err(format!(
                    "a payload of {payload} bytes an item is more than columns can show: read it with --payload u8hex"
                ));
            }
            Fields::All(field) => (
                vec![*field; payload / field.bytes()],
                format!("values of {} bytes", field.bytes()),
            ),
            Fields::List(list) => (list.clone(), "the types given".to_string()),
        };
        let taken: usize = fields.iter().map(|field| field.bytes()).sum();
        if taken == payload {
            return Ok(fields);
        }
        Err(format!(
            "a payload has {payload} bytes, and {what} take {taken}: give --payload as the device's struct has it, such \
             as f32*5,u32, or --payload u8hex"
        ))
    }
}

/// Runs the command.
pub fn run(arguments: &Arguments) -> Result<(), Failure> {
    let files = arguments.records.iter().map(|path| bytes_of(path));
    let text = table(arguments, files)?;
    match &arguments.out {
        Some(path) => std::fs::write(path, text).map_err(|cause| file(path, "write", cause)),
        None => crate::score::print(|out| out.write_all(text.as_bytes())),
    }
}

/// The csv of files of records, each with its name for messages.
pub fn table(
    arguments: &Arguments,
    files: impl Iterator<Item = Result<(String, Vec<u8>), Failure>>,
) -> Result<String, Failure> {
    let mut csv = Csv {
        arguments,
        text: String::new(),
        width: None,
        model: None,
    };
    for file in files {
        let (name, bytes) = file?;
        if bytes.is_empty() {
            return Err(data(format!("{name}: empty: no record in it")));
        }
        let mut rest = &bytes[..];
        while !rest.is_empty() {
            let offset = bytes.len() - rest.len();
            let (reader, tail) = Reader::first(rest).map_err(|cause| {
                data(format!("{name}, byte {offset}: {}", explain(cause, rest)))
            })?;
            csv.push(&format!("{name}, byte {offset}"), &reader)?;
            rest = tail;
        }
    }
    Ok(csv.text)
}

fn bytes_of(path: &Path) -> Result<(String, Vec<u8>), Failure> {
    if path.as_os_str() != "-" {
        let bytes = std::fs::read(path).map_err(|cause| file(path, "read", cause))?;
        return Ok((path.display().to_string(), bytes));
    }
    let mut bytes = Vec::new();
    stdin()
        .read_to_end(&mut bytes)
        .map_err(|cause| data(format!("cannot read standard input: {cause}")))?;
    Ok(("standard input".to_string(), bytes))
}

/// What is wrong with the record at the front of `bytes`, and what to do.
fn explain(cause: Error, bytes: &[u8]) -> String {
    let word = |at: usize| {
        let four = bytes.get(at..at + 4)?.first_chunk::<4>()?;
        usize::try_from(u32::from_le_bytes(*four)).ok()
    };
    let has_magic = bytes.starts_with(b"GLNR") || b"GLNR".starts_with(bytes);
    match cause {
        _ if !has_magic => {
            "no record starts here: expected the four letters GLNR. Give the bytes that the device's record function \
             wrote, without a frame around them"
                .to_string()
        }
        Error::Record => {
            "the checksum is wrong: a byte was changed on the way, or the file was opened as text. Send the record again"
                .to_string()
        }
        Error::Range("version") => {
            let version = bytes.get(4..6).map_or(0, |b| u16::from_le_bytes([b[0], b[1]]));
            format!(
                "the record has version {version}, and this tool reads version 1: take the tool of the release that the \
                 device was built with"
            )
        }
        Error::Length(_) => match (word(52), word(56)) {
            (Some(items), Some(payload)) => format!(
                "truncated: {items} items with {payload} bytes of payload make {} bytes, and {} are there. Send the \
                 record again, all of the length that the device's record function returned",
                record_len(items, payload),
                bytes.len()
            ),
            _ => format!(
                "truncated: a record has 64 bytes or more, and {} are there. Send the record again",
                bytes.len()
            ),
        },
        Error::NotFinite(_) => {
            "a score, weight or total is not finite: no writer of this library makes such a record".to_string()
        }
        other => other.to_string(),
    }
}

/// The table so far.
struct Csv<'a> {
    arguments: &'a Arguments,
    text: String,
    /// Payload bytes of the records so far.
    width: Option<u32>,
    /// Model of the records so far.
    model: Option<u64>,
}

impl Csv<'_> {
    fn push(&mut self, place: &str, reader: &Reader<'_>) -> Result<(), Failure> {
        let header = reader.header();
        let payload = header.payload as usize;
        let failed = |cause| data(format!("{place}: {cause}"));
        let fields = self.arguments.payload.of(payload).map_err(failed)?;
        if self.arguments.header {
            // Writing to a string does not fail.
            let _ = writeln!(
                self.text,
                "# model {}, period {}, seed {}, seen {}, total score {:?}, threshold {:?}, items {}, payload {payload}",
                header.model,
                header.period,
                header.seed,
                header.seen,
                header.total,
                header.threshold,
                header.items
            );
        }
        match self.width {
            None => self.write_names(&fields)?,
            Some(width) if width != header.payload => {
                return Err(failed(format!(
                    "payloads have {payload} bytes here and {width} in the records before: read these files one by one"
                )));
            }
            Some(_) => {}
        }
        if let Some(model) = self.model.filter(|&model| model != header.model) {
            eprintln!(
                "warning: {place}: scored by model {}, the records before by {model}; weights stay right, scores \
                 are not comparable",
                header.model
            );
        }
        (self.width, self.model) = (Some(header.payload), Some(header.model));
        for entry in reader.entries() {
            let _ = write!(
                self.text,
                "{},{:?},{:?}",
                entry.sequence, entry.score, entry.weight
            );
            let mut rest = entry.payload;
            for field in &fields {
                let (value, tail) = rest.split_at(field.bytes());
                self.text.push(',');
                self.text += &field.text(value);
                rest = tail;
            }
            if self.arguments.payload == Fields::Hex {
                self.text.push(',');
                for byte in rest {
                    let _ = write!(self.text, "{byte:02x}");
                }
            }
            self.text.push('\n');
        }
        Ok(())
    }

    fn write_names(&mut self, fields: &[Field]) -> Result<(), Failure> {
        let width = match self.arguments.payload {
            Fields::Hex => 1,
            _ => fields.len(),
        };
        let names = &self.arguments.columns;
        if !names.is_empty() && names.len() != width {
            return Err(usage(format!(
                "--columns names {}, and a payload has {width} values",
                names.len()
            )));
        }
        self.text += "sequence,score,weight";
        for index in 0..width {
            self.text.push(',');
            match names.get(index) {
                Some(name) => self.text += name,
                None => self.text += &format!("payload_{index}"),
            }
        }
        self.text.push('\n');
        Ok(())
    }
}
