"""The program, loaded once and forked for each command: see warm_program.cpp."""
import json
import os
import selectors
import signal
import socket
import struct
import subprocess
import time


class WarmProgram:
    """run() is subprocess.run(..., capture_output=True, text=True) without the second that loading the program
    takes."""

    def __init__(self, path, environment=None):
        self.socket, other = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.process = subprocess.Popen(
            [path, str(other.fileno())], pass_fds=[other.fileno()], stdin=subprocess.DEVNULL, env=environment
        )
        other.close()

    def run(self, arguments, environment, folder, timeout):
        request = {"arguments": arguments, "environment": environment, "folder": str(folder or os.getcwd())}
        pipes = [os.pipe(), os.pipe()]
        nothing = os.open(os.devnull, os.O_RDONLY)
        ends = [nothing, *(end for _, end in pipes)]
        socket.send_fds(self.socket, [json.dumps(request).encode("utf-8", "surrogateescape")], ends)
        for end in ends:
            os.close(end)
        child = self._number()
        said = self._read([start for start, _ in pipes], timeout, lambda: os.kill(child, signal.SIGKILL))
        code = os.waitstatus_to_exitcode(self._number())
        if said is None:
            raise subprocess.TimeoutExpired(arguments, timeout)
        return subprocess.CompletedProcess(arguments, code, *said)

    def _number(self):
        answer = self.socket.recv(4)
        assert len(answer) == 4, "the warm program has ended"
        return struct.unpack("i", answer)[0]

    @staticmethod
    def _read(starts, timeout, end):
        """What comes out of each pipe, as text; None, after `end`, when that takes too long."""
        until, said, late = time.monotonic() + timeout, {start: b"" for start in starts}, False
        with selectors.DefaultSelector() as waiting:
            for start in starts:
                waiting.register(start, selectors.EVENT_READ)
            while waiting.get_map():
                ready = waiting.select(max(0, until - time.monotonic()))
                if not ready:
                    end()
                    late = True
                    break
                for key, _ in ready:
                    piece = os.read(key.fd, 1 << 16)
                    said[key.fd] += piece
                    if not piece:
                        waiting.unregister(key.fd)
        for start in starts:
            os.close(start)
        return None if late else [said[start].decode().replace("\r\n", "\n") for start in starts]

    def close(self):
        self.socket.close()
        self.process.wait(timeout=10)
