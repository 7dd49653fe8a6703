"""A device that shows a pairing code: the answering side of ``adb pair`` (packages/modules/adb/pairing_*)."""

import datetime
import socket
import struct
import threading
from contextlib import suppress
from types import TracebackType
from typing import Self

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from OpenSSL import SSL

from tests.support.adb_peer.spake2 import Bob

_HEADER = struct.Struct(">BBI")
_VERSION, _SPAKE2, _PEER_INFO = 1, 0, 1
_INFO_BYTES = 8192
_GUID_TYPE = 1
_LABEL = b"adb-label\0"
_NAMES = (b"adb pair server\0", b"adb pair client\0")


class PairingPeer:
    """Answers attempts to pair, one after the other.

    Args:
        code: what the device shows.
    """

    def __init__(self, code: str) -> None:
        self._code = code
        self._context = _make_context()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        self.paired_keys: list[bytes] = []
        self._thread = threading.Thread(target=self._serve, daemon=True, name="adb-pairing")
        self._thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join(5)

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"

    def _serve(self) -> None:
        with suppress(OSError):
            while True:
                connection, _ = self._listener.accept()
                with connection, suppress(SSL.Error, OSError, ValueError):
                    self._pair(SSL.Connection(self._context, connection))

    def _pair(self, tls: SSL.Connection) -> None:
        tls.set_accept_state()
        tls.do_handshake()
        side = Bob(*_NAMES, self._code.encode() + tls.export_keying_material(_LABEL, 64))
        _send(tls, _SPAKE2, side.message)
        key = HKDF(algorithm=hashes.SHA256(), length=16, salt=None, info=b"adb pairing_auth aes-128-gcm key").derive(
            side.key(_receive(tls, _SPAKE2))
        )
        cipher, nonce = AESGCM(key), bytes(12)
        own = bytes([_GUID_TYPE]) + b"adb-peer-0000".ljust(_INFO_BYTES - 1, b"\0")
        _send(tls, _PEER_INFO, cipher.encrypt(nonce, own, None))
        other = _receive(tls, _PEER_INFO)
        with suppress(Exception):
            # A wrong code gives another key, and what comes cannot be read.
            self.paired_keys.append(cipher.decrypt(nonce, other, None)[1:].rstrip(b"\0"))


def _make_context() -> SSL.Context:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "Adb")])
    now, day = datetime.datetime.now(datetime.UTC), datetime.timedelta(days=1)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number(), now - day, now + day)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    context = SSL.Context(SSL.TLS_SERVER_METHOD)
    context.set_min_proto_version(SSL.TLS1_3_VERSION)
    context.use_certificate(certificate)
    context.use_privatekey(key)
    context.set_verify(SSL.VERIFY_PEER | SSL.VERIFY_FAIL_IF_NO_PEER_CERT, lambda *_: True)
    return context


def _send(tls: SSL.Connection, kind: int, payload: bytes) -> None:
    tls.sendall(_HEADER.pack(_VERSION, kind, len(payload)) + payload)


def _receive(tls: SSL.Connection, kind: int) -> bytes:
    version, found, length = _HEADER.unpack(_read(tls, _HEADER.size))
    if (version, found) != (_VERSION, kind) or length > 2 * _INFO_BYTES:
        raise ValueError("not the expected packet")
    return _read(tls, length)


def _read(tls: SSL.Connection, count: int) -> bytes:
    kept = b""
    while len(kept) < count:
        kept += tls.recv(count - len(kept))
    return kept
