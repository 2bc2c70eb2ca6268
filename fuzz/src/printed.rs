//! `gleaner read`: records of any content, with right checksums, printed by a list of types.

use crate::Choices;
use crate::read::{Arguments, table};
use crate::records::with_checksums;
use clap::Parser;
use std::collections::BTreeMap;
use std::sync::Mutex;

#[derive(Parser)]
struct Line {
    #[command(flatten)]
    arguments: Arguments,
}

/// Types that a payload may have; most lists of the fuzzer's own are refused.
const TYPES: [&str; 6] = ["f32", "f64", "u8hex", "i16", "f32*2,u8", "u64,i8*3"];

/// The command line's arguments. To parse them is slow, and there are few: each is kept.
fn parsed(words: &[&str]) -> Option<&'static Arguments> {
    static KNOWN: Mutex<BTreeMap<String, Option<&'static Arguments>>> = Mutex::new(BTreeMap::new());
    let mut known = KNOWN.lock().expect("nothing panics in between");
    if known.len() > 10_000 && !known.contains_key(&words.join(" ")) {
        return None;
    }
    *known.entry(words.join(" ")).or_insert_with(|| {
        let line = Line::try_parse_from(words).ok()?;
        Some(Box::leak(Box::new(line.arguments)))
    })
}

/// The target.
pub fn run(data: &[u8]) {
    let mut choices = Choices(data);
    let own = choices.below(32);
    let types = match TYPES.get(own) {
        Some(types) => types.to_string(),
        None => String::from_utf8_lossy(choices.some(own)).into_owned(),
    };
    let mut words = vec!["read", "record", "--payload", &types];
    let flags = choices.byte();
    if flags & 1 == 1 {
        words.push("--header");
    }
    if flags & 2 == 2 {
        words.extend(["--columns", "one,two"]);
    }
    let Some(arguments) = parsed(&words) else {
        return;
    };
    let bytes = if flags & 4 == 4 {
        choices.0.to_vec()
    } else {
        with_checksums(choices.0)
    };
    let files = [Ok(("record".to_string(), bytes))];
    if let Ok(text) = table(arguments, files.into_iter()) {
        // Names, then a line each an item; all of one width.
        let mut lines = text.lines().filter(|line| !line.starts_with('#'));
        let width = lines.next().map(|names| names.split(',').count());
        assert!(
            lines.all(|line| Some(line.split(',').count()) == width),
            "{text}"
        );
    }
}
