//! Leverages of all rows: gleaner's factor, faer's QR and Cholesky.

use crate::table::{Cells, Number, Table};
use crate::{Timed, time};
use faer::linalg::matmul::triangular::{BlockStructure, matmul};
use faer::linalg::triangular_solve::solve_lower_triangular_in_place;
use faer::{Accum, Mat, MatRef, Par, Side};
use gleaner::factor::{Factor, Score, block_len, factor_len, score_block_len};

pub fn run<T: Number>(table: &Table, by: &str, threads: usize, least: f64) -> Timed {
    let cells = T::of_table(table);
    let par = if threads > 1 {
        Par::rayon(threads)
    } else {
        Par::Seq
    };
    faer::set_global_parallelism(par);
    let unknown = |scores| (scores, table.columns);
    let (seconds, result) = time(least, || match by {
        "gleaner" => gleaner(cells, table.columns, threads),
        "faer_qr" => Ok(unknown(faer_qr(&cells.matrix))),
        "faer_r" => faer_r(&cells.matrix, par).map(unknown),
        "faer_cholesky" => faer_cholesky(&cells.matrix, par).map(unknown),
        other => panic!("no leverage by {other}"),
    });
    // A rank below the number of columns goes along as a last number.
    let numbers = |(scores, rank): (Vec<T>, usize)| {
        let wide = scores.into_iter().map(gleaner::Scalar::wide);
        let rank = (rank < table.columns).then_some(rank as f64);
        wide.chain(rank).collect()
    };
    Timed {
        seconds,
        result: result.map(numbers),
    }
}

/// Rows that are taken in or scored at once.
const BLOCK: usize = 64;

/// The factor of some rows, without a ridge.
pub fn factor<T: Number>(rows: &[T], order: usize) -> Result<Factor<T, Vec<T>>, gleaner::Error> {
    let mut factor = Factor::new(order, T::ZERO, vec![T::ZERO; factor_len(order)])?;
    let mut online = vec![T::ZERO; rows.len() / order];
    let mut scratch = vec![T::ZERO; block_len(order, BLOCK)];
    factor.observe_block(rows, None, &mut online, &mut scratch)?;
    Ok(factor)
}

/// Scores rows side by side.
pub fn score<T: Number>(
    factor: &Factor<T, Vec<T>>,
    rows: &[T],
    order: usize,
    scores: &mut [T],
) -> Result<(), gleaner::Error> {
    let mut scratch = vec![T::ZERO; score_block_len(order)];
    let none = Score {
        leverage: T::ZERO,
        novelty: T::ZERO,
    };
    let mut found = [none; BLOCK];
    for (rows, scores) in rows.chunks(BLOCK * order).zip(scores.chunks_mut(BLOCK)) {
        let found = &mut found[..scores.len()];
        factor.score_block(rows, found, &mut scratch)?;
        for (to, score) in scores.iter_mut().zip(found) {
            *to = score.leverage;
        }
    }
    Ok(())
}

/// All leverages and the rank, the rows shared by the threads.
pub fn gleaner<T: Number>(
    cells: &Cells<T>,
    order: usize,
    threads: usize,
) -> Result<(Vec<T>, usize), String> {
    let rows = &cells.flat[..];
    let count = rows.len() / order;
    // A second thread costs some 0.1 ms to start: not for little work.
    let threads = if rows.len() * order < 4_000_000 {
        1
    } else {
        threads
    };
    let share = count.div_ceil(threads).next_multiple_of(2);
    let mut scores = vec![T::ZERO; count];
    let mut run = || -> Result<usize, gleaner::Error> {
        let mut factor = all_rows(rows, order, share)?;
        match score_all(&factor, rows, order, share, &mut scores) {
            // Columns depend: the order of the columns has to say which.
            Err(gleaner::Error::Stale) => {
                factor.pivot()?;
                score_all(&factor, rows, order, share, &mut scores)?;
            }
            other => other?,
        }
        Ok(factor.rank())
    };
    let rank = run().map_err(|error| format!("{error:?}"))?;
    Ok((scores, rank))
}

fn all_rows<T: Number>(
    rows: &[T],
    order: usize,
    share: usize,
) -> Result<Factor<T, Vec<T>>, gleaner::Error> {
    if share * order >= rows.len() {
        return factor(rows, order);
    }
    let parts: Vec<_> = std::thread::scope(|scope| {
        let parts = rows.chunks(share * order);
        let running: Vec<_> = parts
            .map(|part| scope.spawn(move || factor(part, order)))
            .collect();
        let join = |thread: std::thread::ScopedJoinHandle<'_, _>| thread.join().expect("a factor");
        running.into_iter().map(join).collect()
    });
    let mut parts = parts.into_iter();
    let mut whole = parts.next().expect("a part")?;
    for part in parts {
        whole.merge(&part?)?;
    }
    Ok(whole)
}

fn score_all<T: Number>(
    factor: &Factor<T, Vec<T>>,
    rows: &[T],
    order: usize,
    share: usize,
    scores: &mut [T],
) -> Result<(), gleaner::Error> {
    if share >= scores.len() {
        return score(factor, rows, order, scores);
    }
    std::thread::scope(|scope| {
        let parts = rows.chunks(share * order).zip(scores.chunks_mut(share));
        let running: Vec<_> = parts
            .map(|(rows, scores)| scope.spawn(move || score(factor, rows, order, scores)))
            .collect();
        running
            .into_iter()
            .try_for_each(|thread| thread.join().expect("scores"))
    })
}

/// Squared norms of the rows.
fn row_norms<T: Number>(matrix: MatRef<'_, T>) -> Vec<T> {
    let mut norms = vec![T::ZERO; matrix.nrows()];
    for column in matrix.col_iter() {
        for (norm, x) in norms.iter_mut().zip(column.iter()) {
            *norm += *x * *x;
        }
    }
    norms
}

/// Squared norms of the columns.
fn column_norms<T: Number>(matrix: &Mat<T>) -> Vec<T> {
    let norm = |column: faer::ColRef<'_, T>| column.iter().fold(T::ZERO, |sum, x| sum + *x * *x);
    matrix.col_iter().map(norm).collect()
}

fn faer_qr<T: Number>(a: &Mat<T>) -> Vec<T> {
    row_norms(a.qr().compute_thin_Q().as_ref())
}

/// R of the QR, then R' Z = A'.
fn faer_r<T: Number>(a: &Mat<T>, par: Par) -> Result<Vec<T>, String> {
    if a.nrows() < a.ncols() {
        return Err("fewer rows than columns".to_owned());
    }
    let qr = a.qr();
    let mut z = a.transpose().to_owned();
    solve_lower_triangular_in_place(qr.thin_R().transpose(), z.as_mut(), par);
    Ok(column_norms(&z))
}

/// L of A' A, then L Z = A'.
fn faer_cholesky<T: Number>(a: &Mat<T>, par: Par) -> Result<Vec<T>, String> {
    let order = a.ncols();
    let mut gram = Mat::<T>::zeros(order, order);
    matmul(
        gram.as_mut(),
        BlockStructure::TriangularLower,
        Accum::Replace,
        a.transpose(),
        BlockStructure::Rectangular,
        a.as_ref(),
        BlockStructure::Rectangular,
        T::ONE,
        par,
    );
    let lower = gram
        .llt(Side::Lower)
        .map_err(|error| format!("{error:?}"))?;
    let mut z = a.transpose().to_owned();
    solve_lower_triangular_in_place(lower.L(), z.as_mut(), par);
    Ok(column_norms(&z))
}
