"""Just enough of AMQP 0-9-1 to know that a broker takes connections to a virtual host."""

from __future__ import annotations

import socket
import struct
from urllib.parse import unquote, urlsplit

PROTOCOL = b"AMQP\x00\x00\x09\x01"
CONNECTION = 10
START, START_OK, TUNE, TUNE_OK, OPEN, OPEN_OK, CLOSE, CLOSE_OK = 10, 11, 30, 31, 40, 41, 50, 51
FRAME_END = b"\xce"


def accepts(url: str, timeout: float = 5) -> bool:
    """Tell whether the broker at the `amqp://` URL lets us into the URL's virtual host."""
    parts = urlsplit(url)
    user, password = unquote(parts.username or "guest"), unquote(parts.password or "guest")
    try:
        with socket.create_connection((parts.hostname or "localhost", parts.port or 5672), timeout) as stream:
            return _open(stream, user, password, unquote(parts.path[1:]) or "/")
    except (OSError, EOFError, struct.error):
        return False


def _open(stream: socket.socket, user: str, password: str, vhost: str) -> bool:
    stream.sendall(PROTOCOL)
    if _method(stream)[0] != START:
        return False
    response = f"\0{user}\0{password}".encode()
    _send(stream, START_OK, struct.pack(">I", 0) + _short("PLAIN") + _long(response) + _short("en_US"))
    method, arguments = _method(stream)
    if method != TUNE:
        return False
    _send(stream, TUNE_OK, arguments[:8])
    _send(stream, OPEN, _short(vhost) + b"\0\0")
    if _method(stream)[0] != OPEN_OK:
        return False
    _send(stream, CLOSE, struct.pack(">H", 200) + _short("ready") + struct.pack(">HH", 0, 0))
    return _method(stream)[0] == CLOSE_OK


def _method(stream: socket.socket) -> tuple[int, bytes]:
    """Read one method frame of the connection class: its number and its arguments."""
    kind, _, size = struct.unpack(">BHI", _read(stream, 7))
    payload = _read(stream, size + 1)
    group, method = struct.unpack(">HH", payload[:4])
    if kind != 1 or group != CONNECTION:
        raise EOFError(f"frame {kind}, class {group}")
    return method, payload[4:-1]


def _read(stream: socket.socket, size: int) -> bytes:
    data = b""
    while len(data) < size:
        if not (piece := stream.recv(size - len(data))):
            raise EOFError
        data += piece
    return data


def _send(stream: socket.socket, method: int, arguments: bytes) -> None:
    payload = struct.pack(">HH", CONNECTION, method) + arguments
    stream.sendall(struct.pack(">BHI", 1, 0, len(payload)) + payload + FRAME_END)


def _short(text: str) -> bytes:
    return bytes([len(text.encode())]) + text.encode()


def _long(data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + data
