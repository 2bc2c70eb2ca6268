//! A weighted sample of fixed size from a stream, and draws from an alias table: gleaner, rand and rand_distr with the
//! same generator. `size` is the number kept, or drawn.

use crate::table::{Number, Table};
use crate::{Timed, time};
use gleaner::sampler::{Alias, Item, Reservoir};
use rand::distr::Distribution;
use rand_distr::weighted::WeightedAliasIndex;
use rand_xoshiro::Xoshiro256PlusPlus;
use rand_xoshiro::rand_core::SeedableRng;
use serde_json::Value;

pub fn run<T: Number>(table: &Table, by: &str, size: &Value, least: f64) -> Timed {
    let size = size.as_u64().unwrap_or(1) as usize;
    let scores = &T::of_table(table).flat[..];
    let wide = || scores.iter().map(|x| x.wide()).collect::<Vec<f64>>();
    let mut generator = Xoshiro256PlusPlus::seed_from_u64(1);
    let (seconds, numbers) = match by {
        "varopt" => {
            let mut items = vec![Item::<T>::default(); size + 1];
            time(least, || {
                let mut sampler = Reservoir::new(&mut items[..]).expect("items");
                for score in scores {
                    let outcome = sampler.offer(*score, &mut generator);
                    std::hint::black_box(&outcome);
                }
                sampler.drain().map(|kept| kept.weight.wide()).collect()
            })
        }
        "rand_without_replacement" => {
            let wide = wide();
            time(least, || {
                let chosen = rand::seq::index::sample_weighted(
                    &mut generator,
                    wide.len(),
                    |i| wide[i],
                    size,
                );
                chosen.expect("weights").iter().map(|i| i as f64).collect()
            })
        }
        "alias_build" => {
            let mut cuts = vec![T::ZERO; scores.len()];
            let mut aliases = vec![0; scores.len()];
            time(least, || {
                let table = Alias::new(scores, &mut cuts[..], &mut aliases[..]);
                vec![table.expect("weights").state().count as f64]
            })
        }
        "alias_draw" => {
            let cuts = vec![T::ZERO; scores.len()];
            let table = Alias::new(scores, cuts, vec![0; scores.len()]).expect("weights");
            time(least, || {
                let draw = |_| table.draw(&mut generator).map_or(0, |draw| draw.index);
                vec![(0..size).map(draw).fold(0usize, usize::wrapping_add) as f64]
            })
        }
        "rand_distr_build" => {
            let wide = wide();
            time(least, || {
                // The table takes its weights by value: the copy is part of it.
                let table = WeightedAliasIndex::new(wide.clone());
                vec![f64::from(u8::from(table.is_ok()))]
            })
        }
        "rand_distr_draw" => {
            let table = WeightedAliasIndex::new(wide()).expect("weights");
            time(least, || {
                let draw = |_| table.sample(&mut generator);
                vec![(0..size).map(draw).fold(0usize, usize::wrapping_add) as f64]
            })
        }
        other => panic!("no sampling by {other}"),
    };
    Timed {
        seconds,
        result: Ok(numbers),
    }
}
