"""SPAKE2 on edwards25519 as in BoringSSL (crypto/curve25519/spake25519.c), for pairing: slow, and for tests only."""

import hashlib
import secrets

_P = 2**255 - 19
_ORDER = 2**252 + 27742317777372353535851937790883648493
_D = -121665 * pow(121666, _P - 2, _P) % _P
_Point = tuple[int, int]


def _recover(encoded: bytes) -> _Point:
    """Decode a point (RFC 8032)."""
    number = int.from_bytes(encoded, "little")
    y, sign = number & ((1 << 255) - 1), number >> 255
    square = (y * y - 1) * pow(_D * y * y + 1, _P - 2, _P) % _P
    x = pow(square, (_P + 3) // 8, _P)
    if (x * x - square) % _P:
        x = x * pow(2, (_P - 1) // 4, _P) % _P
    if (x * x - square) % _P:
        raise ValueError("not a point of the curve")
    return (_P - x if x & 1 != sign else x), y


def _encode(point: _Point) -> bytes:
    return (point[1] | (point[0] & 1) << 255).to_bytes(32, "little")


def _add(a: _Point, b: _Point) -> _Point:
    product = _D * a[0] * b[0] * a[1] * b[1] % _P
    x = (a[0] * b[1] + a[1] * b[0]) * pow(1 + product, _P - 2, _P) % _P
    y = (a[1] * b[1] + a[0] * b[0]) * pow(1 - product, _P - 2, _P) % _P
    return x, y


def _multiply(scalar: int, point: _Point) -> _Point:
    result = (0, 1)
    while scalar:
        if scalar & 1:
            result = _add(result, point)
        point = _add(point, point)
        scalar >>= 1
    return result


_BASE = _recover((4 * pow(5, _P - 2, _P) % _P).to_bytes(32, "little"))
# BoringSSL has others than RFC 9382.
_M = _recover(bytes.fromhex("5ada7e4bf6ddd9adb6626d32131c6b5c51a1e347a3478f53cfcf441b88eed12e"))
_N = _recover(bytes.fromhex("10e3df0ae37d8e7a99b5fe74b44672103dbddcbd06af680d71329a11693bc778"))


class Bob:
    """The answering side."""

    def __init__(self, own_name: bytes, other_name: bytes, password: bytes) -> None:
        self._names = (other_name, own_name)
        self._hash = hashlib.sha512(password).digest()
        scalar = int.from_bytes(self._hash, "little") % _ORDER
        # BoringSSL makes it a multiple of eight by adding the order.
        for bit in (1, 2, 4):
            if scalar & bit:
                scalar += bit * _ORDER
        self._password = scalar
        self._secret = 8 * (secrets.randbits(512) % _ORDER)
        self.message = _encode(_add(_multiply(self._secret, _BASE), _multiply(scalar, _N)))

    def key(self, message: bytes) -> bytes:
        """Give the shared key for the other side's message."""
        x, y = _multiply(self._password, _M)
        shared = _multiply(self._secret, _add(_recover(message), (_P - x, y)))
        digest = hashlib.sha512()
        for part in (*self._names, message, self.message, _encode(shared), self._hash):
            digest.update(len(part).to_bytes(8, "little") + part)
        return digest.digest()
