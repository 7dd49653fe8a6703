"""Fetches the benchmark tool when a user asks for it; nothing else in this program speaks with the internet."""

import hashlib
import os
import re
import tempfile
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPException
from pathlib import Path
from typing import IO, Protocol

from backends.errors import RunError
from backends.progress import Progress
from backends.runs.runner_settings import (
    RunnerChoice,
    RunnerSource,
    choose_runner,
    find_runner_source,
    read_runner_choices,
)
from backends.units import format_bytes
from backends.user_folders import cache_folder

MAX_BYTES = 512 << 20
"""Builds with TensorFlow's operators have about 200 MiB."""
_NAME = "benchmark_model"
_CHUNK_BYTES = 256 * 1024
_SILENCE_SECONDS = 30.0
_HEADER_BYTES = 20
_SCHEMES = ("https", "file")
_ORDERS = {1: "little", 2: "big"}


@dataclass(frozen=True, slots=True, kw_only=True)
class DownloadedRunner:
    """What was fetched."""

    path: Path
    sha256: str
    size_bytes: int
    url: str


class _Response(Protocol):
    """What is read of an answer."""

    def read(self, amount: int, /) -> bytes:
        """Give the next bytes."""


def download_runner(
    id_: str, *, url: str = "", sha256: str = "", folder: Path | None = None, progress: Progress | None = None
) -> DownloadedRunner:
    """Fetch a build, keep it, and choose it for such devices.

    Args:
        id_: for which devices, as in ``RunnerSource``.
        url: where from; what the user set, else the published address, when left out.
        sha256: what the file must be, in hexadecimal digits; anything when left out.
        folder: where to keep it, instead of the cache folder.
        progress: reports and cancels.

    Raises:
        Cancelled: the user cancelled; nothing is kept.
        RunError: it cannot be fetched, is something else than expected, or no program for such devices.
        StoreError: the choice cannot be kept.
    """
    progress = progress or Progress()
    source = find_runner_source(id_)
    chosen = read_runner_choices().get(id_, RunnerChoice())
    url = url or chosen.url or source.url
    _check_wishes(url, sha256)
    folder = (folder or cache_folder()) / "runners"
    with _draft_in(folder) as (file, draft):
        digest, size = _fetch(url, file, progress)
        file.flush()
        _check_content(draft, digest, sha256, source)
        path = folder / digest / _NAME
        path.parent.mkdir(exist_ok=True)
        draft.chmod(0o755)
        draft.replace(path)
    choose_runner(id_, RunnerChoice(path=str(path), url=url if url != source.url else "", sha256=digest))
    return DownloadedRunner(path=path, sha256=digest, size_bytes=size, url=url)


def _check_wishes(url: str, sha256: str) -> None:
    scheme = urllib.parse.urlsplit(url).scheme.lower()
    if scheme not in _SCHEMES:
        raise RunError(
            f"benchmark_model is not fetched from {url}", hint="Only addresses that begin with https:// are used."
        )
    if sha256 and not re.fullmatch(r"[0-9a-fA-F]{64}", sha256):
        raise RunError("a SHA-256 checksum has 64 hexadecimal digits", hint=f"This has other ones: {sha256[:80]}.")


def _fetch(url: str, file: IO[bytes], progress: Progress) -> tuple[str, int]:
    """Give checksum and size of what was written."""
    progress.step("Connecting")
    digest, size = hashlib.sha256(), 0
    with _answer(url) as (response, total):
        if total > MAX_BYTES:
            raise _too_large(url)
        while chunk := response.read(_CHUNK_BYTES):
            size += len(chunk)
            if size > MAX_BYTES:
                raise _too_large(url)
            digest.update(chunk)
            file.write(chunk)
            progress.step(f"Downloading benchmark_model ({format_bytes(size)})", done=size, total=total)
    if total and size != total:
        raise RunError(f"only {size} of {total} bytes came from {url}", hint="Try again.")
    return digest.hexdigest(), size


@contextmanager
def _answer(url: str) -> Iterator[tuple[_Response, int]]:
    """Open the address; every failure until the end of the block becomes a sentence."""
    opener = urllib.request.build_opener(_SecureRedirects)
    request = urllib.request.Request(url, headers={"User-Agent": "tflite-profiler"})
    try:
        with opener.open(request, timeout=_SILENCE_SECONDS) as response:
            length = response.headers.get("Content-Length", "")
            yield response, int(length) if length.isdecimal() and len(length) < 16 else 0
    except urllib.error.HTTPError as error:
        with error:
            raise RunError(
                f"{url} answers {error.code} {error.reason}", hint="Check the address; nightly builds come and go."
            ) from error
    except (OSError, HTTPException, ValueError) as error:
        reason = getattr(error, "reason", None) or error
        raise RunError(
            f"benchmark_model cannot be fetched from {url}: {reason}",
            hint="Check the network, or give the file of a build that you have.",
        ) from error


class _SecureRedirects(urllib.request.HTTPRedirectHandler):
    """Follows no redirect to an address without encryption, or to files of this computer."""

    def redirect_request(self, req, fp, code, msg, headers, newurl):  # type: ignore[no-untyped-def]
        if urllib.parse.urlsplit(newurl).scheme.lower() != "https":
            raise RunError(f"{req.full_url} leads to {newurl}, which is not encrypted", hint="Use another address.")
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def _check_content(draft: Path, digest: str, sha256: str, source: RunnerSource) -> None:
    if sha256 and digest != sha256.lower():
        raise RunError(
            "the file is not the one that was expected: its SHA-256 checksum is another one",
            hint=f"It has {digest}, expected was {sha256.lower()}.",
        )
    with draft.open("rb") as file:
        header = file.read(_HEADER_BYTES)
    order = _ORDERS.get(header[5]) if len(header) == _HEADER_BYTES and header.startswith(b"\x7fELF") else None
    if order is None:
        raise RunError("what was fetched is no program", hint="Check the address; it may show a page instead.")
    machine = int.from_bytes(header[18:20], "little" if order == "little" else "big")
    if machine != source.machine:
        raise RunError(
            f"what was fetched is a program for another processor than {source.id}", hint="Check the address."
        )


@contextmanager
def _draft_in(folder: Path) -> Iterator[tuple[IO[bytes], Path]]:
    """Give a new file; it is gone after the block unless it was moved."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        number, name = tempfile.mkstemp(prefix=".download-", dir=folder)
    except OSError as error:
        raise RunError(f"nothing can be kept in {folder}: {error.strerror or error}") from error
    draft = Path(name)
    try:
        with os.fdopen(number, "wb") as file:
            yield file, draft
    except OSError as error:
        raise RunError(f"benchmark_model cannot be kept in {folder}: {error.strerror or error}") from error
    finally:
        draft.unlink(missing_ok=True)


def _too_large(url: str) -> RunError:
    return RunError(f"what {url} gives is larger than {format_bytes(MAX_BYTES)}", hint="Check the address.")
