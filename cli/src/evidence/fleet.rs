//! A fleet: 50 devices on the shipped occupancy log, their records merged, beside one device that saw everything.

use super::Context;
use super::journal::{Generator, Journal, hash};
use super::networks::study::{PILOT_SHARE, PILOT_STARTS, Study, Trainer, Worth};
use super::occupancy::{DECAY, HIDDEN, STEPS, task};
use super::page::{Page, short};
use super::samples::Pick;
use crate::failure::Failure;
use crate::pilot::ridge;
use crate::simulate::LOG;
use crate::simulate::device::{Pass, PilotModel, Scoring, choose, rows, stream_some};
use crate::simulate::trial::quantile;
use crate::table::{FirstLine, Table};
use gleaner::Error;
use gleaner::factor::{Factor, factor_len};
use gleaner::model::{Model, Objective};
use gleaner::record::{Entry, Header, Reader, Writer, record_len};
use gleaner::sampler::{Earlier, Item, Kept, Merge};
use rand_xoshiro::rand_core::SeedableRng;

/// Devices.
const DEVICES: usize = 50;
/// What each keeps.
const KEEP: usize = 40;
/// Random starts of a refit beside the pilot.
const STARTS: u32 = 2;
/// Bytes of a record's payload: a reading's number stands for it.
const PAYLOAD: u32 = 4;

/// Who saw which readings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Deal {
    /// Nobody: equal chances.
    Uniform,
    /// One device, all.
    One,
    /// Device j every 50th, from j on.
    Interleaved,
    /// Device j the j-th fiftieth of the log.
    Stretches,
}

/// Whose scores the server merges by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Scores {
    /// Those of the records.
    Devices,
    /// Leverages against a factor of all that is in the records, each row with its weight.
    Server,
}

/// A deal, whether labels are known at the device, and whose scores the server works with.
type Way = (Deal, bool, Scores);

const WAYS: [Way; 11] = [
    (Deal::Uniform, false, Scores::Devices),
    (Deal::One, false, Scores::Devices),
    (Deal::Interleaved, false, Scores::Devices),
    (Deal::Interleaved, false, Scores::Server),
    (Deal::Stretches, false, Scores::Devices),
    (Deal::Stretches, false, Scores::Server),
    (Deal::One, true, Scores::Devices),
    (Deal::Interleaved, true, Scores::Devices),
    (Deal::Interleaved, true, Scores::Server),
    (Deal::Stretches, true, Scores::Devices),
    (Deal::Stretches, true, Scores::Server),
];

/// One repetition.
struct Found {
    pilot: Worth,
    everything: Worth,
    /// Of each way, at each budget.
    cells: Vec<Vec<Worth>>,
}

/// Runs the part.
pub fn run(context: &Context) -> Result<(), Failure> {
    let options = format!("decay {DECAY}, steps {STEPS}, quick {}", context.quick);
    let mut journal = Journal::open(context, "fleet", options)?;
    let study = Study {
        name: "fleet".to_string(),
        task: task(&Table::parse(
            "the occupancy log",
            LOG,
            FirstLine::MayBeNames,
        )?),
        trainer: Trainer::Fit(STEPS),
        starts: STARTS,
        methods: Vec::new(),
        budgets: if context.quick {
            vec![100]
        } else {
            vec![100, 200, 400, DEVICES * KEEP]
        },
        seeds: if context.quick { 1 } else { context.seeds },
    };
    let keys: Vec<String> = (0..study.seeds)
        .map(|seed| format!("fleet seed {seed}"))
        .collect();
    let work = |index: usize, generator: &mut Generator| Ok(one(&study, &keys[index], generator)?);
    let numbers = journal.run(&keys, work)?;
    let found: Vec<Found> = numbers
        .iter()
        .map(|numbers| parse(&study, numbers))
        .collect();
    page(&study, &found).write(&context.out, "fleet.md")
}

/// Loss and share of wrong ones: of the pilot, of everything, of each way at each budget.
fn one(study: &Study, key: &str, generator: &mut Generator) -> Result<Vec<f64>, Error> {
    let task = &study.task;
    let pilot = study.pilot(generator)?;
    let everything: Vec<Pick> = (0..task.len()).map(|index| (index, 1.0)).collect();
    let everything = task.sample(&pilot.constants, &everything);
    let seed = |what: &str| hash(&format!("{key} {what}"));
    let mut numbers = Vec::new();
    let mut note = |theta: &[f32]| {
        let worth = study.worth(&everything, theta)?;
        numbers.extend([worth.loss, worth.wrong]);
        Ok::<_, Error>(())
    };
    note(&pilot.theta)?;
    note(&study.fit(&everything, Some(&pilot.theta), 0, generator)?)?;
    for (deal, labelled, scores) in WAYS {
        let mut kept = uploaded(&records(study, &pilot, deal, labelled, &seed)?)?;
        if scores == Scores::Server {
            score_anew(study, &pilot, labelled, &mut kept)?;
        }
        for &budget in &study.budgets {
            let what = format!("{deal:?} {labelled} {scores:?} {budget}");
            let mut generator = Generator::seed_from_u64(seed(&what));
            let picks = match deal {
                Deal::Uniform => {
                    let chosen = choose(task.len(), budget, &mut generator);
                    chosen.into_iter().map(|index| (index, 1.0)).collect()
                }
                Deal::One => {
                    let all = (0..task.len()).collect::<Vec<_>>();
                    let pass = device(study, &pilot, labelled, budget, seed(&what), &all)?;
                    let kept = pass.kept.iter();
                    kept.map(|pick| (pick.index, pick.weight)).collect()
                }
                Deal::Interleaved | Deal::Stretches => merge(&kept, budget, &mut generator)?,
            };
            let sample = task.sample(&pilot.constants, &picks);
            // The same random starts for every sample of a repetition.
            let mut starts = Generator::seed_from_u64(seed("starts"));
            note(&study.fit(&sample, Some(&pilot.theta), STARTS, &mut starts)?)?;
        }
    }
    Ok(numbers)
}

/// What one device keeps of some readings.
fn device(
    study: &Study,
    pilot: &PilotModel<f32>,
    labelled: bool,
    keep: usize,
    seed: u64,
    readings: &[usize],
) -> Result<Pass, Error> {
    let scoring = Scoring {
        labelled,
        uniform: 0.0,
        nodes: 1,
        thin: 1,
        waiting: 1,
        calibrate: None,
    };
    stream_some(&study.task, pilot, scoring, keep, seed, readings)
}

/// What goes up: a record a device. Nothing where there is no fleet.
fn records(
    study: &Study,
    pilot: &PilotModel<f32>,
    deal: Deal,
    labelled: bool,
    seed: &impl Fn(&str) -> u64,
) -> Result<Vec<Vec<u8>>, Error> {
    let count = study.task.len();
    let of = |number: usize| -> Option<Vec<usize>> {
        match deal {
            Deal::Uniform | Deal::One => None,
            Deal::Interleaved => Some((number..count).step_by(DEVICES).collect()),
            Deal::Stretches => {
                Some((number * count / DEVICES..(number + 1) * count / DEVICES).collect())
            }
        }
    };
    let dealt = (0..DEVICES).map_while(of).enumerate();
    dealt
        .map(|(number, readings)| {
            let seed = seed(&format!("{deal:?} {labelled} device {number}"));
            record(&device(study, pilot, labelled, KEEP, seed, &readings)?)
        })
        .collect()
}

/// A record of what was kept.
fn record(pass: &Pass) -> Result<Vec<u8>, Error> {
    let header = Header {
        payload: PAYLOAD,
        ..pass.header
    };
    let mut bytes = vec![0; record_len(pass.kept.len(), PAYLOAD as usize)];
    let mut writer = Writer::new(&mut bytes, header)?;
    for (sequence, pick) in pass.kept.iter().enumerate() {
        writer.push(Entry {
            sequence: sequence as u64,
            score: pick.score,
            weight: pick.weight,
            payload: &(pick.index as u32).to_le_bytes(),
        })?;
    }
    writer.finish()?;
    Ok(bytes)
}

/// A reading in a record: its number, its score, its weight.
type Upload = (usize, f64, f64);

/// What the records hold.
fn uploaded(records: &[Vec<u8>]) -> Result<Vec<Upload>, Error> {
    let mut all = Vec::new();
    for record in records {
        for entry in Reader::new(record)?.entries() {
            let number = entry.payload.try_into().map(u32::from_le_bytes);
            let number = number.map_err(|_| Error::Length("payload"))?;
            all.push((number as usize, entry.score, entry.weight));
        }
    }
    Ok(all)
}

/// Leverages against a factor of all of them, each row observed with its weight. No device knew more than its own.
fn score_anew(
    study: &Study,
    pilot: &PilotModel<f32>,
    labelled: bool,
    kept: &mut [Upload],
) -> Result<(), Error> {
    if kept.is_empty() {
        return Ok(());
    }
    let task = &study.task;
    let objective = if labelled {
        task.loss
    } else {
        Objective::Prediction
    };
    let network = task.network(&pilot.theta, 1)?;
    let picks: Vec<Pick> = kept.iter().map(|&(number, ..)| (number, 1.0)).collect();
    let sample = task.sample(&pilot.constants, &picks);
    let labels = labelled.then_some(&sample.labels[..]);
    let rows = rows(&network, objective, &sample.x, labels)?;
    let order = network.order();
    let memory = vec![0.0; factor_len(order)];
    let mut factor = Factor::new(order, ridge(order, &rows), memory)?;
    for (row, &(_, _, weight)) in rows.chunks_exact(order).zip(&*kept) {
        factor.observe(row, weight as f32)?;
    }
    let mut scratch = vec![0.0; order];
    for (row, (_, score, _)) in rows.chunks_exact(order).zip(kept) {
        *score = f64::from(factor.score(row, &mut scratch)?.leverage);
    }
    Ok(())
}

/// The server: one sample of what all records hold.
fn merge(kept: &[Upload], keep: usize, generator: &mut Generator) -> Result<Vec<Pick>, Error> {
    let (items, earlier) = (
        vec![Item::<f64>::default(); keep + 1],
        vec![Earlier::default(); keep + 1],
    );
    let mut merge = Merge::new(items, earlier)?;
    let mut numbers = vec![0; keep + 1];
    for &(number, score, weight) in kept {
        numbers[merge.free() as usize] = number;
        merge.offer(score, weight, generator)?;
    }
    let pick = |kept: Kept<f64>| (numbers[kept.slot as usize], kept.weight);
    let mut picks: Vec<Pick> = merge.drain().map(pick).collect();
    picks.sort_by_key(|pick| pick.0);
    Ok(picks)
}

fn parse(study: &Study, numbers: &[f64]) -> Found {
    let mut all = numbers.chunks_exact(2).map(|pair| Worth {
        loss: pair[0],
        wrong: pair[1],
    });
    let none = Worth {
        loss: f64::NAN,
        wrong: f64::NAN,
    };
    let mut next = || all.next().unwrap_or(none);
    Found {
        pilot: next(),
        everything: next(),
        cells: WAYS
            .iter()
            .map(|_| study.budgets.iter().map(|_| next()).collect())
            .collect(),
    }
}

fn name((deal, labelled, scores): Way) -> String {
    let who = match deal {
        Deal::Uniform => return "uniform".to_string(),
        Deal::One => "one device, everything",
        Deal::Interleaved => "50 devices, every 50th reading each",
        Deal::Stretches => "50 devices, a stretch each",
    };
    let anew = match scores {
        Scores::Devices => "",
        Scores::Server => ", scored anew",
    };
    let labels = if labelled { "labels" } else { "no labels" };
    format!("{who}{anew}; {labels}")
}

fn page(study: &Study, found: &[Found]) -> Page {
    let mut page = Page::new("A fleet on the occupancy log");
    page.paragraph(format_args!(
        "Made by `gleaner evidence --parts fleet`. {} readings of a room, one a minute; a 5-{HIDDEN}-1 ReLU network with hidden \
         biases, f32, tells whether somebody is in. {DEVICES} devices, each with the same pilot (trained on other {:.0} % in \
         each of {} repetitions, best of {PILOT_STARTS} random starts), a factor of its own, started from the pilot's rows, and \
         a reservoir of {KEEP}; their records go up, and the server merges them by `sampler::Merge` to the budget, by the devices' \
         scores, or by scores made anew: leverages against a factor of all that is in the records, each row observed with its \
         weight (the weights stay unbiased, whatever the server scores by). A stretch is \
         {} readings in a row, some of them nothing but a night. A refit is the best on the sample of three starts, the pilot and two random \
         ones, {STEPS} steps at most, to the least mean loss + {DECAY:e} |theta|^2. Cells: mean logistic loss over all readings, \
         median (90th percentile), and the median share of readings taken for the other class.",
        study.task.len(),
        100.0 * PILOT_SHARE,
        study.seeds,
        study.task.len() / DEVICES,
    ));
    let cell = |worth: &dyn Fn(&Found) -> Worth| {
        let loss = |share| short(quantile(found.iter().map(|found| worth(found).loss), share));
        let wrong = 100.0 * quantile(found.iter().map(|found| worth(found).wrong), 0.5);
        format!("{} ({}), {wrong:.1} %", loss(0.5), loss(0.9))
    };
    let mut header = vec!["who kept".to_string()];
    header.extend(study.budgets.iter().map(usize::to_string));
    let mut lines = Vec::new();
    for (w, &way) in WAYS.iter().enumerate() {
        let mut line = vec![name(way)];
        line.extend((0..study.budgets.len()).map(|b| cell(&|found| found.cells[w][b])));
        lines.push(line);
    }
    for (what, text) in [
        ("the pilot", cell(&|found| found.pilot)),
        ("a refit on everything", cell(&|found| found.everything)),
    ] {
        let mut line = vec![what.to_string(), text];
        line.resize(header.len(), String::new());
        lines.push(line);
    }
    page.table(&header, &lines);

    let ratios = |way: Way, to: Way| -> Vec<f64> {
        let place = |way| WAYS.iter().position(|other| *other == way).unwrap_or(0);
        let (way, to) = (place(way), place(to));
        let ratio = |b: usize| {
            let each = found
                .iter()
                .map(|found| found.cells[way][b].loss / found.cells[to][b].loss);
            quantile(each, 0.5)
        };
        (0..study.budgets.len()).map(ratio).collect()
    };
    let budgets: Vec<String> = study.budgets.iter().map(usize::to_string).collect();
    page.paragraph(format_args!(
        "Loss of the merged samples over that of one device that saw everything, in the same repetition, median, at {}:",
        budgets.join(" / ")
    ));
    let joined = |values: &[f64]| {
        values
            .iter()
            .map(|&x| short(x))
            .collect::<Vec<_>>()
            .join(" / ")
    };
    let (mut lines, mut over_one, mut over_uniform) = (Vec::new(), Vec::new(), Vec::new());
    let fleets = WAYS
        .iter()
        .filter(|way| matches!(way.0, Deal::Interleaved | Deal::Stretches));
    for &way in fleets {
        let one = ratios(way, (Deal::One, way.1, Scores::Devices));
        let uniform = ratios(way, (Deal::Uniform, false, Scores::Devices));
        lines.push(vec![name(way), joined(&one), joined(&uniform)]);
        over_one.extend(one);
        over_uniform.extend(uniform);
    }
    page.table(&["fleet", "over one device", "over uniform"], &lines);
    let geometric = |values: &[f64]| {
        let logarithms: f64 = values.iter().map(|x| x.ln()).sum();
        short((logarithms / values.len().max(1) as f64).exp())
    };
    page.paragraph(format_args!(
        "Over all of these, the geometric mean: {} times the loss of one device that saw everything, and {} times that of \
         uniform sampling. At {} the merge leaves nobody out, and no weight changes: what is lost there, devices lost that \
         keep {KEEP} each.",
        geometric(&over_one),
        geometric(&over_uniform),
        DEVICES * KEEP,
    ));
    page
}
