"""Who is at the other end of a socket of this machine."""

import os
import socket
import struct


def same_user(line: socket.socket) -> bool:
    """Say whether it is a process of the same user; False where the system does not tell."""
    kind = getattr(socket, "SO_PEERCRED", None)
    if kind is not None:
        _pid, uid, _gid = struct.unpack("3i", line.getsockopt(socket.SOL_SOCKET, kind, struct.calcsize("3i")))
        return bool(uid == os.getuid())
    local_peercred = getattr(socket, "LOCAL_PEERCRED", None)
    if local_peercred is None:
        return False
    # macOS, BSD: struct xucred begins with a version and the user's number.
    _version, uid = struct.unpack_from("Ii", line.getsockopt(0, local_peercred, 76))
    return bool(uid == os.getuid())
