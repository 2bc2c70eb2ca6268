//! The picture: rank correlation against RAM.

use super::scorer::Scorer;
use super::told::{Ridge, Told};
use crate::evidence::plot::{COLOURS, Line, Panel};

/// The cases without labels against exact leverage under the default ridge, and under the wide one.
pub fn panels(all: &[Told]) -> [Panel; 2] {
    [
        panel(all, "default ridge", Ridge::Default),
        panel(all, "wide ridge", Ridge::Wide),
    ]
}

/// A line for sketches and a point for Kronecker.
fn panel(all: &[Told], what: &str, ridge: Ridge) -> Panel {
    let mut lines = Vec::new();
    let unlabelled = all.iter().filter(|told| told.name.contains("no labels"));
    for (told, colour) in unlabelled.zip([1, 2, 3, 5, 7]) {
        let points = |wanted: &dyn Fn(Scorer) -> bool| {
            let scorers = told.measure.scorers.iter().enumerate();
            let wanted = scorers.filter(|(_, scorer)| wanted(**scorer));
            let points =
                wanted.map(|(place, _)| (told.bytes[place] as f64, told.correlation(place, ridge)));
            points.collect()
        };
        let is_sketch = |scorer| matches!(scorer, Scorer::Sketch(_));
        for (what, points) in [
            ("sketches", points(&is_sketch)),
            (
                "Kronecker, a circle",
                points(&|scorer| scorer == Scorer::Kronecker),
            ),
        ] {
            lines.push(Line {
                name: format!("{}: {what}", told.network),
                colour: COLOURS[colour],
                dashed: false,
                points,
            });
        }
    }
    Panel {
        title: format!("Scores of readings against exact leverage, {what}"),
        x: "bytes of RAM, f32".into(),
        y: "rank correlation".into(),
        logarithmic: [true, false],
        lines,
    }
}
