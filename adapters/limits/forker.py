"""The warm process: it has imported what reads PDFs, and forks a child for every piece of work that is sent to it.

Each child limits itself, does its one work and ends, so a start costs a fork and nothing is left of what it read. This
process has one thread and reads nothing of strangers itself. Started by `limited.py`; ends when its parent does.
"""

import gc
import importlib
import os
import pickle
import signal
import socket
import struct
import sys

from cryptography import x509

from adapters.limits.own import leave_network, limit_itself

HEAD = struct.Struct(">QQII")
"""Of each piece of work: its length and the bytes of memory, seconds of processor and of the clock that it may take."""
STARTED = b"+"


def serve(control: socket.socket) -> None:
    """Fork a child for each connection that arrives, until the parent is gone."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # no child is waited for: its connection tells
    gc.collect()
    gc.freeze()
    while True:
        said, handed, *_ = socket.recv_fds(control, 1, 1)
        if not said:
            return
        for each in handed:
            if os.fork() == 0:
                try:
                    control.close()
                    _work(socket.socket(fileno=each))
                finally:  # whatever happened: never into the loop above
                    os._exit(0)
            os.close(each)


def read_certificate(der: bytes) -> x509.Certificate:
    """Read a certificate that was handed over; the library's own reader cannot be named in a pickle."""
    return x509.load_der_x509_certificate(der)


def _work(connection: socket.socket) -> None:
    with connection.makefile("rb") as stream:
        length, memory, cpu, clock = HEAD.unpack(stream.read(HEAD.size))
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        signal.alarm(clock)
        limit_itself(cpu, memory, 0)
        leave_network()
        work, given, named = pickle.loads(stream.read(length))  # noqa: S301  from the parent, which is trusted
    connection.sendall(STARTED)
    try:
        answer = pickle.dumps((True, work(*given, **named)))
    except MemoryError:
        return
    except Exception as error:  # the caller's to judge, as if it had been raised there
        answer = pickle.dumps((False, error))
    connection.sendall(answer)


if __name__ == "__main__":
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    for module in sys.argv[2:]:
        importlib.import_module(module)
    serve(socket.socket(fileno=int(sys.argv[1])))
