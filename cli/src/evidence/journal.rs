//! A journal of finished units: a run that was cut short goes on where it was.
//!
//! One JSON line a unit in `<out>/<part>.jsonl`, written at once. A unit is known by its key and by the options that its
//! numbers depend on; lines of other options stay and are not looked at. Its generator is seeded by a hash of the key
//! alone, so neither threads nor order matter.

use super::Context;
use crate::failure::{Failure, data, file};
use crate::progress;
use rand_xoshiro::Xoshiro256PlusPlus;
use rand_xoshiro::rand_core::SeedableRng;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::fs::{File, OpenOptions};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::PathBuf;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

/// The generator of a unit.
pub type Generator = Xoshiro256PlusPlus;

/// A finished unit.
#[derive(Debug, Serialize, Deserialize)]
struct Line {
    key: String,
    options: String,
    /// JSON has no NaN: null stands for it, and for what is infinite.
    result: Vec<Option<f64>>,
}

/// The finished units of a part.
#[derive(Debug)]
pub struct Journal {
    path: PathBuf,
    part: &'static str,
    options: String,
    threads: usize,
    done: HashMap<String, Vec<f64>>,
    file: File,
}

impl Journal {
    /// Opens the journal of a part, or begins it. `options`: all that results depend on beside the key.
    ///
    /// What a run that was killed left of its last line is cut off.
    pub fn open(context: &Context, part: &'static str, options: String) -> Result<Self, Failure> {
        let path = context.out.join(format!("{part}.jsonl"));
        let mut opened = OpenOptions::new();
        let mut journal = opened
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(&path)
            .map_err(|cause| file(&path, "open", cause))?;
        journal
            .try_lock()
            .map_err(|cause| file(&path, "lock (another run may be writing)", cause))?;
        let mut bytes = Vec::new();
        journal
            .read_to_end(&mut bytes)
            .map_err(|cause| file(&path, "read", cause))?;
        let whole = bytes
            .iter()
            .rposition(|&byte| byte == b'\n')
            .map_or(0, |end| end + 1);
        let mut done = HashMap::new();
        for (number, line) in bytes[..whole]
            .split_inclusive(|&byte| byte == b'\n')
            .enumerate()
        {
            let line: Line = serde_json::from_slice(line).map_err(|cause| {
                let number = number + 1;
                let path = path.display();
                data(format!(
                    "{path}, line {number}: {cause}; remove the line, or the file to begin anew"
                ))
            })?;
            if line.options == options {
                let numbers = line.result.into_iter().map(|x| x.unwrap_or(f64::NAN));
                done.insert(line.key, numbers.collect());
            }
        }
        journal
            .set_len(whole as u64)
            .and_then(|()| journal.seek(SeekFrom::End(0)))
            .map_err(|cause| file(&path, "write", cause))?;
        Ok(Journal {
            path,
            part,
            options,
            threads: context.threads,
            done,
            file: journal,
        })
    }

    /// The numbers of all keys, in order. Those that the journal lacks are worked out, on all threads, by
    /// `work(index, generator)`; the first failure ends the run.
    pub fn run<W>(&mut self, keys: &[String], work: W) -> Result<Vec<Vec<f64>>, Failure>
    where
        W: Fn(usize, &mut Generator) -> Result<Vec<f64>, Failure> + Sync,
    {
        let missing: Vec<usize> = (0..keys.len())
            .filter(|&index| !self.done.contains_key(&keys[index]))
            .collect();
        let bar = progress::bar(keys.len() as u64, self.part);
        bar.inc((keys.len() - missing.len()) as u64);
        let (next, failed) = (AtomicUsize::new(0), AtomicBool::new(false));
        let threads = self.threads.min(missing.len());
        let shared = Mutex::new(&mut *self);
        let worker = || {
            while !failed.load(Ordering::Relaxed) {
                let Some(&index) = missing.get(next.fetch_add(1, Ordering::Relaxed)) else {
                    break;
                };
                let key = &keys[index];
                let mut generator = Generator::seed_from_u64(hash(key));
                let finished = work(index, &mut generator).and_then(|numbers| {
                    let mut journal = shared.lock().map_err(|_| data("a thread has died"))?;
                    journal.add(key, numbers)
                });
                if let Err(failure) = finished {
                    failed.store(true, Ordering::Relaxed);
                    return Err(failure);
                }
                bar.inc(1);
            }
            Ok(())
        };
        let ends: Vec<_> = std::thread::scope(|scope| {
            let workers: Vec<_> = (0..threads).map(|_| scope.spawn(worker)).collect();
            let ends = workers.into_iter().map(|worker| worker.join());
            ends.collect()
        });
        bar.finish_and_clear();
        for end in ends {
            end.unwrap_or_else(|_| Err(data("a thread has died")))?;
        }
        let numbers = keys.iter().map(|key| self.done.get(key).cloned());
        numbers
            .collect::<Option<_>>()
            .ok_or_else(|| data(format!("{}: a unit is missing", self.path.display())))
    }

    /// Writes a unit down.
    fn add(&mut self, key: &str, numbers: Vec<f64>) -> Result<(), Failure> {
        let finite = |x: &f64| Some(*x).filter(|x| x.is_finite());
        let line = Line {
            key: key.to_string(),
            options: self.options.clone(),
            result: numbers.iter().map(finite).collect(),
        };
        let mut text = serde_json::to_string(&line).map_err(|cause| data(cause.to_string()))?;
        text.push('\n');
        self.file
            .write_all(text.as_bytes())
            .and_then(|()| self.file.flush())
            .map_err(|cause| file(&self.path, "write", cause))?;
        // As it would be read again.
        let numbers = line.result.into_iter().map(|x| x.unwrap_or(f64::NAN));
        self.done.insert(line.key, numbers.collect());
        Ok(())
    }
}

/// FNV-1a, 64 bits: for seeds.
pub fn hash(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}
