//! Pictures of lines over two axes, linear or logarithmic.

use crate::failure::{Failure, data};
use plotters::coord::Shift;
use plotters::coord::ranged1d::ValueFormatter;
use plotters::prelude::*;
use std::error::Error;
use std::path::Path;

type Drawing = Result<(), Box<dyn Error + Send + Sync>>;
type Area<'a> = DrawingArea<SVGBackend<'a>, Shift>;

const INK: RGBColor = RGBColor(40, 40, 40);
const GREY: RGBColor = RGBColor(150, 150, 150);
const FONT: &str = "sans-serif";
/// Colours for lines, in turn.
pub const COLOURS: [RGBColor; 9] = [
    RGBColor(130, 130, 130),
    RGBColor(200, 30, 50),
    RGBColor(230, 130, 20),
    RGBColor(25, 90, 180),
    RGBColor(90, 170, 230),
    RGBColor(20, 130, 80),
    RGBColor(130, 200, 90),
    RGBColor(130, 60, 160),
    RGBColor(40, 40, 40),
];

/// A line of points.
#[derive(Clone, Debug)]
pub struct Line {
    /// What the legend says.
    pub name: String,
    /// Its colour.
    pub colour: RGBColor,
    /// Dashed, for what is no measurement: a bound, a baseline.
    pub dashed: bool,
    /// In order of x; those that are not finite, or not positive on a logarithmic axis, are left out.
    pub points: Vec<(f64, f64)>,
}

/// A picture's panel.
#[derive(Clone, Debug)]
pub struct Panel {
    /// Above it.
    pub title: String,
    /// What the axes show.
    pub x: String,
    /// What the axes show.
    pub y: String,
    /// Whether each axis is logarithmic.
    pub logarithmic: [bool; 2],
    /// The lines.
    pub lines: Vec<Line>,
}

/// Pixels of a line of the legend.
const ENTRY: u32 = 21;

/// Draws panels side by side, each with its legend below it.
pub fn draw(path: &Path, panels: &[Panel]) -> Result<(), Failure> {
    drawn(path, panels).map_err(|cause| data(format!("{}: cannot draw: {cause}", path.display())))
}

fn drawn(path: &Path, panels: &[Panel]) -> Drawing {
    let count = panels.len().max(1);
    let entries = panels.iter().map(|panel| panel.lines.len()).max();
    let legend = ENTRY * entries.unwrap_or(0).div_ceil(2) as u32;
    let root = SVGBackend::new(path, (760 * count as u32, 560 + legend)).into_drawing_area();
    root.fill(&WHITE)?;
    for (area, panel) in root.split_evenly((1, count)).iter().zip(panels) {
        let (above, below) = area.split_vertically(550);
        draw_panel(&above, panel)?;
        draw_legend(&below, &panel.lines)?;
    }
    root.present()?;
    Ok(())
}

/// The range of an axis and its ticks.
struct Axis {
    low: f64,
    high: f64,
    ticks: Vec<f64>,
}

impl Axis {
    fn over(values: impl Iterator<Item = f64>, logarithmic: bool) -> Axis {
        let mut seen: Vec<f64> = values.collect();
        seen.sort_by(f64::total_cmp);
        seen.dedup();
        let first = seen.first().copied().unwrap_or(f64::INFINITY);
        let last = seen.last().copied().unwrap_or(f64::NEG_INFINITY);
        let (mut low, mut high) = (first, last);
        if low > high {
            (low, high) = (1.0, 10.0);
        }
        if logarithmic {
            let ticks = ticks(low, high, seen);
            (low, high) = (low / 1.15, high * 1.15);
            Axis { low, high, ticks }
        } else {
            let margin = 0.03 * (high - low).max(1e-9 * high.abs()).max(1e-300);
            (low, high) = (low - margin, high + margin);
            Axis {
                low,
                high,
                ticks: Vec::new(),
            }
        }
    }
}

/// Two columns of names.
fn draw_legend(area: &Area<'_>, lines: &[Line]) -> Drawing {
    let font = (FONT, 15).into_font().color(&INK);
    let rows = lines.len().div_ceil(2);
    for (place, line) in lines.iter().enumerate() {
        let x = 24 + 372 * (place / rows) as i32;
        let y = (ENTRY as usize * (place % rows)) as i32 + 2;
        let style = line.colour.stroke_width(3);
        let pieces: &[(i32, i32)] = if line.dashed {
            &[(0, 8), (13, 21)]
        } else {
            &[(0, 21)]
        };
        for (from, to) in pieces {
            let ends = [(x + from, y + 8), (x + to, y + 8)];
            area.draw(&PathElement::new(ends, style))?;
        }
        area.draw(&Text::new(line.name.as_str(), (x + 29, y), font.clone()))?;
    }
    Ok(())
}

fn draw_panel(area: &Area<'_>, panel: &Panel) -> Drawing {
    let [log_x, log_y] = panel.logarithmic;
    let fits = |&(x, y): &(f64, f64)| {
        x.is_finite() && y.is_finite() && (x > 0.0 || !log_x) && (y > 0.0 || !log_y)
    };
    let mut lines = panel.lines.clone();
    lines.iter_mut().for_each(|line| line.points.retain(fits));
    let points = || lines.iter().flat_map(|line| &line.points);
    let x = Axis::over(points().map(|point| point.0), log_x);
    let y = Axis::over(points().map(|point| point.1), log_y);
    let titled = area.titled(&panel.title, (FONT, 20).into_font().color(&INK))?;
    let mut builder = ChartBuilder::on(&titled);
    builder
        .margin(10)
        .margin_right(20)
        .x_label_area_size(46)
        .y_label_area_size(76);
    let (xs, ys) = (x.low..x.high, y.low..y.high);
    match (log_x, log_y) {
        (true, true) => {
            let x = xs.log_scale().with_key_points(x.ticks);
            let y = ys.log_scale().with_key_points(y.ticks);
            fill(builder.build_cartesian_2d(x, y)?, panel, &lines)
        }
        (true, false) => {
            let x = xs.log_scale().with_key_points(x.ticks);
            fill(builder.build_cartesian_2d(x, ys)?, panel, &lines)
        }
        (false, true) => {
            let y = ys.log_scale().with_key_points(y.ticks);
            fill(builder.build_cartesian_2d(xs, y)?, panel, &lines)
        }
        (false, false) => fill(builder.build_cartesian_2d(xs, ys)?, panel, &lines),
    }
}

fn fill<'a, X, Y>(
    mut chart: ChartContext<'a, SVGBackend<'a>, Cartesian2d<X, Y>>,
    panel: &Panel,
    lines: &[Line],
) -> Drawing
where
    X: Ranged<ValueType = f64> + ValueFormatter<f64>,
    Y: Ranged<ValueType = f64> + ValueFormatter<f64>,
{
    chart
        .configure_mesh()
        .x_desc(&panel.x)
        .y_desc(&panel.y)
        .axis_style(INK)
        .label_style((FONT, 15).into_font().color(&INK))
        .axis_desc_style((FONT, 17).into_font().color(&INK))
        .bold_line_style(GREY.mix(0.35))
        .light_line_style(TRANSPARENT)
        .x_label_formatter(&|x| number(*x))
        .y_label_formatter(&|y| number(*y))
        .draw()?;
    for line in lines.iter().filter(|line| !line.points.is_empty()) {
        let colour = line.colour;
        let points = line.points.clone();
        if line.dashed {
            let dashes = DashedLineSeries::new(points, 6, 5, colour.stroke_width(2));
            chart.draw_series(dashes)?;
        } else {
            let size = if points.len() == 1 { 7 } else { 3 };
            let series = LineSeries::new(points, colour.stroke_width(2)).point_size(size);
            chart.draw_series(series)?;
        }
    }
    Ok(())
}

/// The values themselves where they are few and whole; else powers of ten, and 2 and 5 times them where those are few.
fn ticks(low: f64, high: f64, seen: Vec<f64>) -> Vec<f64> {
    let is_whole = seen.iter().all(|value| value.fract() == 0.0);
    if is_whole && seen.len() <= 8 && seen.windows(2).all(|pair| pair[1] / pair[0] > 1.3) {
        return seen;
    }
    let (low, high) = (low / 1.15, high * 1.15);
    let is_narrow = high / low < 300.0;
    let steps: &[u32] = if is_narrow { &[1, 2, 5] } else { &[1] };
    let decades = low.log10().floor() as i32..=high.log10().ceil() as i32;
    let all = decades.flat_map(|exponent| steps.iter().map(move |m| (m, exponent)));
    // By way of text, so that 0.05 is 0.05.
    let values = all.filter_map(|(m, exponent)| format!("{m}e{exponent}").parse::<f64>().ok());
    values.filter(|x| (low..=high).contains(x)).collect()
}

/// As plain as a number can be.
fn number(value: f64) -> String {
    if value != 0.0 && !(1e-3..1e6).contains(&value.abs()) {
        format!("{value:e}")
    } else {
        format!("{}", (value * 1e6).round() / 1e6)
    }
}
