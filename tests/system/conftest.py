# SPDX-License-Identifier: BSD-2-Clause-Patent
"""Options and fixtures of the system tests."""

import re
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from vm import ROOT, VM, interactive  # noqa: E402 pylint: disable=wrong-import-position


def pytest_addoption(parser):
    parser.addoption("--firmware", default="cloudhv", help="cloudhv (this tree's) or ovmf (Debian's)")
    parser.addoption("--interactive", action="store_true", help="open each selected test's VM on this terminal instead")


def pytest_configure(config):
    config.addinivalue_line("markers", "cases(name, …): whose results the fixture `result` gives (batches.py)")
    config.addinivalue_line("markers", "long: takes far longer than others, and so begins before them")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items):
    """The last test to begin should not be the longest one."""
    items.sort(key=lambda item: item.get_closest_marker("long") is None)


@pytest.fixture
def firmware(request):
    return request.config.getoption("--firmware")


@pytest.fixture
def start(request, firmware):
    """start(spec) -> VM; the log is kept as Build/logs/<file>.<test>.log."""
    started = []
    logs = ROOT / "Build" / "logs"
    logs.mkdir(parents=True, exist_ok=True)

    def begin(spec):
        if not spec.kernel and spec.firmware == "cloudhv":
            spec.firmware = firmware
        if spec.firmware == "ovmf":
            _fit_ovmf(spec)
        if request.config.getoption("--interactive"):
            interactive(spec)
            pytest.skip("was opened for a person")
        # Two files may have tests of one name, which run at the same time.
        place = f"{request.path.stem.removeprefix('test_')}.{request.node.name}"
        name = re.sub(r"[^A-Za-z0-9_.]+", "-", place).strip("-")
        vm = VM(spec, logs / f"{name}.{len(started)}.{spec.firmware if not spec.kernel else 'direct'}.log")
        started.append(vm)
        return vm

    yield begin
    for vm in started:
        vm.__exit__(None, None, None)


def _fit_ovmf(spec):
    if spec.machine.startswith("microvm"):
        pytest.skip("Debian's ovmf has no build for microvm")
    if spec.cmdline:
        pytest.skip("Debian's ovmf takes no command line")
    spec.build = "RELEASE"  # its log is not what a test reads
