//! What went wrong, in a sentence that says what to do.

use std::fmt;
use std::path::Path;

/// Why a command could not do its work.
#[derive(Debug)]
pub enum Failure {
    /// The command line contradicts itself: exit status 2.
    Usage(String),
    /// A file or its content is not what was asked for: exit status 1.
    Data(String),
}

/// A fault in the input.
pub fn data(text: impl Into<String>) -> Failure {
    Failure::Data(text.into())
}

/// A fault in the command line.
pub fn usage(text: impl Into<String>) -> Failure {
    Failure::Usage(text.into())
}

/// A file that could not be read or written.
pub fn file(path: &Path, doing: &str, cause: impl fmt::Display) -> Failure {
    data(format!(
        "{}: cannot {doing} this file: {cause}",
        path.display()
    ))
}

impl Failure {
    /// The exit status of the process.
    pub fn status(&self) -> u8 {
        match self {
            Failure::Usage(_) => 2,
            Failure::Data(_) => 1,
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Failure::Usage(text) | Failure::Data(text) => f.write_str(text),
        }
    }
}

impl std::error::Error for Failure {}

/// The library refused something that the input alone explains.
impl From<gleaner::Error> for Failure {
    fn from(cause: gleaner::Error) -> Self {
        data(cause.to_string())
    }
}
