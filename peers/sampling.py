"""A weighted sample from a stream and draws from an alias table: gleaner, datasketches, rand, rand_distr, numpy."""

import datasketches
import numpy as np

from pairs import compare

SCALARS = ("f64", "f32")


def sketch(scores, size):
    kept = datasketches.var_opt_sketch(size)
    update = kept.update
    for i, score in enumerate(scores):
        update(i, score)
    return kept


def crossing(scores, size):
    """As many calls from Python into a sketch that do nothing there: an item of weight 0 is left alone."""
    kept = datasketches.var_opt_sketch(size)
    update = kept.update
    for i, _ in enumerate(scores):
        update(i, 0.0)
    return kept


def stream(bench, settings):
    """One pass over lognormal scores."""
    count = 20_000 if settings.quick else 200_000
    scores = np.random.default_rng(1).lognormal(size=count)
    plain = scores.tolist()
    bench.load("scores", scores)
    chances = scores / scores.sum()
    generator = np.random.default_rng(2)
    for size in (100, 1000):
        for scalar in SCALARS:
            request = {"op": "sampling", "key": "scores", "scalar": scalar, "size": size}
            peers = {
                "datasketches VarOpt, from Python": lambda: sketch(plain, size),
                "rand, without replacement": {**request, "by": "rand_without_replacement"},
                "numpy choice, without replacement": lambda: generator.choice(count, size, replace=False, p=chances),
            }
            peers["crossing alone"] = lambda: crossing(plain, size)
            answer = compare(bench, settings, {**request, "by": "varopt"}, peers)
            floor = answer["peers"].pop("crossing alone")
            ours = answer["peers"]["datasketches VarOpt, from Python"]
            share = 1 - floor["seconds"] / ours["seconds"]
            answer["peers"]["datasketches VarOpt, without crossing"] = {
                "seconds": ours["seconds"] * share,
                "ratio": [ratio * share for ratio in ours["ratio"]],
            }
            yield {"name": f"{size} of {count}, one pass", "items": count, "scalar": scalar, "threads": 1, **answer}


def alias(bench, settings):
    """Building the table, and drawing."""
    for count in (1000, 100_000):
        weights = np.random.default_rng(4).lognormal(size=count)
        chances = weights / weights.sum()
        bench.load("weights", weights)
        draws = 10_000 if settings.quick else 200_000
        generator = np.random.default_rng(5)
        for scalar in SCALARS:
            request = {"op": "sampling", "key": "weights", "scalar": scalar, "size": draws}
            build = compare(
                bench, settings, {**request, "by": "alias_build"}, {"rand_distr": {**request, "by": "rand_distr_build"}}
            )
            draw = compare(
                bench,
                settings,
                {**request, "by": "alias_draw"},
                {
                    "rand_distr": {**request, "by": "rand_distr_draw"},
                    "numpy choice": lambda: generator.choice(count, draws, p=chances),
                },
            )
            yield {"name": f"alias table of {count}, build", "items": count, "scalar": scalar, "threads": 1, **build}
            yield {"name": f"alias table of {count}, a draw", "items": draws, "scalar": scalar, "threads": 1, **draw}


def measure(bench, settings):
    return {"cases": [*stream(bench, settings), *alias(bench, settings)]}
