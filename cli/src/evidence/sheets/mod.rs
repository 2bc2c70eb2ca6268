//! Contact sheets: the images of each class that weigh most, and least.

mod picture;
mod ranks;

use super::Context;
use super::journal::{Generator, Journal};
use super::page::{Page, short};
use crate::failure::{Failure, data};
use crate::table::{FirstLine, Table};
use picture::Sheet;

/// Images at each end of a class.
const SHOWN: usize = 10;
/// The classes of a set.
const CLASSES: usize = 10;
/// The sets: file, what its classes are called, what it is.
const SETS: [(&str, [&str; CLASSES], &str); 2] = [
    (
        "notmnist_10x10",
        ["A", "B", "C", "D", "E", "F", "G", "H", "I", "J"],
        "letters",
    ),
    (
        "mnist5k_10x10",
        ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"],
        "digits",
    ),
];

/// What an image's row is.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Way {
    /// `[x ; 1]`, among its own class.
    Linear,
    /// The adjoint row of a network that tells the class from the others, among all.
    Network,
}

impl Way {
    fn name(self) -> &'static str {
        match self {
            Way::Linear => "linear",
            Way::Network => "network",
        }
    }

    fn what(self) -> &'static str {
        match self {
            Way::Linear => {
                "Linear leverage: the row of an image is its elements and a 1, the rows are those of the image's own class. \
                 Nothing is trained, and no other class is looked at."
            }
            Way::Network => {
                "Nonlinear leverage: for each class a 100-4-1 ReLU network is trained by the logistic loss to tell it from the \
                 others (on every tenth image); the row of an image is the adjoint row of its loss root, the rows are those \
                 of all images."
            }
        }
    }
}

/// A set of images.
struct Images {
    pixels: Vec<f64>,
    count: usize,
    elements: usize,
    labels: Vec<usize>,
}

impl Images {
    fn of(table: &Table) -> Result<Images, Failure> {
        let elements = table.width - 1;
        let largest = table.rows().flat_map(|row| &row[..elements]);
        let largest = largest.copied().fold(0.0, f64::max).max(1e-300);
        let labels: Vec<usize> = table.rows().map(|row| row[elements] as usize).collect();
        let side = elements.isqrt();
        if side * side != elements || labels.iter().any(|&label| label >= CLASSES) {
            return Err(data(format!(
                "{}: expected square images and a class from 0 to {} at the end of a line",
                table.name,
                CLASSES - 1
            )));
        }
        Ok(Images {
            pixels: table
                .rows()
                .flat_map(|row| row[..elements].iter().map(|x| x / largest))
                .collect(),
            count: table.len(),
            elements,
            labels,
        })
    }

    fn image(&self, index: usize) -> &[f64] {
        &self.pixels[index * self.elements..][..self.elements]
    }
}

/// Runs the part.
pub fn run(context: &Context) -> Result<(), Failure> {
    let ways = if context.quick {
        &[Way::Linear][..]
    } else {
        &[Way::Linear, Way::Network]
    };
    let mut journal = Journal::open(
        context,
        "sheets",
        format!("shown {SHOWN}, {}", ranks::options()),
    )?;
    let mut page = Page::new("Images that weigh most, and least");
    page.paragraph(format_args!(
        "A line a class; on the left the {SHOWN} images of highest leverage, highest first, on the right the {SHOWN} of \
         lowest, lowest last."
    ));
    for (name, classes, what) in SETS {
        page.section(what);
        let Some(path) = context.find(name) else {
            page.paragraph(format_args!("{name}: not found."));
            continue;
        };
        let images = Images::of(&Table::read(&path, FirstLine::MayBeNames)?)?;
        for &way in ways {
            let key = |class: usize| format!("{name} {} {}", way.name(), classes[class]);
            let keys: Vec<String> = (0..CLASSES).map(key).collect();
            let found = journal.run(&keys, |class, generator| {
                rank(&images, class, way, generator)
            })?;
            let picture = format!("sheet_{what}_{}.png", way.name());
            let mut sheet = Sheet::new(images.elements.isqrt(), SHOWN, CLASSES);
            let mut lines = Vec::new();
            for (class, numbers) in found.iter().enumerate() {
                let (leverages, shown) = numbers.split_at(3);
                for (column, &index) in shown.iter().enumerate() {
                    sheet.paste(class, column, images.image(index as usize));
                }
                let cells = leverages.iter().map(|&leverage| short(leverage));
                lines.push(
                    [classes[class].to_string()]
                        .into_iter()
                        .chain(cells)
                        .collect(),
                );
            }
            sheet.write(&context.out.join(&picture))?;
            page.paragraph(format_args!(
                "{name}, {} images. {}",
                images.count,
                way.what()
            ));
            page.picture(&picture, &format!("{what}, {}", way.name()));
            page.table(&["class", "highest", "median", "lowest"], &lines);
        }
    }
    page.write(&context.out, "sheets.md")
}

/// Highest, median and lowest leverage of a class; the images at both ends.
fn rank(
    images: &Images,
    class: usize,
    way: Way,
    generator: &mut Generator,
) -> Result<Vec<f64>, Failure> {
    let own: Vec<usize> = (0..images.count)
        .filter(|&index| images.labels[index] == class)
        .collect();
    if own.len() < 2 * SHOWN {
        return Err(data(format!(
            "class {class} has {} images, and {} are to be shown",
            own.len(),
            2 * SHOWN
        )));
    }
    let mut ranked = match way {
        Way::Linear => ranks::linear(images, &own)?,
        Way::Network => ranks::network(images, class, &own, generator)?,
    };
    ranked.sort_by(|a, b| b.1.total_cmp(&a.1));
    let ends = ranked[..SHOWN]
        .iter()
        .chain(&ranked[ranked.len() - SHOWN..]);
    let leverage = |place: usize| ranked[place].1;
    let figures = [0, ranked.len() / 2, ranked.len() - 1].map(leverage);
    Ok(figures
        .into_iter()
        .chain(ends.map(|&(index, _)| index as f64))
        .collect())
}
