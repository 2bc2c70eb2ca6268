//! Pictures: the median excess loss against the budget, one picture a set, a panel a swish.

use super::super::plot::{COLOURS, Line, Panel, draw};
use super::Study;
use super::methods::{Method, Pilot};
use super::neuron::{SWISHES, swish_name};
use super::summary::Over;
use crate::failure::Failure;
use std::path::Path;

/// Draws a picture a set; returns file names in order of the sets.
pub fn write(study: &Study, shown: &[Method], directory: &Path) -> Result<Vec<String>, Failure> {
    let mut names = Vec::new();
    for (index, set) in study.sets.iter().enumerate() {
        let panels: Vec<Panel> = study
            .cells(Pilot::Five)
            .filter(|cell| cell.set == index)
            .map(|cell| {
                let mut lines: Vec<Line> = shown
                    .iter()
                    .zip(COLOURS)
                    .map(|(&method, colour)| Line {
                        name: method.to_string(),
                        colour,
                        dashed: false,
                        points: points(study, |budget| {
                            let spread = cell.spread(study, method, budget, Over::All)?;
                            Some(spread.median)
                        }),
                    })
                    .collect();
                let step = cell.baseline(1, Over::All).median;
                lines.push(Line {
                    name: "one Gauss-Newton step on everything".to_string(),
                    colour: COLOURS[COLOURS.len() - 1],
                    dashed: true,
                    points: points(study, |_| Some(step)),
                });
                Panel {
                    title: format!(
                        "{}, swish {}, 5 % pilot",
                        set.name,
                        swish_name(SWISHES[cell.swish])
                    ),
                    x: "rows kept".to_string(),
                    y: "median excess loss".to_string(),
                    logarithmic: [true, true],
                    lines,
                }
            })
            .collect();
        let plain = |c: char| c.is_ascii_alphanumeric();
        let words: Vec<&str> = set
            .name
            .split(|c| !plain(c))
            .filter(|word| !word.is_empty())
            .collect();
        let name = format!("regression-{}.svg", words.join("-").to_lowercase());
        draw(&directory.join(&name), &panels)?;
        names.push(name);
    }
    Ok(names)
}

fn points(study: &Study, at: impl Fn(usize) -> Option<f64>) -> Vec<(f64, f64)> {
    let point = |&budget: &usize| Some((budget as f64, at(budget)?));
    study.budgets.iter().filter_map(point).collect()
}
