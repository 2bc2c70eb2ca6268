//! A grey picture that small images are pasted on.

use crate::failure::{Failure, file};
use std::fs::File;
use std::io::BufWriter;
use std::path::Path;

/// Dots of a picture element's side.
const SCALE: usize = 4;
/// Dots between images.
const GAP: usize = 6;
/// Dots between the two halves.
const MIDDLE: usize = 24;
/// Dots around.
const MARGIN: usize = 10;
/// What is no image.
const PAPER: u8 = 255;

/// Two blocks of images side by side, each of so many columns.
#[derive(Clone, Debug)]
pub struct Sheet {
    side: usize,
    columns: usize,
    width: usize,
    dots: Vec<u8>,
}

impl Sheet {
    /// An empty sheet for images of `side` x `side` elements.
    pub fn new(side: usize, columns: usize, lines: usize) -> Sheet {
        let step = side * SCALE + GAP;
        let width = 2 * MARGIN + MIDDLE + 2 * columns * step - GAP;
        let height = 2 * MARGIN + lines * step - GAP;
        Sheet {
            side,
            columns,
            width,
            dots: vec![PAPER; width * height],
        }
    }

    /// Pastes an image, its elements 0 (black) to 1 (white), into a line; the right block begins at column `columns`.
    pub fn paste(&mut self, line: usize, column: usize, image: &[f64]) {
        let step = self.side * SCALE + GAP;
        let middle = if column < self.columns { 0 } else { MIDDLE };
        let (left, top) = (MARGIN + middle + column * step, MARGIN + line * step);
        for y in 0..self.side * SCALE {
            for x in 0..self.side * SCALE {
                let element = image[y / SCALE * self.side + x / SCALE];
                let dot = (255.0 * element.clamp(0.0, 1.0)).round() as u8;
                self.dots[(top + y) * self.width + left + x] = dot;
            }
        }
    }

    /// Writes it as PNG.
    pub fn write(&self, path: &Path) -> Result<(), Failure> {
        let output = File::create(path).map_err(|cause| file(path, "create", cause))?;
        let height = self.dots.len() / self.width;
        let mut encoder =
            png::Encoder::new(BufWriter::new(output), self.width as u32, height as u32);
        encoder.set_color(png::ColorType::Grayscale);
        encoder.set_depth(png::BitDepth::Eight);
        encoder
            .write_header()
            .and_then(|mut writer| {
                writer.write_image_data(&self.dots)?;
                writer.finish()
            })
            .map_err(|cause| file(path, "write", cause))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn images_are_where_they_belong() {
        let mut sheet = Sheet::new(2, 3, 2);
        let step = 2 * SCALE + GAP;
        sheet.paste(1, 4, &[0.0, 0.5, 1.0, 0.25]);
        let at = |x: usize, y: usize| {
            sheet.dots[(MARGIN + step + y) * sheet.width + MARGIN + MIDDLE + 4 * step + x]
        };
        assert_eq!(at(0, 0), 0);
        assert_eq!(at(SCALE, SCALE - 1), 128);
        assert_eq!(at(SCALE - 1, SCALE), 255);
        assert_eq!(at(2 * SCALE - 1, 2 * SCALE - 1), 64);
        let inked = sheet.dots.iter().filter(|dot| **dot != PAPER).count();
        assert_eq!(inked, 3 * SCALE * SCALE);
    }
}
