# SPDX-License-Identifier: BSD-2-Clause-Patent
"""Runs of tests/vmm's bench for the tests of Cloud Hypervisor's machine, many in one boot of QEMU (tests/vmm/bench.py).

A case is a function that is given a folder and returns runs; `@batch("name")` puts it into a batch. A test marked
`@pytest.mark.cases("…")` gets their results from the fixture `result`. The first test that wants a case of a batch has
all those of its cases run that selected tests want; pytest's workers share what came out.
"""

import fcntl
import os
import pickle
import shutil
import subprocess
import sys

import pytest

from vm import ROOT

sys.path.insert(0, str(ROOT / "tests" / "vmm"))

import bench  # noqa: E402 pylint: disable=wrong-import-position

BATCHES = {}


def batch(name):
    """Puts a case into the batch of that name."""
    def note(case):
        BATCHES.setdefault(name, {})[case.__name__] = case
        return case
    return note


def _batch_of(case):
    return next(name for name, cases in BATCHES.items() if case in cases)


def _wanted(session):
    run = [item for item in session.items if not any(mark.args[0] for mark in item.iter_markers("skipif"))]
    return {name for item in run for mark in item.iter_markers("cases") for name in mark.args}


def _build_bench():
    if bench.real() or "CLOUDHV_VMM" in os.environ:
        return
    build = ROOT / "Build" / "host"
    if not (build / "build.ninja").exists():
        subprocess.run(["meson", "setup", build, "-Dtarget=host"], cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    subprocess.run(["ninja", "-C", build, "--quiet", "tests/vmm/vmm"], check=True)


def _run(names, cases, folder):
    """{case: [result]}, and a log of each."""
    runs = {}
    for name in sorted(names & cases.keys()):
        place = folder / name
        place.mkdir()
        runs[name] = cases[name](place)
    results = iter(bench.run_all([run for several in runs.values() for run in several]))
    found = {name: [next(results) for _ in several] for name, several in runs.items()}
    logs = ROOT / "Build" / "logs"
    logs.mkdir(parents=True, exist_ok=True)
    for name, several in found.items():
        (logs / f"cloud-hypervisor.{name}.log").write_text("\n\n".join(map(str, several)), encoding="utf-8")
    return found


@pytest.fixture
def result(request, firmware, tmp_path_factory):
    """The result of the test's case's one run, or the results of its several runs; of several cases, a list of that."""
    if firmware != "cloudhv":
        pytest.skip("only this tree's firmware runs on Cloud Hypervisor's machine here")
    if request.config.getoption("--interactive"):
        pytest.skip("use tests/vmm/run.py")
    shared = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        shared = shared.parent
    names = request.node.get_closest_marker("cases").args
    found = {}
    for name in {_batch_of(case) for case in names}:
        found.update(_results_of(name, request.session, shared))
    results = [several[0] if len(several) == 1 else several for several in map(found.get, names)]
    return results[0] if len(results) == 1 else results


def _results_of(name, session, shared):
    kept, folder = shared / f"batch-{name}.pickle", shared / f"batch-{name}"
    with open(shared / f"batch-{name}.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not kept.exists():
            _build_bench()
            # A test that failed here may be tried again by the next one.
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
            kept.write_bytes(pickle.dumps(_run(_wanted(session), BATCHES[name], folder)))
    return pickle.loads(kept.read_bytes())
