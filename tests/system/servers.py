# SPDX-License-Identifier: BSD-2-Clause-Patent
"""The other end of a VM: QEMU's monitor."""

import json
import os
import socket
import tempfile
import time


class Monitor:
    """QEMU's machine protocol on a socket."""

    def __init__(self):
        self._directory = tempfile.TemporaryDirectory()
        self.path = os.path.join(self._directory.name, "qmp")
        self._file = None

    def __enter__(self):
        return self

    def __exit__(self, kind, error, trace):
        if self._file:
            self._file.close()
        self._directory.cleanup()

    def execute(self, command, **arguments):
        if not self._file:
            end = socket.socket(socket.AF_UNIX)
            end.connect(self.path)
            self._file = end.makefile("rw")
            self._file.readline()
            self.execute("qmp_capabilities")
        self._file.write(json.dumps({"execute": command, "arguments": arguments}) + "\n")
        self._file.flush()
        while True:
            answer = json.loads(self._file.readline())
            if "return" in answer or "error" in answer:
                return answer["return"]

    def halted(self):
        """Whether the first processor waits in a HLT."""
        text = self.execute("human-monitor-command", **{"command-line": "info registers"})
        return "HLT=1" in text

    def wait_halted(self, deadline):
        end = time.monotonic() + deadline
        while not self.halted():
            assert time.monotonic() < end, f"the processor still runs after {deadline} s"
