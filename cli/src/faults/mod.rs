//! `gleaner faults`: faults put into a log, and which of them a device finds.

mod detector;

use crate::failure::{Failure, data};
use crate::numbers::{below, mean_and_deviation};
use crate::score::print;
use crate::simulate::readings;
use crate::table::Table;
use clap::Args;
use detector::{DETECTORS, Detector, Flags};
use gleaner::Scalar;
use rand_core::SeedableRng;
use rand_xoshiro::Xoshiro128PlusPlus;
use std::path::PathBuf;

/// Readings that set the scale of each sensor; no fault comes before three times as many.
const WARM_UP: usize = 1440;
/// Readings without faults: the quantiles then know enough.
const QUIET: usize = 3 * WARM_UP;
/// Readings that a fault lasts at most, and in which it has to be found.
const WINDOW: usize = 360;

/// What `faults` takes.
#[derive(Args, Debug)]
pub struct Arguments {
    /// Readings in order, one a minute, label last, which is not looked at [default: the shipped occupancy log]
    #[arg(long, value_name = "X.csv")]
    data: Option<PathBuf>,
    /// Each detector flags what is beyond this quantile of what it has seen
    #[arg(long, value_name = "P", default_value_t = 0.998)]
    probability: f32,
    /// Faults of each kind and size
    #[arg(long, default_value_t = 400, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    trials: u32,
    /// Seed of times and sensors
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

/// What goes wrong with one sensor; sizes in deviations of its first readings.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Fault {
    /// It repeats its last reading.
    Stuck,
    /// It stays at the lowest reading so far.
    Dead,
    /// One reading is off.
    Spike(f32),
    /// It moves away evenly, to this much at the end of the window.
    Drift(f32),
}

impl Fault {
    fn name(self) -> String {
        match self {
            Fault::Stuck => "stuck".into(),
            Fault::Dead => "at its lowest".into(),
            Fault::Spike(size) => format!("spike {size}"),
            Fault::Drift(size) => format!("drift {size}"),
        }
    }

    /// How long it lasts.
    fn length(self) -> usize {
        match self {
            Fault::Spike(_) => 1,
            _ => WINDOW,
        }
    }

    /// Reading `age` of a faulty sensor, whose last good one and lowest one are known.
    fn apply(self, true_value: f32, age: usize, last: f32, lowest: f32, deviation: f32) -> f32 {
        match self {
            Fault::Stuck => last,
            Fault::Dead => lowest,
            Fault::Spike(size) => true_value + size * deviation,
            Fault::Drift(size) => true_value + size * deviation * (age + 1) as f32 / WINDOW as f32,
        }
    }
}

const FAULTS: [Fault; 11] = [
    Fault::Stuck,
    Fault::Dead,
    Fault::Spike(0.25),
    Fault::Spike(0.5),
    Fault::Spike(1.0),
    Fault::Spike(2.0),
    Fault::Spike(4.0),
    Fault::Drift(0.5),
    Fault::Drift(1.0),
    Fault::Drift(2.0),
    Fault::Drift(4.0),
];

/// The log as numbers.
struct Log {
    x: Vec<f32>,
    sensors: usize,
    deviations: Vec<f32>,
}

impl Log {
    fn len(&self) -> usize {
        self.x.len() / self.sensors
    }

    fn reading(&self, index: usize) -> &[f32] {
        &self.x[index * self.sensors..][..self.sensors]
    }
}

/// When a fault begins, and where.
#[derive(Clone, Copy)]
struct Place {
    start: usize,
    sensor: usize,
}

/// Delays of those faults of one kind that a detector found.
type Delays = Vec<usize>;

/// Runs the command.
pub fn run(arguments: &Arguments) -> Result<(), Failure> {
    if !(arguments.probability > 0.0 && arguments.probability < 1.0) {
        return Err(data("--probability expects a number between 0 and 1"));
    }
    let table = readings(arguments.data.as_deref())?;
    let least = QUIET + 2 * WINDOW;
    if table.width < 3 || table.len() < least {
        return Err(data(format!(
            "{}: expected two sensors and a label, and {least} readings",
            table.name
        )));
    }
    let log = log(&table);
    let mut generator = Xoshiro128PlusPlus::seed_from_u64(arguments.seed);
    let mut places: Vec<Place> = (0..arguments.trials)
        .map(|_| Place {
            start: QUIET + below(&mut generator, log.len() - WINDOW - QUIET),
            sensor: below(&mut generator, log.sensors),
        })
        .collect();
    places.sort_by_key(|place| place.start);
    let (alarms, found) = stream(&log, &places, arguments.probability)?;
    report(arguments, &log, &alarms, &found)
}

fn log(table: &Table) -> Log {
    let sensors = table.width - 1;
    let cells = table.cast::<f32>();
    let x: Vec<f32> = cells
        .chunks_exact(table.width)
        .flat_map(|row| &row[..sensors])
        .copied()
        .collect();
    let deviation = |sensor: usize| {
        let values = x.iter().skip(sensor).step_by(sensors).take(WARM_UP);
        match mean_and_deviation(values.map(|v| v.wide())) {
            (_, deviation) if deviation > 0.0 => deviation as f32,
            _ => 1.0,
        }
    };
    let deviations = (0..sensors).map(deviation).collect();
    Log {
        x,
        sensors,
        deviations,
    }
}

/// Flags of each reading of the log as it is, and what is found of each fault: a detector's flag that it does not raise
/// without the fault.
fn stream(
    log: &Log,
    places: &[Place],
    probability: f32,
) -> Result<(Vec<Flags>, Vec<Vec<Delays>>), Failure> {
    let new = || Detector::new(&log.deviations, log.reading(0), probability, WARM_UP);
    let mut clean = new()?;
    let mut flags = Vec::with_capacity(log.len());
    for index in 0..log.len() {
        flags.push(clean.take(log.reading(index))?);
    }
    let mut found = vec![vec![Delays::new(); DETECTORS.len() + 1]; FAULTS.len()];
    let mut device = new()?;
    let mut lowest = log.reading(0).to_vec();
    let mut next = places.iter().peekable();
    for index in 0..log.len() {
        while let Some(place) = next.next_if(|place| place.start == index) {
            for (fault, found) in FAULTS.iter().zip(&mut found) {
                one(log, *place, *fault, device.clone(), &lowest, &flags, found)?;
            }
        }
        let x = log.reading(index);
        lowest
            .iter_mut()
            .zip(x)
            .for_each(|(low, x)| *low = low.min(*x));
        device.take(x)?;
    }
    Ok((flags, found))
}

/// One fault, from the device's state before it on.
fn one(
    log: &Log,
    place: Place,
    fault: Fault,
    mut device: Detector,
    lowest: &[f32],
    clean: &[Flags],
    found: &mut [Delays],
) -> Result<(), Failure> {
    let sensor = place.sensor;
    let last = log.reading(place.start - 1)[sensor];
    let mut is_found = vec![false; found.len()];
    for age in 0..fault.length() {
        let index = place.start + age;
        let mut x = log.reading(index).to_vec();
        x[sensor] = fault.apply(x[sensor], age, last, lowest[sensor], log.deviations[sensor]);
        let flags = device.take(&x)?;
        let new: Vec<bool> = flags
            .iter()
            .zip(&clean[index])
            .map(|(f, c)| *f && !*c)
            .collect();
        let any = new.contains(&true);
        for (way, raised) in new.into_iter().chain([any]).enumerate() {
            if raised && !is_found[way] {
                is_found[way] = true;
                found[way].push(age);
            }
        }
    }
    Ok(())
}

/// How often a flag goes up: readings in a row are one alarm.
fn begun(raised: &[bool]) -> f64 {
    let first = usize::from(raised.first() == Some(&true));
    let others = raised.windows(2).filter(|pair| !pair[0] && pair[1]);
    (first + others.count()) as f64
}

fn report(
    arguments: &Arguments,
    log: &Log,
    alarms: &[Flags],
    found: &[Vec<Delays>],
) -> Result<(), Failure> {
    let judged = &alarms[QUIET..];
    let days = judged.len() as f64 / 1440.0;
    print(|out| {
        writeln!(
            out,
            "{} readings of {} sensors; {} faults of each kind in one sensor, at times behind the first {} readings; flagged \
             beyond the quantile {} of the past.\nShare found within {WINDOW} readings (by flags that are not raised without \
             the fault), median delay in readings; sizes in deviations. Flags in a row are one false alarm.\n",
            log.len(),
            log.sensors,
            arguments.trials,
            QUIET,
            arguments.probability
        )?;
        writeln!(out, "| fault | {} | any |", DETECTORS.join(" | "))?;
        writeln!(out, "|---|{}---|", "---|".repeat(DETECTORS.len()))?;
        for (fault, found) in FAULTS.iter().zip(found) {
            write!(out, "| {} |", fault.name())?;
            for delays in found {
                let share = 100.0 * delays.len() as f64 / f64::from(arguments.trials);
                let mut delays = delays.clone();
                delays.sort_unstable();
                match delays.get(delays.len() / 2) {
                    Some(delay) => write!(out, " {share:.0} %, {delay} |")?,
                    None => write!(out, " 0 % |")?,
                }
            }
            writeln!(out)?;
        }
        write!(out, "| false alarms a day |")?;
        for way in 0..DETECTORS.len() {
            let raised: Vec<bool> = judged.iter().map(|flags| flags[way]).collect();
            write!(out, " {:.1} |", begun(&raised) / days)?;
        }
        let any: Vec<bool> = judged.iter().map(|flags| flags.contains(&true)).collect();
        writeln!(out, " {:.1} |", begun(&any) / days)
    })
}
