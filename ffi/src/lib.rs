//! The C face of gleaner.
#![no_std]
