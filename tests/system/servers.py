# SPDX-License-Identifier: BSD-2-Clause-Patent
"""Things at the other end of a VM's devices: a disk that never answers, and QEMU's monitor."""

import json
import os
import socket
import struct
import tempfile
import threading
import time


class MuteNbd:
    """An NBD server that shakes hands and then never answers a read."""

    def __init__(self, size):
        self.size = size
        self.reads = 0
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        self._clients = []

    def __enter__(self):
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, kind, error, trace):
        for end in [self._socket, *self._clients]:
            end.close()

    def _accept(self):
        try:
            while True:
                client, _ = self._socket.accept()
                self._clients.append(client)
                threading.Thread(target=self._serve, args=(client,), daemon=True).start()
        except OSError:
            pass  # closed: the test is over

    def _serve(self, client):
        """The fixed newstyle handshake, as far as QEMU needs it; then silence."""
        try:
            client.sendall(b"NBDMAGIC" + b"IHAVEOPT" + struct.pack(">H", 1))
            receive(client, 4)
            while True:
                _, option, length = struct.unpack(">8sII", receive(client, 16))
                receive(client, length)
                if option == 7:  # NBD_OPT_GO
                    self._reply(client, option, 3, struct.pack(">HQH", 0, self.size, 1 | 2))
                    self._reply(client, option, 1, b"")
                    break
                self._reply(client, option, 0x80000001, b"")  # NBD_REP_ERR_UNSUP
            while True:
                request = struct.unpack(">IHHQQI", receive(client, 28))
                if request[2] == 0:
                    self.reads += 1
        except (OSError, EOFError):
            pass

    @staticmethod
    def _reply(client, option, kind, data):
        client.sendall(struct.pack(">QIII", 0x3E889045565A9, option, kind, len(data)) + data)


def receive(client, length):
    data = b""
    while len(data) < length:
        piece = client.recv(length - len(data))
        if not piece:
            raise EOFError
        data += piece
    return data


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
