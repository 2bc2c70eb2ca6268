//! Snapshots: a restored object goes on bit for bit; whatever is not a snapshot of it is refused and changes nothing.

mod common;

use common::Random;
use gleaner::calibrate::{Totals, totals_len};
use gleaner::factor::{Factor, factor_len};
use gleaner::kronecker::{Kronecker, LayerState, kronecker_len, kronecker_scratch};
use gleaner::model::{Activation, Flat, Model, Network, Objective, Shape, Target};
use gleaner::outlier::Quantile;
use gleaner::sampler::{Budget, Item, Poisson, Reservoir, Top};
use gleaner::selector::{Options, Scaling, Selector, selector_len};
use gleaner::snapshot::{
    Header, Object, factor_snapshot_len, kronecker_snapshot_len, moments_snapshot_len,
    poisson_snapshot_len, quantile_snapshot_len, reservoir_snapshot_len, selector_snapshot_len,
    top_snapshot_len, totals_snapshot_len,
};
use gleaner::standardiser::{Moments, moments_len};
use gleaner::{Error, Scalar};
use rand_xoshiro::Xoshiro128PlusPlus;
use rand_xoshiro::rand_core::SeedableRng;

/// Any object that is saved and fed.
trait Saved: Clone {
    const OBJECT: Object;
    fn most(&self) -> usize;
    fn save(&self, bytes: &mut [u8]) -> Result<usize, Error>;
    fn restore(&mut self, bytes: &[u8]) -> Result<(), Error>;
    /// Takes in the sample of a number.
    fn feed(&mut self, number: u64);

    fn saved(&self) -> Vec<u8> {
        let mut bytes = vec![0xA5; self.most() + 3];
        let length = self.save(&mut bytes).unwrap();
        assert!(length <= self.most());
        assert!(bytes[length..].iter().all(|&byte| byte == 0xA5));
        bytes.truncate(length);
        bytes
    }
}

fn normals<T: Scalar>(number: u64, count: usize) -> Vec<T> {
    let mut random = Random::new(number);
    (0..count).map(|_| T::of(random.normal())).collect()
}

#[derive(Clone)]
struct OfFactor<T: Scalar>(Factor<T, Vec<T>>);

const ORDER: usize = 6;

fn factor<T: Scalar>(ridge: f64, half_life: u64) -> OfFactor<T> {
    let mut factor = Factor::new(ORDER, T::of(ridge), vec![T::ZERO; factor_len(ORDER)]).unwrap();
    factor.set_half_life(half_life).unwrap();
    OfFactor(factor)
}

impl<T: Scalar> Saved for OfFactor<T> {
    const OBJECT: Object = Object::Factor;
    fn most(&self) -> usize {
        factor_snapshot_len::<T>(ORDER)
    }
    fn save(&self, bytes: &mut [u8]) -> Result<usize, Error> {
        self.0.save(bytes)
    }
    fn restore(&mut self, bytes: &[u8]) -> Result<(), Error> {
        self.0.restore(bytes)
    }
    fn feed(&mut self, number: u64) {
        let mut row = normals(number, ORDER);
        row[3] = row[1];
        let _ = self.0.observe(&row, T::ONE);
        if number.is_multiple_of(40) && self.0.state().half_life == 0 {
            self.0.pivot().unwrap();
        }
    }
}

#[derive(Clone)]
struct OfReservoir<T: Scalar>(Reservoir<T, Vec<Item<T>>>, Xoshiro128PlusPlus);

const ITEMS: usize = 9;

fn reservoir<T: Scalar>(seed: u64) -> OfReservoir<T> {
    let generator = Xoshiro128PlusPlus::seed_from_u64(seed);
    OfReservoir(
        Reservoir::new(vec![Item::default(); ITEMS]).unwrap(),
        generator,
    )
}

fn score<T: Scalar>(number: u64) -> T {
    T::of(Random::new(number).normal().exp())
}

impl<T: Scalar> Saved for OfReservoir<T> {
    const OBJECT: Object = Object::Reservoir;
    fn most(&self) -> usize {
        reservoir_snapshot_len::<T>(ITEMS, 16)
    }
    fn save(&self, bytes: &mut [u8]) -> Result<usize, Error> {
        self.0.save(&self.1.state(), bytes)
    }
    fn restore(&mut self, bytes: &[u8]) -> Result<(), Error> {
        self.1 = self.0.restore(bytes)?;
        Ok(())
    }
    fn feed(&mut self, number: u64) {
        let _ = self.0.offer(score(number), &mut self.1);
    }
}

#[derive(Clone)]
struct OfTop<T: Scalar>(Top<T, Vec<Item<T>>>);

fn top<T: Scalar>() -> OfTop<T> {
    OfTop(Top::new(vec![Item::default(); ITEMS]).unwrap())
}

impl<T: Scalar> Saved for OfTop<T> {
    const OBJECT: Object = Object::Top;
    fn most(&self) -> usize {
        top_snapshot_len::<T>(ITEMS)
    }
    fn save(&self, bytes: &mut [u8]) -> Result<usize, Error> {
        self.0.save(bytes)
    }
    fn restore(&mut self, bytes: &[u8]) -> Result<(), Error> {
        self.0.restore(bytes)
    }
    fn feed(&mut self, number: u64) {
        let _ = self.0.offer(score(number));
    }
}

#[derive(Clone)]
struct OfMoments<T: Scalar>(Moments<T, Vec<T>>);

const FEATURES: usize = 3;

fn moments<T: Scalar>() -> OfMoments<T> {
    OfMoments(Moments::new(vec![T::ZERO; moments_len(FEATURES)]).unwrap())
}

impl<T: Scalar> Saved for OfMoments<T> {
    const OBJECT: Object = Object::Moments;
    fn most(&self) -> usize {
        moments_snapshot_len::<T>(FEATURES)
    }
    fn save(&self, bytes: &mut [u8]) -> Result<usize, Error> {
        self.0.save(bytes)
    }
    fn restore(&mut self, bytes: &[u8]) -> Result<(), Error> {
        self.0.restore(bytes)
    }
    fn feed(&mut self, number: u64) {
        let _ = self.0.observe(&normals(number, FEATURES));
    }
}

#[derive(Clone)]
struct OfTotals<T: Scalar>(Totals<T, Vec<T>>);

const SUMS: usize = 4;

fn totals<T: Scalar>() -> OfTotals<T> {
    OfTotals(Totals::new(SUMS, vec![T::ZERO; totals_len(SUMS)]).unwrap())
}

impl<T: Scalar> Saved for OfTotals<T> {
    const OBJECT: Object = Object::Totals;
    fn most(&self) -> usize {
        totals_snapshot_len::<T>(SUMS)
    }
    fn save(&self, bytes: &mut [u8]) -> Result<usize, Error> {
        self.0.save(bytes)
    }
    fn restore(&mut self, bytes: &[u8]) -> Result<(), Error> {
        self.0.restore(bytes)
    }
    fn feed(&mut self, number: u64) {
        let _ = self.0.observe(&normals(number, SUMS));
    }
}

#[derive(Clone)]
struct OfQuantile<T: Scalar>(Quantile<T, Vec<u32>>);

const COUNTERS: usize = 32;

fn quantile<T: Scalar>(highest: f64, half_life: u64) -> OfQuantile<T> {
    let mut quantile = Quantile::new(T::of(highest), vec![0; COUNTERS]).unwrap();
    quantile.set_half_life(half_life);
    OfQuantile(quantile)
}

impl<T: Scalar> Saved for OfQuantile<T> {
    const OBJECT: Object = Object::Quantile;
    fn most(&self) -> usize {
        quantile_snapshot_len::<T>(COUNTERS)
    }
    fn save(&self, bytes: &mut [u8]) -> Result<usize, Error> {
        self.0.save(bytes)
    }
    fn restore(&mut self, bytes: &[u8]) -> Result<(), Error> {
        self.0.restore(bytes)
    }
    fn feed(&mut self, number: u64) {
        self.0.observe(score(number)).unwrap();
    }
}

#[derive(Clone)]
struct OfPoisson<T: Scalar>(Poisson<T>, Xoshiro128PlusPlus);

fn poisson<T: Scalar>(threshold: f64, keep: u64, seed: u64) -> OfPoisson<T> {
    let budget = Budget {
        keep,
        items: 200,
        window: 9,
    };
    let sampler = Poisson::with_budget(T::of(threshold), budget).unwrap();
    OfPoisson(sampler, Xoshiro128PlusPlus::seed_from_u64(seed))
}

impl<T: Scalar> Saved for OfPoisson<T> {
    const OBJECT: Object = Object::Poisson;
    fn most(&self) -> usize {
        poisson_snapshot_len::<T>(16)
    }
    fn save(&self, bytes: &mut [u8]) -> Result<usize, Error> {
        self.0.save(&self.1.state(), bytes)
    }
    fn restore(&mut self, bytes: &[u8]) -> Result<(), Error> {
        self.1 = self.0.restore(bytes)?;
        Ok(())
    }
    fn feed(&mut self, number: u64) {
        let _ = self.0.offer(score(number), &mut self.1);
    }
}

type Net<T> = Network<Flat<'static, T>>;

#[derive(Clone)]
struct OfSelector<T: Scalar>(
    Selector<'static, T, Net<T>, Xoshiro128PlusPlus, Vec<T>, Vec<Item<T>>>,
);

/// 2-3-1 with ReLU. Leaked: a test has few, and they outlive every selector.
fn net<T: Scalar>() -> Net<T> {
    let shape = |inputs, outputs, bias, activation| Shape {
        inputs,
        outputs,
        bias,
        activation,
    };
    let shapes = vec![
        shape(2, 3, true, Activation::Relu),
        shape(3, 1, false, Activation::Identity),
    ];
    let theta = normals(5, 12);
    Network::new(Flat {
        shapes: shapes.leak(),
        theta: theta.leak(),
    })
    .unwrap()
}

#[derive(Clone)]
struct OfKronecker<T: Scalar>(Kronecker<T, Vec<LayerState<T>>, Vec<T>>, Net<T>);

fn kronecker<T: Scalar>(half_life: u64) -> OfKronecker<T> {
    let net = net::<T>();
    let layers = vec![LayerState::default(); 2];
    let memory = vec![T::ZERO; kronecker_len(2, 3, true) + kronecker_len(3, 1, false)];
    OfKronecker(
        Kronecker::new(&net, half_life, layers, memory).unwrap(),
        net,
    )
}

impl<T: Scalar> Saved for OfKronecker<T> {
    const OBJECT: Object = Object::Kronecker;
    fn most(&self) -> usize {
        let memory = kronecker_len(2, 3, true) + kronecker_len(3, 1, false);
        kronecker_snapshot_len::<T>(2, memory)
    }
    fn save(&self, bytes: &mut [u8]) -> Result<usize, Error> {
        self.0.save(bytes)
    }
    fn restore(&mut self, bytes: &[u8]) -> Result<(), Error> {
        self.0.restore(bytes)
    }
    fn feed(&mut self, number: u64) {
        let mut scratch = vec![T::ZERO; kronecker_scratch(&self.1)];
        let (x, target) = (normals(number, 2), Target::Prediction);
        let _ = self.0.observe(&self.1, &x, 0, target, &mut scratch);
    }
}

fn selector_with<T: Scalar>(
    options: Options<'static, T>,
    seed: u64,
    items: usize,
) -> OfSelector<T> {
    let net = net::<T>();
    let length = selector_len(net.inputs(), net.parameters(), net.order(), net.scratch());
    let generator = Xoshiro128PlusPlus::seed_from_u64(seed);
    let (memory, items) = (vec![T::ZERO; length], vec![Item::default(); items]);
    OfSelector(Selector::new(net, options, generator, memory, items).unwrap())
}

fn options<T: Scalar>() -> Options<'static, T> {
    Options {
        objective: Objective::Huber(T::of(0.75)),
        scaling: Scaling::Running,
        half_life: 50,
        uniform: T::of(0.1),
        model_id: 77,
        ..Options::default()
    }
}

impl<T: Scalar> Saved for OfSelector<T> {
    const OBJECT: Object = Object::Selector;
    fn most(&self) -> usize {
        selector_snapshot_len::<T>(2, self.0.model().order(), ITEMS, 16)
    }
    fn save(&self, bytes: &mut [u8]) -> Result<usize, Error> {
        self.0.save(|generator| generator.state(), bytes)
    }
    fn restore(&mut self, bytes: &[u8]) -> Result<(), Error> {
        self.0.restore(bytes)
    }
    fn feed(&mut self, number: u64) {
        let x: Vec<T> = normals(number, 3);
        if number % 60 == 59 {
            self.0.begin_period();
        }
        // A refused reading too, which counts.
        let x = if number % 17 == 3 { &x[..1] } else { &x[..2] };
        let _ = self.0.offer(x, &[T::of(0.3)]);
    }
}

/// Saved after any number of samples and restored into `fresh`, it goes on as the one that was never saved.
fn goes_on<S: Saved>(fresh: &S, started: &S) {
    let mut whole = started.clone();
    for number in 0..150 {
        let bytes = whole.saved();
        let header = Header::read(&bytes).unwrap();
        assert_eq!(
            (header.object, header.length as usize),
            (S::OBJECT, bytes.len())
        );
        let mut again = fresh.clone();
        again.restore(&bytes).unwrap();
        assert_eq!(again.saved(), bytes);
        if number % 10 == 0 {
            let mut rest = whole.clone();
            for later in number..150 {
                rest.feed(later);
                again.feed(later);
            }
            assert_eq!(again.saved(), rest.saved(), "from {number}");
        }
        whole.feed(number);
    }
}

#[test]
fn a_restored_object_goes_on_bit_for_bit() {
    fn all<T: Scalar>() {
        goes_on(&factor::<T>(0.0, 0), &factor(0.1, 0));
        goes_on(&factor::<T>(0.3, 0), &factor(0.0, 0));
        goes_on(&factor::<T>(0.3, 0), &factor(0.1, 7));
        goes_on(&reservoir::<T>(1), &reservoir(2));
        goes_on(&top::<T>(), &top());
        goes_on(&moments::<T>(), &moments());
        goes_on(&totals::<T>(), &totals());
        goes_on(&quantile::<T>(2.0, 0), &quantile(1.0, 40));
        goes_on(&poisson::<T>(1.0, 0, 1), &poisson(3.0, 30, 2));
        goes_on(&kronecker::<T>(0), &kronecker(40));
        goes_on(
            &selector_with::<T>(options(), 1, ITEMS),
            &selector_with(options(), 2, ITEMS),
        );
    }
    all::<f32>();
    all::<f64>();
}

/// Whatever these bytes are: refused and nothing has changed, or an object that writes the same bytes and lives on.
fn refused_or_sound<S: Saved>(object: &S, bytes: &[u8]) -> Option<Error> {
    let before = object.saved();
    let mut target = object.clone();
    match target.restore(bytes) {
        Err(cause) => {
            assert_eq!(target.saved(), before);
            let (mut target, mut object) = (target, object.clone());
            target.feed(1000);
            object.feed(1000);
            assert_eq!(target.saved(), object.saved());
            Some(cause)
        }
        Ok(()) => {
            let length = Header::read(bytes).unwrap().length as usize;
            assert_eq!(target.saved(), bytes[..length]);
            (2000..2020).for_each(|number| target.feed(number));
            None
        }
    }
}

/// Puts the right checksum on changed bytes.
fn sealed(mut bytes: Vec<u8>) -> Vec<u8> {
    let end = bytes.len() - 4;
    let mut checksum = flate2::Crc::new();
    checksum.update(&bytes[..end]);
    bytes[end..].copy_from_slice(&checksum.sum().to_le_bytes());
    bytes
}

/// Every way to be damaged, and every forged byte.
fn withstands<S: Saved>(object: &S, other: &S) {
    let mut object = object.clone();
    let mut other = other.clone();
    (0..100).for_each(|number| object.feed(number));
    (100..300).for_each(|number| other.feed(number));
    let good = other.saved();

    assert_eq!(refused_or_sound(&object, &good), None);
    let mut longer = good.clone();
    longer.extend([0xFF; 9]);
    assert_eq!(refused_or_sound(&object, &longer), None);
    for length in 0..good.len() {
        let cause = refused_or_sound(&object, &good[..length]);
        assert_eq!(cause, Some(Error::Damaged), "{length} bytes");
    }
    for bit in 0..good.len() * 8 {
        let mut flipped = good.clone();
        flipped[bit / 8] ^= 1 << (bit % 8);
        let cause = refused_or_sound(&object, &flipped);
        assert_eq!(cause, Some(Error::Damaged), "bit {bit}");
    }
    for blank in [0x00, 0xFF] {
        let blank = vec![blank; good.len()];
        assert_eq!(refused_or_sound(&object, &blank), Some(Error::Blank));
    }
    let mut forged = good.clone();
    forged[8] = 2;
    assert_eq!(
        refused_or_sound(&object, &sealed(forged)),
        Some(Error::Version)
    );
    let mut forged = good.clone();
    forged[10] = if good[10] == 1 { 2 } else { 1 };
    assert_eq!(
        refused_or_sound(&object, &sealed(forged)),
        Some(Error::Object)
    );
    let mut forged = good.clone();
    forged[11] = 12 - good[11];
    assert_eq!(
        refused_or_sound(&object, &sealed(forged)),
        Some(Error::Object)
    );
    let mut forged = good.clone();
    forged[12] ^= 1;
    assert_eq!(
        refused_or_sound(&object, &sealed(forged)),
        Some(Error::Identity)
    );
    // A body that is a byte short, or a byte too long.
    let mut forged = good.clone();
    forged.remove(good.len() - 5);
    forged[4..8].copy_from_slice(&(good.len() as u32 - 1).to_le_bytes());
    assert!(matches!(
        refused_or_sound(&object, &sealed(forged)),
        Some(Error::Length(_))
    ));
    let mut forged = good.clone();
    forged.insert(good.len() - 4, 0);
    forged[4..8].copy_from_slice(&(good.len() as u32 + 1).to_le_bytes());
    assert!(matches!(
        refused_or_sound(&object, &sealed(forged)),
        Some(Error::Length(_))
    ));

    let (mut refused, mut sound) = (0, 0);
    for place in 12..good.len() - 4 {
        for value in [
            0x00,
            0x01,
            0x7F,
            0x80,
            0xC0,
            0xFF,
            good[place] ^ 1,
            good[place] ^ 0x80,
        ] {
            let mut forged = good.clone();
            forged[place] = value;
            match refused_or_sound(&object, &sealed(forged)) {
                Some(_) => refused += 1,
                None => sound += 1,
            }
        }
    }
    assert!(refused > 90 && sound > 90, "{refused} {sound}");
}

#[test]
fn what_is_no_snapshot_is_refused_and_changes_nothing() {
    fn all<T: Scalar>() {
        withstands(&factor::<T>(0.1, 0), &factor(0.1, 0));
        withstands(&factor::<T>(0.1, 0), &factor(0.2, 9));
        withstands(&reservoir::<T>(1), &reservoir(2));
        withstands(&top::<T>(), &top());
        withstands(&moments::<T>(), &moments());
        withstands(&totals::<T>(), &totals());
        withstands(&quantile::<T>(2.0, 0), &quantile(1.0, 40));
        withstands(&poisson::<T>(1.0, 0, 1), &poisson(3.0, 30, 2));
        withstands(&kronecker::<T>(0), &kronecker(40));
        withstands(
            &selector_with::<T>(options(), 1, ITEMS),
            &selector_with(options(), 2, ITEMS),
        );
    }
    all::<f32>();
    all::<f64>();
}

#[test]
fn other_sizes_models_and_options_are_refused() {
    let mut saved = selector_with::<f32>(options(), 1, ITEMS);
    (0..40).for_each(|number| saved.feed(number));
    let bytes = saved.saved();
    let cause = |options, items| {
        let mut target = selector_with::<f32>(options, 3, items);
        target.0.restore(&bytes).err()
    };
    assert_eq!(cause(options(), ITEMS), None);
    assert_eq!(cause(options(), ITEMS + 1), Some(Error::Length("items")));
    let base = options::<f32>();
    let others = [
        Options {
            objective: Objective::Huber(0.5),
            ..base
        },
        Options {
            objective: Objective::Residual,
            ..base
        },
        Options {
            scaling: Scaling::None,
            ..base
        },
        Options {
            uniform: 0.2,
            ..base
        },
    ];
    for other in others {
        assert_eq!(cause(other, ITEMS), Some(Error::Object), "{other:?}");
    }
    let other = Options {
        model_id: 78,
        ..base
    };
    assert_eq!(cause(other, ITEMS), Some(Error::Identity));

    let mut small = Factor::new(5, 0.1_f32, [0.0; factor_len(5)]).unwrap();
    assert_eq!(
        small.restore(&factor::<f32>(0.1, 0).saved()),
        Err(Error::Length("factor"))
    );
    let mut few = Moments::<f32, _>::new([0.0; 8]).unwrap();
    assert_eq!(
        few.restore(&moments::<f32>().saved()),
        Err(Error::Length("moments"))
    );
    let mut few = Top::<f32, _>::new([Item::default(); 3]).unwrap();
    assert_eq!(
        few.restore(&top::<f32>().saved()),
        Err(Error::Length("items"))
    );
    let mut few = Reservoir::<f32, _>::new([Item::default(); 3]).unwrap();
    let restored = few.restore::<Xoshiro128PlusPlus>(&reservoir::<f32>(1).saved());
    assert_eq!(restored.err(), Some(Error::Length("items")));
    let restored = few.restore::<rand_xoshiro::Xoshiro256PlusPlus>(&reservoir::<f32>(1).saved());
    assert_eq!(restored.err(), Some(Error::Length("generator")));
}

#[test]
fn a_buffer_that_is_short_is_refused() {
    let mut selector = selector_with::<f32>(options(), 1, ITEMS);
    (0..40).for_each(|number| selector.feed(number));
    let length = selector.saved().len();
    assert_eq!(length, selector.most());
    assert_eq!(
        selector.save(&mut vec![0; length - 1]),
        Err(Error::Length("bytes"))
    );
}

/// Two items in one slot, an item in the free one, a heap out of order, one column twice: each has a right checksum.
#[test]
fn impossible_content_is_named() {
    let mut reservoir = reservoir::<f32>(1);
    (0..100).for_each(|number| reservoir.feed(number));
    let good = reservoir.saved();
    let items = good.len() - 4 - 8 * 16;
    let slot = |item: usize| items + item * 16 + 12;
    let mut forged = good.clone();
    forged.copy_within(slot(1)..slot(1) + 4, slot(2));
    assert_eq!(
        refused_or_sound(&reservoir, &sealed(forged)),
        Some(Error::Range("items"))
    );
    let mut forged = good.clone();
    forged[slot(3)..slot(3) + 4].copy_from_slice(&reservoir.0.free().to_le_bytes());
    assert_eq!(
        refused_or_sound(&reservoir, &sealed(forged)),
        Some(Error::Range("items"))
    );
    let mut forged = good.clone();
    forged[20 + 4..20 + 20].fill(0);
    assert_eq!(
        refused_or_sound(&reservoir, &sealed(forged)),
        Some(Error::Range("generator"))
    );

    let mut top = top::<f32>();
    (0..100).for_each(|number| top.feed(number));
    let good = top.saved();
    let items = good.len() - 4 - 8 * 16;
    let mut forged = good.clone();
    forged[items + 8..items + 12].copy_from_slice(&1e9_f32.to_le_bytes());
    assert_eq!(
        refused_or_sound(&top, &sealed(forged)),
        Some(Error::Range("items"))
    );

    let mut factor = factor::<f32>(0.1, 0);
    (0..41).for_each(|number| factor.feed(number));
    assert!(factor.0.state().pivoted);
    let good = factor.saved();
    let columns = good.len() - 4 - ORDER * 4;
    let mut forged = good.clone();
    forged.copy_within(columns..columns + 4, columns + 4);
    assert_eq!(
        refused_or_sound(&factor, &sealed(forged)),
        Some(Error::Range("factor"))
    );
}

/// Numbers that are possible one by one, and not together: later samples would make infinities of them.
#[test]
fn content_that_contradicts_itself_is_refused() {
    let forged = |good: &[u8], place: usize, number: f32| {
        let mut bytes = good.to_vec();
        bytes[place..place + 4].copy_from_slice(&number.to_le_bytes());
        sealed(bytes)
    };
    let mut factor = factor::<f32>(0.1, 0);
    (0..20).for_each(|number| factor.feed(number));
    let good = factor.saved();
    let memory = 20 + 36 + 4;
    let (compensation, squares) = (memory + 4 * 21, memory + 4 * 27);
    for (what, place, number) in [
        ("a unit beyond its column", memory + 4, 1e15),
        ("a subnormal pivot", memory, 1e-40),
        ("a pivot below 0", memory, -1.0),
        ("a pivot beyond its column", memory, 1e9),
        ("a compensation beyond its pivot", compensation, 1e9),
        ("a column square below what is in it", squares, 1e-3),
        ("a column square below 0", squares, -1e-3),
        ("column squares beyond the range", squares, 2e38),
    ] {
        let outcome = refused_or_sound(&factor, &forged(&good, place, number));
        assert_eq!(outcome, Some(Error::Range("factor")), "{what}");
    }
    let outcome = refused_or_sound(&factor, &forged(&good, compensation, f32::NAN));
    assert_eq!(outcome, Some(Error::NotFinite("factor")));
    // A unit too small is a matter of rounding.
    assert_eq!(
        refused_or_sound(&factor, &forged(&good, memory + 4, 0.0)),
        None
    );

    let mut moments = moments::<f32>();
    (0..20).for_each(|number| moments.feed(number));
    let good = moments.saved();
    let memory = 20 + 12;
    for (what, place, number) in [
        ("a mean's compensation", memory + 4 * 6, 1.0),
        ("a deviation's compensation", memory + 4 * 9, -1.0),
        ("a deviation below 0", memory + 4 * 3, -1.0),
    ] {
        let outcome = refused_or_sound(&moments, &forged(&good, place, number));
        assert!(matches!(outcome, Some(Error::Range(_))), "{what}");
    }
    let mut nothing = good.clone();
    nothing[24..32].fill(0);
    assert_eq!(
        refused_or_sound(&moments, &sealed(nothing)),
        Some(Error::Range("moments"))
    );

    let mut selector = selector_with::<f32>(options(), 2, ITEMS);
    (0..50).for_each(|number| selector.feed(number));
    let good = selector.saved();
    // u32 d, P, objective, scaling; delta, share; period, open; count; mean; then the sum of leverages.
    let leverages = 20 + 16 + 8 + 8 + 8 + 4;
    let total = leverages + 8 + 9 * 8;
    let at = |place: usize| f32::from_le_bytes(good[place..place + 4].try_into().unwrap());
    assert_eq!(at(leverages), selector.0.state().leverages.high);
    assert_eq!(at(total), selector.0.stats().total_score.high);
    for (what, place, number) in [
        ("more leverage than readings", leverages, 51.0),
        ("leverage below 0", leverages, -1.0),
        ("its compensation", leverages + 4, 1.0),
        ("more than the largest scores", total, 1e9),
        ("scores below 0", total, -1.0),
        ("their compensation", total + 4, 10.0),
    ] {
        let outcome = refused_or_sound(&selector, &forged(&good, place, number));
        assert_eq!(outcome, Some(Error::Range("selector")), "{what}");
    }
}

/// Whatever rows a factor was given: columns and rows of any magnitude, dependent columns, weights, halvings, merges,
/// pivots. What it has become is no impossible content.
fn any_factor_is_restored<T: Scalar>(largest: f64) {
    for stream in 0..60 {
        let mut random = Random::new(stream);
        let ridge = [0.0, 1e-6, 0.5][stream as usize % 3];
        let half_life = [0, 7, 40][stream as usize / 3 % 3];
        let mut own = [factor::<T>(ridge, half_life), factor::<T>(ridge, 0)];
        let scales: Vec<f64> = (0..ORDER)
            .map(|_| 10_f64.powf(largest * random.normal().clamp(-1.0, 1.0)))
            .collect();
        for number in 0..120 {
            let mut row: Vec<f64> = scales.iter().map(|scale| scale * random.normal()).collect();
            row[3] = 2.0 * row[1];
            if number % 5 == 0 {
                let shift = 10_f64.powf(largest * random.normal().clamp(-1.0, 1.0));
                row.iter_mut().for_each(|x| *x *= shift);
            }
            if number % 7 == 0 {
                row[number as usize % ORDER] = 0.0;
            }
            let row: Vec<T> = row.into_iter().map(T::of).collect();
            let weight = T::of(10_f64.powf(random.normal()));
            // Rows out of the factor's range are refused.
            let _ = own[usize::from(number % 3 == 0)].0.observe(&row, weight);
            if number % 30 == 29 {
                let [first, second] = &mut own;
                let _ = first.0.merge(&second.0);
            }
            if number % 40 == 20 {
                own[0].0.pivot().unwrap();
            }
            let bytes = own[0].saved();
            let restored = factor::<T>(0.0, 0).restore(&bytes);
            assert_eq!(restored, Ok(()), "stream {stream}, row {number}");
        }
    }
}

#[test]
fn whatever_a_factor_has_become_is_restored() {
    any_factor_is_restored::<f32>(18.0);
    any_factor_is_restored::<f64>(150.0);
}

/// Read by the table in the documentation, byte by byte; and the whole is pinned, so that no change goes unnoticed.
#[test]
fn the_layout_is_the_documented_one() {
    let mut moments = Moments::new([0.0_f32; 8]).unwrap();
    moments.observe(&[1.0, -2.0]).unwrap();
    moments.observe(&[3.0, -2.0]).unwrap();
    let mut bytes = [0; moments_snapshot_len::<f32>(2)];
    moments.save(&mut bytes).unwrap();
    let mut expected = b"GLNS".to_vec();
    expected.extend(68_u32.to_le_bytes());
    expected.extend([1, 0, 4, 4]);
    expected.extend([0; 8]);
    expected.extend(2_u32.to_le_bytes());
    expected.extend(2_u64.to_le_bytes());
    for number in [2.0_f32, -2.0, 2.0, 0.0, 0.0, 0.0, 0.0, 0.0] {
        expected.extend(number.to_le_bytes());
    }
    expected.extend([0; 4]);
    assert_eq!(bytes[..], sealed(expected)[..]);

    let mut selector = selector_with::<f32>(options(), 2, ITEMS);
    (0..100).for_each(|number| selector.feed(number));
    let bytes = selector.saved();
    let number = |place: usize| u32::from_le_bytes(bytes[place..place + 4].try_into().unwrap());
    assert_eq!((number(12), number(16)), (77, 0));
    // Inputs, parameters, Huber, running moments, its delta.
    assert_eq!(
        [number(20), number(24), number(28), number(32)],
        [2, 12, 3, 2]
    );
    assert_eq!(f32::from_bits(number(36)), 0.75);
    assert_eq!(number(44), selector.0.record_header(0, 0).period);
    let state = selector.0.state();
    assert_eq!(u64::from(number(72)), state.stats.seen);
    assert_eq!((u64::from(number(160)), state.drift.rows), (94, 94));
    assert_eq!((number(168), number(176)), (94 / 16, 94 % 16));
    assert_eq!(f32::from_bits(number(184)), state.drift.sum);
    assert_eq!(f32::from_bits(number(156)), state.stats.drift);
    let moments = 20 + 124 + 14 * 4;
    assert_eq!(
        (number(moments), u64::from(number(moments + 4))),
        (2, state.moments)
    );
    let factor = moments + 12 + 4 * 4 * 2;
    assert_eq!(number(factor) as usize, selector.0.model().order());
    assert_eq!(number(bytes.len() - 4), 0xe620_88a5);
}
