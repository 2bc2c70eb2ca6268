//! Pages in Markdown.

use crate::failure::{Failure, file};
use std::fmt::Display;
use std::path::Path;

/// A page that is being written.
#[derive(Debug, Default)]
pub struct Page {
    text: String,
}

impl Page {
    /// A page under a title.
    pub fn new(title: &str) -> Self {
        Page {
            text: format!("# {title}\n"),
        }
    }

    /// A section.
    pub fn section(&mut self, title: &str) {
        self.text += &format!("\n## {title}\n");
    }

    /// A paragraph, or any Markdown of its own.
    pub fn paragraph(&mut self, text: impl Display) {
        self.text += &format!("\n{text}\n");
    }

    /// A picture beside the page.
    pub fn picture(&mut self, file: &str, what: &str) {
        self.paragraph(format_args!("![{what}]({file})"));
    }

    /// A table.
    pub fn table<H: Display, C: Display>(&mut self, header: &[H], rows: &[Vec<C>]) {
        self.text += "\n";
        self.row(header);
        self.row(&vec!["---"; header.len()]);
        rows.iter().for_each(|row| self.row(row));
    }

    fn row<C: Display>(&mut self, cells: &[C]) {
        let cells: Vec<String> = cells.iter().map(C::to_string).collect();
        self.text += &format!("| {} |\n", cells.join(" | "));
    }

    /// Writes the page.
    pub fn write(&self, directory: &Path, name: &str) -> Result<(), Failure> {
        let path = directory.join(name);
        std::fs::write(&path, &self.text).map_err(|cause| file(&path, "write", cause))
    }
}

/// A number with three figures, as short as it can be read.
pub fn short(value: f64) -> String {
    if value == 0.0 {
        return "0".to_string();
    }
    let size = value.abs();
    if !value.is_finite() {
        "-".to_string()
    } else if !(1e-3..1e4).contains(&size) {
        format!("{value:.1e}")
    } else if size >= 100.0 {
        format!("{value:.0}")
    } else {
        let places = (2.0 - size.log10().floor()) as usize;
        format!("{value:.places$}")
    }
}
