"""The score of one reading with its verdict: gleaner's leverage, emlearn's elliptic envelope in C, scikit-learn."""

import ctypes
import subprocess
from pathlib import Path

import emlearn
import numpy as np
from sklearn.covariance import EllipticEnvelope

from pairs import compare

FEATURES = 20
TRAINED = 2000

SOURCE = """
#include <eml_distance.h>

int verdicts(const float *rows, int count, int features, float boundary, const float *means, const float *precision,
             float *distances)
{
    const EmlEllipticEnvelope envelope = {features, boundary, means, precision};
    int i, odd = 0;
    for (i = 0; i < count; i++) {
        odd += eml_elliptic_envelope_predict(&envelope, rows + i * features, features, distances + i);
    }
    return odd;
}
"""
FLAGS = {
    "emlearn, gcc -O2": ["-O2"],
    "emlearn, gcc -O3": ["-O3"],
    "emlearn, gcc -O3 -march=native -ffast-math": ["-O3", "-march=native", "-ffast-math"],
}


def pointer(array):
    return array.ctypes.data_as(ctypes.POINTER(ctypes.c_float))


def compiled(work, flags):
    source, library = work / "envelope.c", work / f"envelope{''.join(flags)}.so"
    source.write_text(SOURCE)
    headers = Path(emlearn.__file__).parent
    subprocess.run(["gcc", "-shared", "-fPIC", *flags, f"-I{headers}", source, "-lm", "-o", library], check=True)
    return ctypes.CDLL(str(library)).verdicts


def measure(bench, settings):
    generator = np.random.default_rng(1)
    mixing = generator.normal(size=(FEATURES, FEATURES)) / 4 + np.eye(FEATURES)
    count = 2000 if settings.quick else 10_000
    train, rows = ((generator.normal(size=(n, FEATURES)) @ mixing).astype(np.float32) for n in (TRAINED, count))
    means = train.mean(axis=0)
    centred, spread = (rows - means).astype(np.float32), (train - means).astype(np.float32)
    scatter = spread.astype(np.float64).T @ spread
    precision = np.linalg.inv(scatter).astype(np.float32)
    boundary = -3.0 * FEATURES / TRAINED
    wanted = np.einsum("ij,jk,ik->i", centred.astype(np.float64), np.linalg.inv(scatter), centred.astype(np.float64))
    distances = np.zeros(count, np.float32)

    peers, errors = {}, {}
    for name, flags in FLAGS.items():
        call = compiled(settings.work, flags)
        arguments = pointer(rows), count, FEATURES, ctypes.c_float(boundary), pointer(means), pointer(precision)
        peers[name] = lambda call=call, arguments=arguments: call(*arguments, pointer(distances))
        peers[name]()
        errors[name] = float(np.max(np.abs(distances - wanted) / wanted))
    envelope = EllipticEnvelope(random_state=1).fit(train)
    peers["scikit-learn, all readings at once"] = lambda: envelope.predict(rows)
    bench.load("train", spread)
    bench.load("readings", centred)
    # The constant column stands for the means: 21 columns, readings as they come.
    bench.load("train21", np.column_stack([train, np.ones(TRAINED)]))
    bench.load("readings21", np.column_stack([rows, np.ones(count)]))
    cases = []
    for name, key, by in (
        ("20 features, a call a reading", "", "one"),
        ("20 features, two readings a call", "", "pair"),
        ("20 features and a constant, a call a reading", "21", "one"),
        ("20 features and a constant, two readings a call", "21", "pair"),
    ):
        ours = {"op": "outliers", "by": by, "key": "readings" + key, "train": "train" + key, "scalar": "f32"}
        answer = compare(bench, settings, ours, peers)
        added = 1 / TRAINED if key else 0.0
        answer["error"] = float(np.max(np.abs(bench.numbers(**ours) - wanted - added) / (wanted + added)))
        for peer, error in errors.items():
            answer["peers"][peer]["error"] = error
        cases.append({"name": name, "items": count, "scalar": "f32", "threads": 1, **answer})
    return {"cases": cases}
