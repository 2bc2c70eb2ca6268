//! The scorers: what they say, what they take of memory and of time.

use super::cases::Case;
use super::exact::{Leverages, by_factor, leverages};
use gleaner::Error;
use gleaner::factor::{Factor, factor_len};
use gleaner::kronecker::{Kronecker, LayerState, kronecker_len, kronecker_scratch};
use gleaner::model::{Flat, Model, Network, Objective, Shape};
use gleaner::sketch::{Sketch, Sketched};
use std::fmt;
use std::hint::black_box;
use std::time::{Duration, Instant};

/// Ridges of exact leverage, in times the default, which is 1e-6 of the rows' mean squared norm: default, middle, wide.
pub const RIDGES: [f32; 3] = [1.0, 1e5, 1e6];
/// Bytes of the largest factor that is timed.
const TIMED: usize = 1 << 30;

/// Who scores.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scorer {
    /// 1.
    Uniform,
    /// The squared norm of the rows.
    Norm,
    /// Leverage of the last layer's rows alone, its input taken for the reading.
    LastLayer,
    /// Leverage of rows that are hashed to so many entries.
    Sketch(usize),
    /// Two small factors a layer.
    Kronecker,
    /// Leverage of the rows with the widest of the ridges, their mean squared norm.
    Wide,
    /// Leverage of the rows.
    Exact,
}

impl fmt::Display for Scorer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Scorer::Uniform => f.write_str("uniform"),
            Scorer::Norm => f.write_str("norm"),
            Scorer::LastLayer => f.write_str("last layer only"),
            Scorer::Sketch(buckets) => write!(f, "sketch, K = {buckets}"),
            Scorer::Kronecker => f.write_str("Kronecker"),
            Scorer::Wide => f.write_str("exact, wide ridge"),
            Scorer::Exact => f.write_str("exact"),
        }
    }
}

/// A pilot and all readings, as a case scores them.
#[derive(Debug)]
pub struct Bed<'a> {
    /// The layers that are scored.
    pub shapes: &'a [Shape<f32>],
    /// The pilot's parameters.
    pub theta: &'a [f32],
    /// The rows.
    pub objective: Objective<f32>,
    /// Readings, one after the other.
    pub x: &'a [f32],
    /// A label a reading.
    pub labels: &'a [f32],
    /// Seed of sketches.
    pub seed: u64,
}

type Net<'a> = Network<Flat<'a, f32>>;
type KroneckerScorer = Kronecker<f32, Vec<LayerState<f32>>, Vec<f32>>;

impl<'a> Bed<'a> {
    /// A case at a pilot.
    pub fn new(
        case: &Case,
        shapes: &'a [Shape<f32>],
        theta: &'a [f32],
        (x, labels): (&'a [f32], &'a [f32]),
        seed: u64,
    ) -> Self {
        Bed {
            shapes,
            theta,
            objective: case.rows.objective(),
            x,
            labels,
            seed,
        }
    }

    fn network(&self) -> Result<Net<'a>, Error> {
        Network::new(Flat {
            shapes: self.shapes,
            theta: self.theta,
        })
    }

    /// The last layer as a network of its own.
    fn head(&self) -> Result<Net<'a>, Error> {
        let (shapes, theta) = (self.shapes, self.theta);
        let shapes = &shapes[shapes.len() - 1..];
        let theta = &theta[theta.len() - parameters(shapes)..];
        Network::new(Flat { shapes, theta })
    }

    /// The last layer's inputs of all readings.
    fn embedding(&self) -> Result<Vec<f32>, Error> {
        let shapes = &self.shapes[..self.shapes.len() - 1];
        let theta = &self.theta[..parameters(shapes)];
        let body = Network::new(Flat { shapes, theta })?;
        let mut scratch = vec![0.0; body.scratch()];
        let mut all = Vec::new();
        for x in self.x.chunks_exact(body.inputs()) {
            for output in 0..body.outputs() {
                all.push(body.value(x, output, &mut scratch)?);
            }
        }
        Ok(all)
    }

    /// Rows that a reading has.
    fn rows_each(&self) -> usize {
        let last = self.shapes.last().map_or(1, |layer| layer.outputs);
        self.objective.rows(last)
    }

    /// Calls `each` for every row: reading, output and target.
    fn each_row<F>(&self, x: &[f32], inputs: usize, mut each: F) -> Result<(), Error>
    where
        F: FnMut(&[f32], usize, gleaner::model::Target<f32>) -> Result<(), Error>,
    {
        let outputs = self.shapes.last().map_or(1, |layer| layer.outputs);
        let takes_label = self.objective.labels(outputs) > 0;
        for (x, label) in x.chunks_exact(inputs).zip(self.labels.chunks(1)) {
            let labels = if takes_label { label } else { &[] };
            for row in 0..self.objective.rows(outputs) {
                each(x, row, self.objective.target(labels, row, outputs)?)?;
            }
        }
        Ok(())
    }

    /// All rows of a model, one after the other, without gauge columns.
    fn rows<M: Model<f32>>(&self, model: &M, x: &[f32]) -> Result<Vec<f32>, Error> {
        let mut row = vec![0.0; model.row_len()];
        let mut scratch = vec![0.0; model.scratch()];
        let mut rows = Vec::with_capacity(self.labels.len() * self.rows_each() * model.order());
        self.each_row(x, model.inputs(), |x, output, target| {
            model.row(x, output, target, &mut row, &mut scratch)?;
            model.leave_out_gauge(&mut row);
            rows.extend_from_slice(&row[..model.order()]);
            Ok(())
        })?;
        Ok(rows)
    }

    /// The exact leverages of all readings under each of the [`RIDGES`], summed over their rows.
    pub fn exact(&self) -> Result<Vec<Leverages>, Error> {
        let network = self.network()?;
        let rows = self.rows(&network, self.x)?;
        let found = leverages(network.order(), &rows, &RIDGES)?;
        Ok(found.into_iter().map(|found| self.summed(found)).collect())
    }

    /// The scores of all readings, summed over their rows. Those of exact scorers come from [`Bed::exact`], all at once.
    pub fn scores(&self, scorer: Scorer) -> Result<Leverages, Error> {
        let network = self.network()?;
        let same = |all: Vec<f64>| Leverages {
            online: all.clone(),
            all,
        };
        let found = match scorer {
            Scorer::Uniform => {
                return Ok(same(vec![1.0; self.labels.len()]));
            }
            Scorer::Norm => {
                let mut scratch = vec![0.0; network.scratch()];
                let mut norms = Vec::new();
                self.each_row(self.x, network.inputs(), |x, output, target| {
                    let norm = network.norm(x, output, target, &mut scratch)?;
                    norms.push(f64::from(norm));
                    Ok(())
                })?;
                same(norms)
            }
            Scorer::LastLayer => {
                let head = self.head()?;
                let rows = self.rows(&head, &self.embedding()?)?;
                by_factor(head.order(), &rows)?
            }
            Scorer::Sketch(buckets) => {
                let sketched = Sketched::new(network, Sketch::new(buckets, self.seed)?);
                by_factor(buckets + 1, &self.rows(&sketched, self.x)?)?
            }
            Scorer::Kronecker => self.kronecker(&network)?,
            Scorer::Wide | Scorer::Exact => return Err(Error::Range("scorer")),
        };
        Ok(self.summed(found))
    }

    /// Scores of readings, from those of their rows.
    fn summed(&self, found: Leverages) -> Leverages {
        let each = self.rows_each();
        let sums = |rows: Vec<f64>| rows.chunks(each).map(|rows| rows.iter().sum()).collect();
        Leverages {
            all: sums(found.all),
            online: sums(found.online),
        }
    }

    fn kronecker(&self, network: &Net<'_>) -> Result<Leverages, Error> {
        let mut scratch = vec![0.0; kronecker_scratch(network)];
        let mut scorer = self.empty_kronecker(network)?;
        let (mut online, mut all) = (Vec::new(), Vec::new());
        self.each_row(self.x, network.inputs(), |x, output, target| {
            let score = scorer.observe(network, x, output, target, &mut scratch)?;
            online.push(f64::from(score));
            Ok(())
        })?;
        self.each_row(self.x, network.inputs(), |x, output, target| {
            let score = scorer.score(network, x, output, target, &mut scratch)?;
            all.push(f64::from(score));
            Ok(())
        })?;
        Ok(Leverages { all, online })
    }

    fn empty_kronecker(&self, network: &Net<'_>) -> Result<KroneckerScorer, Error> {
        let layers = vec![LayerState::default(); self.shapes.len()];
        Kronecker::new(network, 0, layers, vec![0.0; kronecker(self.shapes)])
    }

    /// Bytes that a scorer takes beside the model in f32: factors, row, scratch.
    pub fn bytes(&self, scorer: Scorer) -> Result<usize, Error> {
        let network = self.network()?;
        let of =
            |model: &dyn Model<f32>| factor_len(model.order()) + model.row_len() + model.scratch();
        let scalars = match scorer {
            Scorer::Uniform => 0,
            Scorer::Norm => network.scratch(),
            Scorer::LastLayer => of(&self.head()?),
            Scorer::Sketch(buckets) => {
                of(&Sketched::new(network, Sketch::new(buckets, self.seed)?))
            }
            Scorer::Kronecker => kronecker(self.shapes) + kronecker_scratch(&network),
            Scorer::Wide | Scorer::Exact => of(&network),
        };
        Ok(4 * scalars)
    }

    /// Seconds of a forward pass.
    pub fn forward(&self) -> Result<f64, Error> {
        let network = self.network()?;
        let mut scratch = vec![0.0; network.scratch()];
        let outputs = network.outputs();
        let takes_label = self.objective.labels(outputs) > 0;
        let mut reading = 0;
        let mut one = || {
            let (x, labels) = self.reading(&mut reading, network.inputs());
            let labels = if takes_label { labels } else { &[] };
            let target = self.objective.target(labels, 0, outputs)?;
            black_box(network.objective(x, 0, target, &mut scratch)?);
            Ok(())
        };
        fastest(&mut one)
    }

    /// Seconds that a reading takes on its one way: its rows are made, taken in and scored. NaN for a factor that is too big.
    pub fn time(&self, scorer: Scorer) -> Result<f64, Error> {
        let network = self.network()?;
        match scorer {
            Scorer::Uniform => Ok(0.0),
            Scorer::Norm => {
                let mut scratch = vec![0.0; network.scratch()];
                self.timed(self.x, network.inputs(), |x, output, target| {
                    black_box(network.norm(x, output, target, &mut scratch)?);
                    Ok(())
                })
            }
            Scorer::LastLayer => self.timed_factor(&self.head()?, &self.embedding()?),
            Scorer::Sketch(buckets) => {
                let sketch = Sketch::new(buckets, self.seed)?;
                self.timed_factor(&Sketched::new(network, sketch), self.x)
            }
            Scorer::Wide | Scorer::Exact if self.bytes(scorer)? > TIMED => Ok(f64::NAN),
            Scorer::Wide | Scorer::Exact => self.timed_factor(&network, self.x),
            Scorer::Kronecker => {
                let mut scratch = vec![0.0; kronecker_scratch(&network)];
                let mut scorer = self.empty_kronecker(&network)?;
                self.timed(self.x, network.inputs(), |x, output, target| {
                    black_box(scorer.observe(&network, x, output, target, &mut scratch)?);
                    Ok(())
                })
            }
        }
    }

    fn timed_factor<M: Model<f32>>(&self, model: &M, x: &[f32]) -> Result<f64, Error> {
        let order = model.order();
        let mut factor = Factor::new(order, 1e-3, vec![0.0; factor_len(order)])?;
        let (mut row, mut scratch) = (vec![0.0; model.row_len()], vec![0.0; model.scratch()]);
        self.timed(x, model.inputs(), |x, output, target| {
            model.row(x, output, target, &mut row, &mut scratch)?;
            model.leave_out_gauge(&mut row);
            black_box(factor.observe(&row[..order], 1.0)?);
            Ok(())
        })
    }

    fn timed<F>(&self, all: &[f32], inputs: usize, mut each: F) -> Result<f64, Error>
    where
        F: FnMut(&[f32], usize, gleaner::model::Target<f32>) -> Result<(), Error>,
    {
        let mut reading = 0;
        let mut one = || {
            let bed = Bed {
                labels: &self.labels[reading..reading + 1],
                ..*self
            };
            let x = &all[reading * inputs..][..inputs];
            reading = (reading + 1) % self.labels.len();
            bed.each_row(x, inputs, &mut each)
        };
        fastest(&mut one)
    }

    /// A reading with its label; the next one comes next.
    fn reading(&self, index: &mut usize, inputs: usize) -> (&[f32], &[f32]) {
        let at = *index;
        *index = (at + 1) % self.labels.len();
        (&self.x[at * inputs..][..inputs], &self.labels[at..at + 1])
    }
}

/// Scalars of a Kronecker scorer's factors.
fn kronecker(shapes: &[Shape<f32>]) -> usize {
    let each = shapes.iter();
    each.map(|layer| kronecker_len(layer.inputs, layer.outputs, layer.bias))
        .sum()
}

fn parameters(shapes: &[Shape<f32>]) -> usize {
    let each = |layer: &Shape<f32>| {
        let bias = if layer.bias { layer.outputs } else { 0 };
        layer.inputs * layer.outputs + bias
    };
    shapes.iter().map(each).sum()
}

/// Seconds of a call: the fastest of five batches of at least 20 ms.
fn fastest(one: &mut impl FnMut() -> Result<(), Error>) -> Result<f64, Error> {
    let mut least = f64::INFINITY;
    for _ in 0..5 {
        let (start, mut calls) = (Instant::now(), 0_u32);
        while start.elapsed() < Duration::from_millis(20) {
            for _ in 0..8 {
                one()?;
            }
            calls += 8;
        }
        least = least.min(start.elapsed().as_secs_f64() / f64::from(calls));
    }
    Ok(least)
}
