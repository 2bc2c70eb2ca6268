//! Codes of C into the library's types, and its errors into statuses.

use crate::border::Fault;
use crate::*;
use core::mem::transmute;
use gleaner::calibrate::Vector;
use gleaner::model::{Activation, Form, Objective, Plan};
use gleaner::sampler::Budget;
use gleaner::{Error, Scalar};
use rand_core::SeedableRng;
use rand_xoshiro::Xoshiro128PlusPlus;

impl From<Error> for Fault {
    fn from(error: Error) -> Self {
        Fault(match error {
            Error::Length(_) => GLEANER_ERROR_LENGTH,
            Error::NotFinite(_) => GLEANER_ERROR_NOT_FINITE,
            Error::Range(_) => GLEANER_ERROR_RANGE,
            Error::Score => GLEANER_ERROR_SCORE,
            Error::Label => GLEANER_ERROR_LABEL,
            Error::Objective => GLEANER_ERROR_OBJECTIVE,
            Error::Model => GLEANER_ERROR_MODEL,
            Error::Callback => GLEANER_ERROR_CALLBACK,
            Error::Check => GLEANER_ERROR_CHECK,
            Error::Identity => GLEANER_ERROR_IDENTITY,
            Error::Stale => GLEANER_ERROR_STALE,
            Error::Thinned => GLEANER_ERROR_STATE,
            Error::Record => GLEANER_ERROR_RECORD,
            Error::Blank => GLEANER_ERROR_BLANK,
            Error::Damaged => GLEANER_ERROR_DAMAGED,
            Error::Version => GLEANER_ERROR_VERSION,
            Error::Object => GLEANER_ERROR_OBJECT,
            Error::Storage => GLEANER_ERROR_STORAGE,
            Error::Full => GLEANER_ERROR_FULL,
            Error::Unrecovered => GLEANER_ERROR_STATE,
            _ => GLEANER_ERROR_OTHER,
        })
    }
}

/// Which object a state struct is: checked on every call, so that an unset struct is found.
#[derive(Clone, Copy)]
pub enum Kind {
    Factor = 1,
    Reservoir = 2,
    Top = 3,
    Moments = 4,
    Selector = 5,
    Store = 6,
    Alias = 7,
    Poisson = 8,
    Bottom = 9,
    Mix = 10,
    Totals = 11,
    Pivotal = 12,
    Kronecker = 13,
    Merge = 14,
    Quantile = 16,
}

/// The tag of an object's struct: the interface's number, the kind and the size of a scalar.
pub const fn tag<T>(kind: Kind) -> u32 {
    GLEANER_ABI << 16 | (kind as u32) << 8 | size_of::<T>() as u32
}

/// Refuses a struct that was never set, or that is another object's.
pub fn check_tag<T>(found: u32, kind: Kind) -> Result<(), Fault> {
    if found == tag::<T>(kind) {
        Ok(())
    } else {
        Err(Fault(GLEANER_ERROR_STATE))
    }
}

/// Refuses a const struct that was compiled against another header.
pub fn check_abi(found: u32) -> Result<(), Fault> {
    if found == GLEANER_ABI {
        Ok(())
    } else {
        Err(Fault(GLEANER_ERROR_ABI))
    }
}

pub fn activation<T: Scalar>(code: i32, parameter: [T; 3]) -> Result<Activation<T>, Fault> {
    let [first, second, third] = parameter;
    Ok(match code {
        GLEANER_ACTIVATION_IDENTITY => Activation::Identity,
        GLEANER_ACTIVATION_RELU => Activation::Relu,
        GLEANER_ACTIVATION_LEAKY_RELU => Activation::LeakyRelu(first),
        GLEANER_ACTIVATION_RELU6 => Activation::Relu6,
        GLEANER_ACTIVATION_SIGMOID => Activation::Sigmoid,
        GLEANER_ACTIVATION_TANH => Activation::Tanh,
        GLEANER_ACTIVATION_SOFTPLUS => Activation::Softplus,
        GLEANER_ACTIVATION_SILU => Activation::Silu,
        GLEANER_ACTIVATION_GELU => Activation::Gelu,
        GLEANER_ACTIVATION_GELU_TANH => Activation::GeluTanh,
        GLEANER_ACTIVATION_ELU => Activation::Elu(first),
        GLEANER_ACTIVATION_EXP => Activation::Exp,
        GLEANER_ACTIVATION_SIN => Activation::Sin,
        GLEANER_ACTIVATION_HARD_SIGMOID => Activation::HardSigmoid,
        GLEANER_ACTIVATION_HARD_SIGMOID_KERAS2 => Activation::HardSigmoidKeras2,
        GLEANER_ACTIVATION_HARD_SWISH => Activation::HardSwish,
        GLEANER_ACTIVATION_BOUNDED_SWISH => Activation::BoundedSwish {
            lower: first,
            upper: second,
            steepness: third,
        },
        _ => return Err(Fault(GLEANER_ERROR_CODE)),
    })
}

pub fn objective<T: Scalar>(code: i32, delta: T) -> Result<Objective<T>, Fault> {
    Ok(match code {
        GLEANER_OBJECTIVE_PREDICTION => Objective::Prediction,
        GLEANER_OBJECTIVE_RESIDUAL => Objective::Residual,
        GLEANER_OBJECTIVE_LOGISTIC => Objective::Logistic,
        GLEANER_OBJECTIVE_HUBER if delta > T::ZERO && delta.is_finite() => Objective::Huber(delta),
        GLEANER_OBJECTIVE_HUBER => return Err(Fault(GLEANER_ERROR_RANGE)),
        GLEANER_OBJECTIVE_CROSS_ENTROPY => Objective::CrossEntropy,
        GLEANER_OBJECTIVE_SOFTMAX => Objective::Softmax,
        _ => return Err(Fault(GLEANER_ERROR_CODE)),
    })
}

pub fn vector(code: i32) -> Result<Vector, Fault> {
    Ok(match code {
        GLEANER_VECTOR_GRADIENT => Vector::Gradient,
        GLEANER_VECTOR_CURVATURE => Vector::Curvature,
        GLEANER_VECTOR_OUTPUT => Vector::Output,
        _ => return Err(Fault(GLEANER_ERROR_CODE)),
    })
}

pub fn form(form: Form) -> i32 {
    form as i32
}

// What lets the library's plan lie in C's struct, and `form` be a conversion.
const _: () = {
    assert!(Form::Exact as i32 == GLEANER_FORM_EXACT);
    assert!(Form::Quadrature as i32 == GLEANER_FORM_QUADRATURE);
};

/// The generator of all samplers: xoshiro128++, 16 bytes of state.
pub fn generator(seed: u64) -> Xoshiro128PlusPlus {
    Xoshiro128PlusPlus::seed_from_u64(seed)
}

/// Up to three parameters of an activation; those not given are 0.
pub fn parameters<T: Scalar>(given: &[T]) -> Result<[T; 3], Fault> {
    let mut all = [T::ZERO; 3];
    match all.get_mut(..given.len()) {
        Some(front) => copy(front, given),
        None => return Err(Fault(GLEANER_ERROR_LENGTH)),
    }
    Ok(all)
}

pub fn check_finite<T: Scalar>(value: T) -> Result<(), Fault> {
    if value.is_finite() {
        Ok(())
    } else {
        Err(Fault(GLEANER_ERROR_NOT_FINITE))
    }
}

pub fn check_range(inside: bool) -> Result<(), Fault> {
    if inside {
        Ok(())
    } else {
        Err(Fault(GLEANER_ERROR_RANGE))
    }
}

pub fn check_length(right: bool) -> Result<(), Fault> {
    if right {
        Ok(())
    } else {
        Err(Fault(GLEANER_ERROR_LENGTH))
    }
}

/// Refuses a flag that is neither 0 nor 1.
pub fn check_flag(flag: u8) -> Result<(), Fault> {
    if flag <= 1 {
        Ok(())
    } else {
        Err(Fault(GLEANER_ERROR_STATE))
    }
}

/// Asserts that a struct of C's lays its fields out as the library's own does, so that the library's lies in
/// the caller's memory and nothing is copied.
macro_rules! same_layout {
    ($own:ty, $library:ty, $($field:ident = $other:ident),+ $(,)?) => {
        const _: () = {
            use core::mem::{align_of, offset_of, size_of};
            assert!(size_of::<$own>() == size_of::<$library>());
            assert!(align_of::<$own>() == align_of::<$library>());
            $(assert!(offset_of!($own, $field) == offset_of!($library, $other));)+
        };
    };
}
pub(crate) use same_layout;

same_layout!(
    gleaner_plan,
    Plan,
    nodes = nodes,
    inputs = inputs,
    outputs = outputs,
    parameters = parameters,
    hidden = hidden,
    order = order,
    form = form,
);

same_layout!(
    gleaner_budget,
    Budget,
    keep = keep,
    items = items,
    window = window,
);

impl gleaner_budget {
    /// As the library has it.
    pub fn own(&self) -> Budget {
        Budget {
            keep: self.keep,
            items: self.items,
            window: self.window,
        }
    }
}

impl From<Plan> for gleaner_plan {
    fn from(plan: Plan) -> Self {
        // SAFETY: of the same layout.
        unsafe { transmute(plan) }
    }
}

impl gleaner_plan {
    /// As the library has it.
    pub fn own(&self) -> Result<&Plan, Fault> {
        if self.form != GLEANER_FORM_EXACT && self.form != GLEANER_FORM_QUADRATURE {
            return Err(Fault(GLEANER_ERROR_STATE));
        }
        // SAFETY: of the same layout, and the form has passed.
        Ok(unsafe { &*(&raw const *self).cast() })
    }
}

/// Copies entry by entry: slices of different length have no panic path here.
pub fn copy<T: Copy>(to: &mut [T], from: &[T]) {
    for (to, from) in to.iter_mut().zip(from) {
        *to = *from;
    }
}
