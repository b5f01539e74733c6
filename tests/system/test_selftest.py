# SPDX-License-Identifier: BSD-2-Clause-Patent
"""apps/selftest on this firmware and on Debian's ovmf: what fails is known, and what is known fails."""

import pytest

import run_selftest


@pytest.mark.parametrize("name", ["cloudhv", "ovmf"])
def test_selftest(start, tmp_path, name):
    run = run_selftest.boot(start, tmp_path, name)
    known, not_run = set(), set()
    for test, (kind, _) in run_selftest.differences(name).items():
        (known if kind == "fails" else not_run).add(test)
    assert len(run.passed | run.failed | run.skipped) == run.planned
    missing = run_selftest.named_tests() - run.passed - run.failed - run.skipped
    assert not missing, f"the table of status codes names {sorted(missing)}, which have not run"
    surprises = "\n".join(f"{test}\n{run.why(test)}" for test in sorted(run.failed - known))
    assert not surprises, f"these fail:\n{surprises}"
    assert not known - run.failed, "these are expected to fail, and do not"
    assert run.skipped == not_run, "skipped, and not known to be; or the other way round"
