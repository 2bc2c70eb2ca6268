//! The border: where C's pointers become Rust's slices and references, each one checked.

use crate::{
    GLEANER_ERROR_ALIGNMENT, GLEANER_ERROR_NULL, GLEANER_ERROR_SIZE, GLEANER_OK, gleaner_status,
};
use core::mem::size_of;

/// A status other than `GLEANER_OK`, on its way out.
#[derive(Clone, Copy, Debug)]
pub struct Fault(pub gleaner_status);

/// Runs the body of an entry point.
pub fn run(body: impl FnOnce() -> Result<(), Fault>) -> gleaner_status {
    match body() {
        Ok(()) => GLEANER_OK,
        Err(Fault(status)) => status,
    }
}

fn check<T>(pointer: *const T, length: usize) -> Result<(), Fault> {
    if pointer.is_null() {
        return Err(Fault(GLEANER_ERROR_NULL));
    }
    if !pointer.is_aligned() {
        return Err(Fault(GLEANER_ERROR_ALIGNMENT));
    }
    // No object is larger than isize::MAX bytes, and none wraps around the end of the address space.
    let bytes = length
        .checked_mul(size_of::<T>())
        .filter(|bytes| *bytes <= isize::MAX as usize);
    match bytes.and_then(|bytes| pointer.addr().checked_add(bytes)) {
        Some(_) => Ok(()),
        None => Err(Fault(GLEANER_ERROR_SIZE)),
    }
}

/// A buffer that is read. Length 0 is an empty slice, whatever the pointer.
///
/// # Safety
/// A pointer that passes the checks must point to `length` initialised values that nobody writes
/// during the call.
pub unsafe fn slice<'a, T>(pointer: *const T, length: usize) -> Result<&'a [T], Fault> {
    if length == 0 {
        return Ok(&[]);
    }
    check(pointer, length)?;
    // SAFETY: not null, aligned, of a size that can exist; the rest is the caller's promise.
    Ok(unsafe { core::slice::from_raw_parts(pointer, length) })
}

/// A buffer that has passed `slice` before and has not changed since.
///
/// # Safety
/// As `slice`, and the pointer has passed it with this length.
pub unsafe fn checked<'a, T>(pointer: *const T, length: usize) -> &'a [T] {
    if length == 0 {
        return &[];
    }
    // SAFETY: the caller's promise.
    unsafe { core::slice::from_raw_parts(pointer, length) }
}

/// A buffer that is written. Length 0 is an empty slice, whatever the pointer.
///
/// # Safety
/// As `slice`, and nobody else reads the buffer during the call.
pub unsafe fn slice_mut<'a, T>(pointer: *mut T, length: usize) -> Result<&'a mut [T], Fault> {
    if length == 0 {
        return Ok(&mut []);
    }
    check(pointer, length)?;
    // SAFETY: not null, aligned, of a size that can exist; the rest is the caller's promise.
    Ok(unsafe { core::slice::from_raw_parts_mut(pointer, length) })
}

/// One object that is read.
///
/// # Safety
/// As `slice`, of length 1.
pub unsafe fn object<'a, T>(pointer: *const T) -> Result<&'a T, Fault> {
    check(pointer, 1)?;
    // SAFETY: not null and aligned; the rest is the caller's promise.
    Ok(unsafe { &*pointer })
}

/// One object that is read and written.
///
/// # Safety
/// As `slice_mut`, of length 1.
pub unsafe fn object_mut<'a, T>(pointer: *mut T) -> Result<&'a mut T, Fault> {
    check(pointer, 1)?;
    // SAFETY: not null and aligned; the rest is the caller's promise.
    Ok(unsafe { &mut *pointer })
}

/// One object that may be left out.
///
/// # Safety
/// As `object`, where the pointer is not null.
pub unsafe fn optional<'a, T>(pointer: *const T) -> Result<Option<&'a T>, Fault> {
    if pointer.is_null() {
        return Ok(None);
    }
    // SAFETY: the caller's promise.
    unsafe { object(pointer) }.map(Some)
}

/// A place for a result, which may be uninitialised: written at most once, at the end.
pub struct Output<T>(*mut T);

impl<T> Output<T> {
    /// Writes the result.
    pub fn set(self, value: T) {
        // SAFETY: `output` checked the pointer and took the caller's promise.
        unsafe { self.0.write(value) }
    }
}

/// A place for a result.
///
/// # Safety
/// A pointer that passes the checks must be valid for one write until the call ends.
pub unsafe fn output<T>(pointer: *mut T) -> Result<Output<T>, Fault> {
    check(pointer, 1)?;
    Ok(Output(pointer))
}
