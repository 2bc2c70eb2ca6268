"""Ranks the outliers of labelled sets by scikit-learn's detectors: the table that `gleaner outliers` prints, by others.

    pip install numpy scikit-learn
    python peers/outliers.py DIR

DIR holds outliers_*.csv.gz: numeric columns, the last one 1 for an outlier and 0 else. Columns are standardised over the
whole set and constant ones left out, as there; detectors have their defaults and see no labels.
"""

import argparse
import pathlib
import warnings

import numpy as np
from sklearn.covariance import EllipticEnvelope
from sklearn.ensemble import IsolationForest
from sklearn.metrics import average_precision_score, roc_auc_score
from sklearn.neighbors import LocalOutlierFactor

WAYS = ["EllipticEnvelope", "IsolationForest", "LocalOutlierFactor"]


def elliptic(x, seed):
    return -EllipticEnvelope(random_state=seed).fit(x).score_samples(x)


def forest(x, seed):
    return -IsolationForest(random_state=seed).fit(x).score_samples(x)


def local(x, seed):
    return -LocalOutlierFactor().fit(x).negative_outlier_factor_


def read(path):
    table = np.loadtxt(path, delimiter=",", skiprows=1)
    x, y = table[:, :-1], table[:, -1].astype(int)
    x = x[:, x.std(0) > 0]
    return (x - x.mean(0)) / x.std(0), y


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("directory", type=pathlib.Path)
    parser.add_argument("--seeds", type=int, default=3)
    arguments = parser.parse_args()
    warnings.filterwarnings("ignore", message="The covariance matrix associated")
    warnings.filterwarnings("ignore", message="Determinant has increased")
    print(f"Area under the ROC curve / average precision, means over {arguments.seeds} seeds. No labels are used.\n")
    print("| set | readings | columns | outliers |", " | ".join(WAYS), "|")
    print("|---|---|---|---|" + "---|" * len(WAYS))
    rows = []
    for path in sorted(arguments.directory.glob("outliers_*.csv.gz")):
        x, y = read(path)
        cells = []
        for way in (elliptic, forest, local):
            seeds = range(1 if way is local else arguments.seeds)
            scores = [way(x, seed) for seed in seeds]
            cells.append(
                (
                    np.mean([roc_auc_score(y, s) for s in scores]),
                    np.mean([average_precision_score(y, s) for s in scores]),
                )
            )
        rows.append(cells)
        name = path.name.removeprefix("outliers_").removesuffix(".csv.gz")
        print(f"| {name} | {len(y)} | {x.shape[1]} | {100 * y.mean():.1f} % |", end="")
        print("".join(f" {a:.3f} / {p:.3f} |" for a, p in cells), flush=True)
    means = np.mean(rows, axis=0)
    print("| mean | | | |" + "".join(f" {a:.3f} / {p:.3f} |" for a, p in means))


if __name__ == "__main__":
    main()
