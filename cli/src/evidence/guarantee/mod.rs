//! What draws with replacement by leverage keep, and what the theorem promises.

mod distortion;
mod eigen;
mod matrices;
mod whiten;

use super::Context;
use super::journal::{Generator, Journal};
use super::page::{Page, short};
use super::plot::{COLOURS, Line, Panel, draw};
use crate::failure::{Failure, data};
use crate::simulate::trial::quantile;
use distortion::{Distortion, Draws};
use gleaner::plan::Terms;
use matrices::Matrix;

/// The accuracy that is asked for.
const ACCURACY: f64 = 0.5;
/// How often it may be missed.
const FAILURE: f64 = 0.1;
/// Trials of each cell.
const TRIALS: usize = 400;
/// The same for a look.
const QUICK_TRIALS: usize = 50;
/// Draws, in sixteenths of what the plan asks for.
const SIXTEENTHS: [u64; 7] = [1, 2, 4, 8, 16, 32, 64];
/// The cell of the planned draws.
const PLANNED: usize = 4;
/// The ways to draw.
const WAYS: [&str; 2] = ["leverage", "uniform"];

/// What the plan says of a matrix.
struct Plan {
    terms: Terms,
    draws: u64,
}

impl Plan {
    fn of(matrix: &Matrix) -> Result<Plan, Failure> {
        let terms = Terms {
            rank: matrix.white.rank as u64,
            failure: FAILURE,
            share: 1.0,
        };
        let draws = terms.draws(ACCURACY)?;
        let draws = draws.ok_or_else(|| data("no guarantee for this accuracy"))?;
        Ok(Plan { terms, draws })
    }

    /// The draws of a cell.
    fn cell(&self, cell: usize) -> u64 {
        (self.draws * SIXTEENTHS[cell]).div_ceil(16)
    }
}

/// What the trials of a cell came to.
struct Cell {
    trials: Vec<Distortion>,
}

impl Cell {
    fn worst(&self, share: f64) -> f64 {
        quantile(self.trials.iter().map(|trial| trial.worst), share)
    }

    fn failed(&self) -> usize {
        let missed = |trial: &&Distortion| trial.worst >= ACCURACY;
        self.trials.iter().filter(missed).count()
    }
}

/// Runs the part.
pub fn run(context: &Context) -> Result<(), Failure> {
    let trials = if context.quick { QUICK_TRIALS } else { TRIALS };
    let mut all = vec![matrices::coherent()?];
    all.extend(matrices::neuron(context)?);
    all.push(matrices::network()?);
    let mut journal = Journal::open(context, "guarantee", format!("trials {trials}"))?;
    let mut page = Page::new("What draws by leverage keep");
    page.paragraph(introduction(trials));
    let mut panels = Vec::new();
    for matrix in &all {
        let plan = Plan::of(matrix)?;
        let cells = measure(&mut journal, matrix, &plan, trials)?;
        page.section(matrix.name);
        tell(&mut page, matrix, &plan, &cells);
        panels.push(panel(matrix, &plan, &cells));
    }
    draw(&context.out.join("guarantee.svg"), &panels)?;
    page.section("Picture");
    page.picture("guarantee.svg", "Distortion against draws");
    page.write(&context.out, "guarantee.md")
}

fn introduction(trials: usize) -> String {
    format!(
        "Draws with replacement, each by the chance p of its row, weighted by 1 / (s p): how far the sum of squares of \
         the sample is from that of all rows, relatively, in the worst of all directions (the distortion), and at theta \
         (the loss). The plan asks for an accuracy of {ACCURACY} but in a share of {FAILURE} of all samples; a trial \
         fails where the distortion is {ACCURACY} or more. {trials} trials a line; median, 90th percentile."
    )
}

/// The cells of both ways.
fn measure(
    journal: &mut Journal,
    matrix: &Matrix,
    plan: &Plan,
    trials: usize,
) -> Result<[Vec<Cell>; 2], Failure> {
    let ways = [
        Draws::new(matrix.leverages.clone())?,
        Draws::new(vec![1.0; matrix.len()])?,
    ];
    let cells: Vec<(usize, usize)> = (0..WAYS.len())
        .flat_map(|way| (0..SIXTEENTHS.len()).map(move |cell| (way, cell)))
        .collect();
    let key = |&(way, cell): &(usize, usize)| {
        format!("{} {} {}", matrix.name, WAYS[way], plan.cell(cell))
    };
    let keys: Vec<String> = cells.iter().map(key).collect();
    let work = |index: usize, generator: &mut Generator| {
        let (way, cell) = cells[index];
        let mut numbers = Vec::new();
        for _ in 0..trials {
            let draws = plan.cell(cell);
            let found = ways[way].distortion(&matrix.white, &matrix.values, draws, generator);
            numbers.extend([found.worst, found.loss, f64::from(u8::from(found.lost))]);
        }
        Ok(numbers)
    };
    let mut found = journal.run(&keys, work)?.into_iter().map(|numbers| Cell {
        trials: numbers
            .chunks_exact(3)
            .map(|trial| Distortion {
                worst: trial[0],
                loss: trial[1],
                lost: trial[2] > 0.0,
            })
            .collect(),
    });
    let leverage = found.by_ref().take(SIXTEENTHS.len()).collect();
    Ok([leverage, found.collect()])
}

/// A section of the page.
fn tell(page: &mut Page, matrix: &Matrix, plan: &Plan, cells: &[Vec<Cell>; 2]) {
    page.paragraph(&matrix.what);
    let largest = matrix.leverages.iter().copied().fold(0.0, f64::max);
    page.paragraph(format_args!(
        "Rank {}, largest leverage {}. Planned draws: s = {}, of which {} samples in {} fail by leverage and {} by equal \
         chances.",
        matrix.white.rank,
        short(largest),
        plan.draws,
        cells[0][PLANNED].failed(),
        cells[0][PLANNED].trials.len(),
        cells[1][PLANNED].failed()
    ));
    let header = [
        "draws",
        "s",
        "promised",
        "way",
        "distortion",
        "failed",
        "rank lost",
        "loss off by",
    ];
    let mut lines = Vec::new();
    for cell in 0..SIXTEENTHS.len() {
        let promised = plan.terms.accuracy(plan.cell(cell)).ok().flatten();
        for (way, cells) in WAYS.iter().zip(cells) {
            let Cell { trials } = &cells[cell];
            let loss = |share| short(quantile(trials.iter().map(|trial| trial.loss), share));
            let lost = trials.iter().filter(|trial| trial.lost).count();
            lines.push(vec![
                plan.cell(cell).to_string(),
                share(SIXTEENTHS[cell]),
                match promised {
                    Some(accuracy) if *way == WAYS[0] => short(accuracy),
                    _ => "none".to_string(),
                },
                way.to_string(),
                format!(
                    "{} ({})",
                    short(cells[cell].worst(0.5)),
                    short(cells[cell].worst(0.9))
                ),
                format!("{} of {}", cells[cell].failed(), trials.len()),
                lost.to_string(),
                format!("{} ({})", loss(0.5), loss(0.9)),
            ]);
        }
    }
    page.table(&header, &lines);
}

/// A number of sixteenths of s.
fn share(sixteenths: u64) -> String {
    match sixteenths {
        16 => "s".to_string(),
        more if more > 16 => format!("{} s", more / 16),
        less => format!("s / {}", 16 / less),
    }
}

fn panel(matrix: &Matrix, plan: &Plan, cells: &[Vec<Cell>; 2]) -> Panel {
    let mut lines = Vec::new();
    let line = |name: String, colour: usize, dashed: bool, points: Vec<(f64, f64)>| Line {
        name,
        colour: COLOURS[colour],
        dashed,
        points,
    };
    let at = |cell: usize| plan.cell(cell) as f64;
    for ((way, cells), colours) in WAYS.iter().zip(cells).zip([[3, 4], [0, 8]]) {
        for ((q, text), colour) in [(0.5, "median"), (0.9, "90th percentile")]
            .iter()
            .zip(colours)
        {
            let points = cells.iter().enumerate();
            let points = points.map(|(i, cell)| (at(i), cell.worst(*q))).collect();
            lines.push(line(format!("{way}, {text}"), colour, false, points));
        }
    }
    let all = lines
        .iter()
        .flat_map(|line| &line.points)
        .map(|point| point.1);
    let (least, most) = all.fold((ACCURACY, ACCURACY), |(a, b), y| (a.min(y), b.max(y)));
    let promised = (0..SIXTEENTHS.len()).filter_map(|cell| {
        let accuracy = plan.terms.accuracy(plan.cell(cell)).ok().flatten()?;
        Some((at(cell), accuracy))
    });
    lines.push(line("promised".into(), 1, true, promised.collect()));
    let marks = [
        (
            "planned draws",
            vec![(at(PLANNED), least), (at(PLANNED), most)],
        ),
        (
            "accuracy",
            vec![(at(0), ACCURACY), (at(SIXTEENTHS.len() - 1), ACCURACY)],
        ),
    ];
    for ((name, points), colour) in marks.into_iter().zip([5, 2]) {
        lines.push(line(name.into(), colour, true, points));
    }
    Panel {
        title: format!("{}, rank {}", matrix.name, matrix.white.rank),
        x: "draws".into(),
        y: "distortion".into(),
        logarithmic: [true, true],
        lines,
    }
}

#[cfg(test)]
mod tests {
    use super::whiten::White;
    use super::*;
    use rand_xoshiro::rand_core::SeedableRng;

    /// Gram-Schmidt and the factor agree on leverages, whose sum is the rank.
    #[test]
    fn leverages() {
        for matrix in [matrices::coherent().unwrap(), matrices::network().unwrap()] {
            let total: f64 = matrix.leverages.iter().sum();
            assert!((total - matrix.white.rank as f64).abs() < 1e-9);
            for (i, leverage) in matrix.leverages.iter().enumerate() {
                let square: f64 = matrix.white.row(i).iter().map(|x| x * x).sum();
                assert!((square - leverage).abs() < 1e-9, "{}", matrix.name);
            }
        }
    }

    /// Every row once, at weight 1, distorts nothing.
    #[test]
    fn all_rows() {
        let white = White::of(&[3.0, 0.0, 0.0, 2.0], 2);
        let draws = Draws::new(vec![1.0, 0.0]).unwrap();
        let mut generator = Generator::seed_from_u64(1);
        let found = draws.distortion(&white, &[1.0, 1.0], 3, &mut generator);
        // One of two directions is lost, the other is whole.
        assert!(
            found.lost && (found.worst - 1.0).abs() < 1e-12 && (found.loss - 0.5).abs() < 1e-12
        );
    }

    /// By leverage the planned draws keep the promise, a sixteenth of them does not always, and draws of equal chances fail
    /// in more than 90 %.
    #[test]
    fn coherent() {
        let matrix = matrices::coherent().unwrap();
        let plan = Plan::of(&matrix).unwrap();
        assert_eq!((matrix.white.rank, plan.draws), (10, 495));
        let trials = 200;
        let count = |scores: Vec<f64>, draws: u64| {
            let draw = Draws::new(scores).unwrap();
            let mut generator = Generator::seed_from_u64(7);
            let found: Vec<Distortion> = (0..trials)
                .map(|_| draw.distortion(&matrix.white, &matrix.values, draws, &mut generator))
                .collect();
            let failed = found.iter().filter(|trial| trial.worst >= ACCURACY).count();
            (failed, found.iter().filter(|trial| trial.lost).count())
        };
        let leverage = count(matrix.leverages.clone(), plan.draws);
        let few = count(matrix.leverages.clone(), plan.cell(0));
        let uniform = count(vec![1.0; matrix.len()], plan.draws);
        assert!(
            leverage.0 as f64 <= FAILURE * f64::from(trials),
            "{leverage:?}"
        );
        assert_eq!(leverage.1, 0);
        assert!(few.0 > 0, "{few:?}");
        assert!(uniform.0 as f64 > 0.9 * f64::from(trials), "{uniform:?}");
        assert!(uniform.1 as f64 > 0.9 * f64::from(trials), "{uniform:?}");
    }
}
