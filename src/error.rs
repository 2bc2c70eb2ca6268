//! One error for the whole library, by cause.

use core::fmt;

/// Why a call was refused. The object is as before, unless the call says otherwise (a store's offer, a rebase); a
/// selector counts what it refuses, and buffers for results may hold anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Error {
    /// The named slice has the wrong length.
    Length(&'static str),
    /// The named value is NaN or infinite.
    NotFinite(&'static str),
    /// The named value is outside its documented range, or a result would leave the scalar's range.
    Range(&'static str),
    /// A score was negative, NaN or infinite.
    Score,
    /// The objective needs a label and none was given, takes none and one was given, or the label is
    /// outside the objective's range.
    Label,
    /// The objective does not fit the model: the logistic loss takes a logit, and the model ends in a sigmoid; objectives of
    /// classes take at least two logits.
    Objective,
    /// The model's description contradicts itself, or the caller's own model failed.
    Model,
    /// A function of the caller's, asked for a model's value, failed.
    Callback,
    /// The model check found an output that differs from the expected one.
    Check,
    /// The object belongs to a model with another id.
    Identity,
    /// The factor's columns are not in the order that the call needs: `score` without a ridge on dependent columns asks
    /// for `pivot`, `solve` and `packed` ask for `unpivot`.
    Stale,
    /// The reservoir has been thinned: it takes no offer until it is cleared.
    Thinned,
    /// The sampler has no room left, and the sample was refused.
    Full,
    /// The bytes are no record: wrong magic or checksum.
    Record,
    /// The bytes are erased memory, all 0x00 or all 0xFF: there is no snapshot.
    Blank,
    /// The bytes are no snapshot, or a damaged one: wrong magic, length or checksum.
    Damaged,
    /// The snapshot has a layout that is not known here.
    Version,
    /// The snapshot is of another kind of object, another scalar, or other options.
    Object,
    /// Reading, writing or erasing the caller's storage failed, or a page of it is damaged.
    Storage,
    /// The store has not recovered, so that it does not know what the storage holds.
    Unrecovered,
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::Length(name) => write!(f, "{name} has the wrong length"),
            Error::NotFinite(name) => write!(f, "{name} is not finite"),
            Error::Range(name) => write!(f, "{name} is out of range"),
            Error::Score => f.write_str("a score must be finite and not negative"),
            Error::Label => {
                f.write_str("the label is missing, unwanted or out of the objective's range")
            }
            Error::Objective => {
                f.write_str("the objective does not fit the model: the logistic one takes a logit, say")
            }
            Error::Model => {
                f.write_str("the model's description contradicts itself, or the model failed")
            }
            Error::Callback => f.write_str("the caller's function failed"),
            Error::Check => f.write_str("the model's output differs from the expected one"),
            Error::Identity => f.write_str("the object belongs to another model"),
            Error::Stale => f.write_str("the factor's columns are in another order: pivot before score, unpivot before solve"),
            Error::Thinned => f.write_str("the reservoir has been thinned: clear it first"),
            Error::Full => f.write_str("the sampler has no room left"),
            Error::Record => f.write_str("not a record: wrong magic or checksum"),
            Error::Blank => f.write_str("erased memory: there is no snapshot"),
            Error::Damaged => f.write_str("not a snapshot, or a damaged one: wrong magic, length or checksum"),
            Error::Version => f.write_str("the snapshot's version is not known here"),
            Error::Object => f.write_str("the snapshot is of another object, scalar or options"),
            Error::Storage => f.write_str("the storage failed, or a page of it is damaged"),
            Error::Unrecovered => f.write_str("the store has to recover first"),
        }
    }
}

impl core::error::Error for Error {}
