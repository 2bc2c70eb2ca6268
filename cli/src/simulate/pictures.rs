//! Pictures: scores along time with the kept readings, loss against budget.

use super::device::Pass;
use super::report::way;
use super::task::Task;
use super::trial::{Experiment, Outcome, quantile};
use crate::failure::{Failure, file};
use plotters::coord::Shift;
use plotters::prelude::*;
use std::collections::BTreeSet;
use std::error::Error;
use std::path::Path;

type Drawing = Result<(), Box<dyn Error + Send + Sync>>;
type Area<'a> = DrawingArea<SVGBackend<'a>, Shift>;

const INK: RGBColor = RGBColor(40, 40, 40);
const GREY: RGBColor = RGBColor(150, 150, 150);
const PALE: RGBColor = RGBColor(254, 240, 200);
const RED: RGBColor = RGBColor(200, 30, 50);
const BLUE: RGBColor = RGBColor(25, 90, 180);
const GREEN: RGBColor = RGBColor(20, 130, 80);
const FONT: &str = "sans-serif";

/// Draws both pictures.
pub fn draw(
    directory: &Path,
    experiments: &[Experiment],
    budgets: &[usize],
    results: &[Vec<Outcome>],
) -> Result<(), Failure> {
    let path = directory.join("scores.svg");
    let title = format!(
        "Online leverage of every reading ({}), and the {} that are kept",
        way(experiments[0].scorings[0]),
        budgets[0]
    );
    scores(&path, &title, &experiments[0].task, &results[0][0].pass)
        .map_err(|cause| file(&path, "draw", cause))?;
    let path = directory.join("loss.svg");
    losses(&path, experiments, budgets, results).map_err(|cause| file(&path, "draw", cause))
}

/// Grey dots: scores along the stream; red circles: kept; yellow: label above 1/2.
fn scores(path: &Path, title: &str, task: &Task<f32>, pass: &Pass) -> Drawing {
    let (width, height) = (1200, 520);
    let root = SVGBackend::new(path, (width, height)).into_drawing_area();
    root.fill(&WHITE)?;
    let root = root.titled(title, (FONT, 22).into_font().color(&INK))?;
    let count = task.len().max(2);
    let positive = pass
        .leverages
        .iter()
        .copied()
        .filter(|&leverage| leverage > 0.0);
    let least = 0.5 * positive.fold(1.0f64, f64::min).max(1e-7);
    let mut chart = ChartBuilder::on(&root)
        .margin(12)
        .margin_right(24)
        .x_label_area_size(46)
        .y_label_area_size(70)
        .build_cartesian_2d(0.0..count as f64, (least..1.5).log_scale())?;
    let bands = positive_stretches(&task.labels);
    chart.draw_series(bands.iter().map(|&(from, to)| {
        Rectangle::new([(from as f64, least), (to as f64, 1.5)], PALE.filled())
    }))?;
    axes(
        chart.configure_mesh(),
        "reading, in order of time",
        "online leverage",
        &|x| format!("{x:.0}"),
        &power,
    )?;
    // One dot a picture element: the eye sees no more, and the file stays small.
    let mut drawn = BTreeSet::new();
    let dots = pass
        .leverages
        .iter()
        .enumerate()
        .filter_map(|(index, &leverage)| {
            let place = (index as f64, leverage.max(least));
            drawn.insert(chart.backend_coord(&place)).then_some(place)
        });
    let dots: Vec<(f64, f64)> = dots.collect();
    chart
        .draw_series(
            dots.iter()
                .map(|&place| Circle::new(place, 1, GREY.filled())),
        )?
        .label("score of a reading")
        .legend(|(x, y)| Circle::new((x + 10, y), 2, GREY.filled()));
    chart
        .draw_series(pass.kept.iter().map(|pick| {
            let leverage = pass.leverages.get(pick.index).copied().unwrap_or(least);
            Circle::new(
                (pick.index as f64, leverage.max(least)),
                4,
                RED.stroke_width(2),
            )
        }))?
        .label("kept")
        .legend(|(x, y)| Circle::new((x + 10, y), 4, RED.stroke_width(2)));
    if !bands.is_empty() && bands.len() < count / 4 {
        chart
            .draw_series(std::iter::empty::<Circle<(f64, f64), i32>>())?
            .label("label above 1/2")
            .legend(|(x, y)| Rectangle::new([(x + 2, y - 6), (x + 18, y + 6)], PALE.filled()));
    }
    chart
        .configure_series_labels()
        .position(SeriesLabelPosition::LowerLeft)
        .background_style(WHITE.mix(0.9))
        .border_style(GREY)
        .label_font((FONT, 16).into_font().color(&INK))
        .draw()?;
    root.present()?;
    Ok(())
}

/// Stretches of readings whose label is above 1/2; none where labels are no classes.
fn positive_stretches(labels: &[f32]) -> Vec<(usize, usize)> {
    if !labels.iter().all(|&label| label == 0.0 || label == 1.0) {
        return Vec::new();
    }
    let mut stretches: Vec<(usize, usize)> = Vec::new();
    for (index, _) in labels.iter().enumerate().filter(|(_, label)| **label > 0.5) {
        match stretches.last_mut() {
            Some((_, end)) if *end == index => *end = index + 1,
            _ => stretches.push((index, index + 1)),
        }
    }
    stretches
}

/// A line of one way: its name, colour, and the losses of a budget.
struct Line<'a> {
    name: String,
    colour: RGBColor,
    losses: Box<dyn Fn(usize) -> Vec<f64> + 'a>,
}

/// A panel for each network.
fn losses(
    path: &Path,
    experiments: &[Experiment],
    budgets: &[usize],
    results: &[Vec<Outcome>],
) -> Drawing {
    let panels = experiments.len();
    let root = SVGBackend::new(path, (600 * panels as u32, 520)).into_drawing_area();
    root.fill(&WHITE)?;
    for ((area, experiment), outcomes) in root
        .split_evenly((1, panels))
        .iter()
        .zip(experiments)
        .zip(results)
    {
        panel(area, experiment, budgets, outcomes)?;
    }
    root.present()?;
    Ok(())
}

/// Medians as thick lines, 90th percentiles as thin ones.
fn panel(
    area: &Area<'_>,
    experiment: &Experiment,
    budgets: &[usize],
    outcomes: &[Outcome],
) -> Drawing {
    let every = |pick: fn(&Outcome) -> f64| outcomes.iter().map(pick).collect::<Vec<_>>();
    let mut lines = vec![Line {
        name: "uniform".to_string(),
        colour: GREY,
        losses: Box::new(|i| outcomes.iter().map(|o| o.uniform[i]).collect()),
    }];
    for (place, &scoring) in experiment.scorings.iter().enumerate() {
        lines.push(Line {
            name: format!("gleaner, {}", way(scoring)),
            colour: if scoring.labelled { GREEN } else { BLUE },
            losses: Box::new(move |i| outcomes.iter().map(|o| o.kept[place][i]).collect()),
        });
    }
    lines.push(Line {
        name: "everything".to_string(),
        colour: INK,
        losses: Box::new(|_| every(|o| o.everything)),
    });
    let mut sorted: Vec<(usize, usize)> = budgets.iter().copied().zip(0..).collect();
    sorted.sort_unstable();
    let at = |line: &Line<'_>, share: f64| -> Vec<(f64, f64)> {
        let loss = |i| quantile((line.losses)(i).into_iter(), share);
        sorted
            .iter()
            .map(|&(budget, i)| (budget as f64, loss(i)))
            .collect()
    };
    let all: Vec<f64> = lines
        .iter()
        .flat_map(|l| [at(l, 0.5), at(l, 0.9)].concat())
        .map(|(_, y)| y)
        .collect();
    let low = 0.8 * all.iter().copied().fold(f64::INFINITY, f64::min).max(1e-9);
    let high = 1.25 * all.iter().copied().fold(low, f64::max);
    let (first, last) = (sorted[0].0 as f64, sorted[sorted.len() - 1].0 as f64);
    let titled = area.titled(&experiment.name, (FONT, 18).into_font().color(&INK))?;
    let mut chart = ChartBuilder::on(&titled)
        .margin(10)
        .margin_right(20)
        .x_label_area_size(46)
        .y_label_area_size(70)
        .build_cartesian_2d(
            (0.9 * first..1.1 * last)
                .log_scale()
                .with_key_points(sorted.iter().map(|&(b, _)| b as f64).collect()),
            (low..high).log_scale().with_key_points(ticks(low, high)),
        )?;
    axes(
        chart.configure_mesh(),
        "readings kept",
        "mean loss over all readings",
        &|x| format!("{x:.0}"),
        &|y| format!("{y}"),
    )?;
    for line in &lines {
        let colour = line.colour;
        chart
            .draw_series(LineSeries::new(at(line, 0.5), colour.stroke_width(3)).point_size(4))?
            .label(line.name.clone())
            .legend(move |(x, y)| PathElement::new([(x, y), (x + 22, y)], colour.stroke_width(3)));
        chart.draw_series(DashedLineSeries::new(
            at(line, 0.9),
            5,
            4,
            colour.stroke_width(1),
        ))?;
    }
    chart
        .draw_series(std::iter::empty::<Circle<(f64, f64), i32>>())?
        .label("dashed: 90th percentile")
        .legend(|(x, y)| PathElement::new([(x, y), (x + 8, y)], INK.stroke_width(1)));
    chart
        .configure_series_labels()
        .position(SeriesLabelPosition::UpperRight)
        .background_style(WHITE.mix(0.9))
        .border_style(GREY)
        .label_font((FONT, 16).into_font().color(&INK))
        .draw()?;
    Ok(())
}

/// 1, 2 and 5 times powers of ten within a range.
fn ticks(low: f64, high: f64) -> Vec<f64> {
    let decades = low.log10().floor() as i32..=high.log10().ceil() as i32;
    let all = decades.flat_map(|exponent| [1, 2, 3, 5].map(|m| (m, exponent)));
    // By way of text, so that 0.05 is 0.05.
    let values = all.filter_map(|(m, exponent)| format!("{m}e{exponent}").parse::<f64>().ok());
    values
        .filter(|value| (low..=high).contains(value))
        .collect()
}

/// A power of ten, as one.
fn power(value: &f64) -> String {
    if *value >= 0.001 {
        format!("{value}")
    } else {
        format!("{value:e}")
    }
}

fn axes<'a, X, Y>(
    mut mesh: plotters::chart::MeshStyle<'a, '_, X, Y, SVGBackend<'_>>,
    x: &str,
    y: &str,
    x_text: &'a dyn Fn(&f64) -> String,
    y_text: &'a dyn Fn(&f64) -> String,
) -> Drawing
where
    X: Ranged<ValueType = f64> + plotters::coord::ranged1d::ValueFormatter<f64>,
    Y: Ranged<ValueType = f64> + plotters::coord::ranged1d::ValueFormatter<f64>,
{
    mesh.x_desc(x)
        .y_desc(y)
        .axis_style(INK)
        .label_style((FONT, 15).into_font().color(&INK))
        .axis_desc_style((FONT, 17).into_font().color(&INK))
        .bold_line_style(GREY.mix(0.35))
        .light_line_style(TRANSPARENT)
        .x_label_formatter(x_text)
        .y_label_formatter(y_text)
        .draw()?;
    Ok(())
}
