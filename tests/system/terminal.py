# SPDX-License-Identifier: BSD-2-Clause-Patent
"""A VM's serial console in a terminal (tmux): real keys in, what a person would see out."""

import os
import re
import select
import shlex
import subprocess
import time

from vm import ANSWER, BOOT


class Terminal:
    """Use it in a `with`: leaving ends the VM."""

    def __init__(self, spec, folder, columns=80, rows=25):
        self._socket = str(folder / "tmux")
        self._tell = str(folder / "output")
        command = subprocess.run(spec.command(), check=True, capture_output=True, text=True).stdout.strip()
        os.mkfifo(self._tell)
        self._output = os.open(self._tell, os.O_RDWR | os.O_NONBLOCK)
        size = ["-x", str(columns), "-y", str(rows)]
        # The pane waits until it is watched: nothing is missed.
        self._tmux("-f", os.devnull, "new-session", "-d", *size, "head -n 1 && exec " + command)
        self._tmux("set-option", "-g", "remain-on-exit", "on")
        self._tmux("pipe-pane", f"cat > {shlex.quote(self._tell)}")
        self.keys("Enter")

    def __enter__(self):
        return self

    def __exit__(self, kind, error, trace):
        self._tmux("kill-server")
        os.close(self._output)

    def _tmux(self, *words):
        environment = {**os.environ, "LC_ALL": "C.UTF-8", "TERM": "xterm-256color"}
        done = subprocess.run(["tmux", "-u", "-S", self._socket, *words], env=environment, check=True,
                              capture_output=True, text=True)
        return done.stdout

    def keys(self, *names):
        """Press keys by tmux's names: Enter, F2, C-s, Up, PPage."""
        self._tmux("send-keys", *names)

    def type(self, text):
        self._tmux("send-keys", "-l", text)

    def screen(self):
        return self._tmux("capture-pane", "-p")

    def rows(self):
        return self.screen().split("\n")

    def cursor(self):
        """(column, row) from 0."""
        return tuple(map(int, self._tmux("display-message", "-p", "#{cursor_x} #{cursor_y}").split()))

    def wait(self, pattern, timeout=ANSWER):
        """Wait until the screen has the pattern (^ and $ are ends of rows); return the match."""
        deadline = time.monotonic() + timeout
        while True:
            match = re.search(pattern, self.screen(), re.M)
            if match:
                return match
            left = deadline - time.monotonic()
            if left <= 0:
                raise AssertionError(f"no {pattern!r} for {timeout} s on this screen:\n{self.screen()}")
            # Looked at again when something was written.
            if select.select([self._output], [], [], left)[0]:
                os.read(self._output, 65536)

    def wait_boot(self, pattern):
        return self.wait(pattern, BOOT)
