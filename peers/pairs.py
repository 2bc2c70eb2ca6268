"""What the measurements share: the Rust program, pairs of timings, errors against exact values."""

import json
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np

GOLDEN = Path(__file__).resolve().parent.parent / "tests" / "golden"


@dataclass
class Settings:
    """quick: small sizes. repeats: pairs a comparison. least: seconds that a timing takes at least."""

    quick: bool
    threads: int
    repeats: int
    least: float
    work: Path
    torch: bool


class Bench:
    """The Rust program: tables by key, requests by keyword."""

    def __init__(self, program, work):
        self.work = Path(work)
        self.process = subprocess.Popen([program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def ask(self, **request):
        self.process.stdin.write(json.dumps(request) + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError(f"the Rust program ended at {request}")
        return json.loads(line)

    def load(self, key, table):
        """Hands over a table: 2-dimensional, or one column."""
        table = np.ascontiguousarray(table, dtype=np.float64)
        columns = table.shape[1] if table.ndim == 2 else 1
        path = self.work / f"{key}.f64"
        table.tofile(path)
        self.ask(op="load", key=key, path=str(path), columns=columns)
        path.unlink()

    def numbers(self, **request):
        """The results of one call; raises ValueError where the program refuses."""
        path = self.work / "out.f64"
        answer = self.ask(**request, least=0.0, out=str(path))
        if "error" in answer:
            raise ValueError(answer["error"])
        return np.fromfile(path)

    def close(self):
        self.process.stdin.close()
        self.process.wait()


def seconds(call, least):
    """Seconds a call: as many calls as fill `least` seconds, at least one."""
    start, calls = time.perf_counter(), 0
    while True:
        call()
        calls += 1
        passed = time.perf_counter() - start
        if passed >= least:
            return passed / calls


def compare(bench, settings, ours, peers, repeats=None, least=None, warm=True):
    """Times `ours`, a request, and the peers, callables or requests, one after the other in each round.

    A peer may be a pair (callable, share): its time is divided by the share, for one that does less work than a call
    of ours. `warm`: a call of each before the first round. The order turns from round to round; the ratio is within the round, above 1 where gleaner is faster.
    Answers {"seconds": median, "peers": {name: {"seconds": median, "ratio": [quartiles]}}}.
    """
    repeats, least = repeats or settings.repeats, settings.least if least is None else least

    def once(what, least):
        if isinstance(what, dict):
            answer = bench.ask(**what, least=least, threads=what.get("threads", settings.threads))
            if "error" in answer:
                raise ValueError(answer["error"])
            return answer["seconds"]
        call, share = what if isinstance(what, tuple) else (what, 1.0)
        took = seconds(call, least) / share
        if settings.threads > 1:
            time.sleep(0.05)  # until the threads of the linear algebra sleep
        return took

    everyone = {"gleaner": ours, **peers}
    times, failed = {name: [] for name in everyone}, {}

    def turn(name, least):
        try:
            return once(everyone[name], least)
        except (ValueError, np.linalg.LinAlgError) as error:
            failed[name] = str(error)

    if warm:
        for name in everyone:
            turn(name, 0.0)
    names = list(everyone)
    for round in range(repeats):
        for place in range(len(names)):
            name = names[(place + round) % len(names)]
            if name not in failed:
                times[name].append(turn(name, least))
    answer = {"repeats": repeats, "peers": {name: {"failed": why} for name, why in failed.items() if name != "gleaner"}}
    if "gleaner" in failed:
        return {**answer, "failed": failed["gleaner"]}
    own = np.array(times["gleaner"])
    answer["seconds"] = float(np.median(own))
    for name in peers:
        if name not in failed:
            theirs = np.array(times[name])
            ratio = np.percentile(theirs / own, [25, 50, 75])
            answer["peers"][name] = {"seconds": float(np.median(theirs)), "ratio": [float(x) for x in ratio]}
    return answer


def golden(name):
    """The cases of a golden file."""
    content = json.loads((GOLDEN / f"{name}.json").read_text())
    return content.get("cases") or content["sets"]


def numbers(values):
    """Numbers, or decimal strings of 60-digit values, as doubles; null as NaN."""
    return np.array([float("nan") if value is None else float(value) for value in values])
