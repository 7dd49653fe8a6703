import hashlib
import http.client
import threading
import urllib.request
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from backends.devices.device import Check, DeviceInfo
from backends.errors import RunError, StoreError
from backends.progress import Cancelled, Progress, Sample, Step
from backends.runs import runner_download
from backends.runs.plan import Plan
from backends.runs.runner_download import download_runner
from backends.runs.runner_settings import (
    RunnerChoice,
    choose_runner,
    find_runner_source,
    load_runner_sources,
    read_runner_choices,
    with_chosen_runner,
)
from tests.support.elf_files import ARM, ARM64, write_program

_ABI = "arm64-v8a"


class _Board:
    def __init__(self, kind: str, abi: str) -> None:
        self.info = DeviceInfo(id="adb:1", name="board", kind=kind)
        self._abi = abi

    def environment(self) -> dict[str, str]:
        return {"abi": self._abi}

    def checks(self) -> tuple[Check, ...]:
        return ()


@pytest.fixture(autouse=True)
def _own_configuration(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("XDG_CONFIG_HOME", "XDG_CACHE_HOME", "APPDATA", "LOCALAPPDATA", "HOME"):
        monkeypatch.setenv(name, str(tmp_path / "home" / name))


@pytest.fixture
def build(tmp_path: Path) -> Path:
    return write_program(tmp_path / "published", ARM64, size=600_000)


def _left_behind(tmp_path: Path) -> list[str]:
    return [path.name for path in (tmp_path / "home").rglob("*") if path.is_file()]


def test_a_fetched_runner_is_kept_and_chosen(build: Path) -> None:
    events: list[Step | Sample] = []
    got = download_runner(_ABI, url=build.as_uri(), progress=Progress(events.append))

    assert got.sha256 == hashlib.sha256(build.read_bytes()).hexdigest()
    assert got.path.read_bytes() == build.read_bytes()
    assert got.path.stat().st_mode & 0o111
    assert got.size_bytes == 600_000
    steps = [event for event in events if isinstance(event, Step)]
    assert (steps[-1].done, steps[-1].total) == (600_000, 600_000)
    assert read_runner_choices() == {_ABI: RunnerChoice(path=str(got.path), url=build.as_uri(), sha256=got.sha256)}


def test_an_address_that_was_given_once_is_used_again(build: Path) -> None:
    download_runner(_ABI, url=build.as_uri())
    write_program(build, ARM64, size=700_000)

    assert download_runner(_ABI).size_bytes == 700_000


def test_another_checksum_is_refused_and_nothing_kept(build: Path, tmp_path: Path) -> None:
    with pytest.raises(RunError, match="not the one that was expected") as caught:
        download_runner(_ABI, url=build.as_uri(), sha256="0" * 64)

    assert hashlib.sha256(build.read_bytes()).hexdigest() in caught.value.hint
    assert _left_behind(tmp_path) == []
    assert download_runner(_ABI, url=build.as_uri(), sha256=hashlib.sha256(build.read_bytes()).hexdigest().upper())


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("http://example.org/bm", "is not fetched from http://"),
        ("ftp://example.org/bm", "is not fetched from ftp://"),
        ("bm", "is not fetched from bm"),
        ("https://127.0.0.1:1/bm", "cannot be fetched from"),
        ("file:///there/is/none", "cannot be fetched from"),
    ],
)
def test_a_wrong_address_is_one_sentence(url: str, message: str, tmp_path: Path) -> None:
    with pytest.raises(RunError, match=message) as caught:
        download_runner(_ABI, url=url)

    assert caught.value.hint
    assert _left_behind(tmp_path) == []


def test_what_is_no_program_or_one_for_others_is_refused(tmp_path: Path) -> None:
    (tmp_path / "page").write_text("<html>Not found</html>")
    other = write_program(tmp_path / "other", ARM)

    with pytest.raises(RunError, match="is no program"):
        download_runner(_ABI, url=(tmp_path / "page").as_uri())
    with pytest.raises(RunError, match="for another processor than arm64-v8a"):
        download_runner(_ABI, url=other.as_uri())
    with pytest.raises(RunError, match="no benchmark_model is known for 'vax'"):
        download_runner("vax")
    assert _left_behind(tmp_path) == []


def test_too_large_a_file_is_not_read_to_its_end(build: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(runner_download, "MAX_BYTES", 1000)

    with pytest.raises(RunError, match="is larger than"):
        download_runner(_ABI, url=build.as_uri())
    assert _left_behind(tmp_path) == []


def test_a_cancelled_download_leaves_nothing(build: Path, tmp_path: Path) -> None:
    progress = Progress(lambda event: progress.cancel() if isinstance(event, Step) and event.done else None)

    with pytest.raises(Cancelled):
        download_runner(_ABI, url=build.as_uri(), progress=progress)
    assert _left_behind(tmp_path) == []


class _Misbehaving(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        if self.path == "/gone":
            self.send_error(404)
        elif self.path == "/away":
            self.send_response(302)
            self.send_header("Location", "file:///etc/hostname")
            self.end_headers()
        else:
            self.send_response(200)
            self.send_header("Content-Length", "100000")
            self.end_headers()
            self.wfile.write(b"\x7fELF")

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def address(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Give a server without encryption, which is allowed for these tests only."""
    monkeypatch.setattr(runner_download, "_SCHEMES", ("http",))
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    with ThreadingHTTPServer(("127.0.0.1", 0), _Misbehaving) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.mark.parametrize(
    ("path", "message"),
    [("/gone", "answers 404"), ("/away", "file:///etc/hostname"), ("/cut", r"only 4 of 100000 bytes|fetched")],
)
def test_a_server_that_misbehaves_is_one_sentence(address: str, path: str, message: str, tmp_path: Path) -> None:
    with pytest.raises(RunError, match=message):
        download_runner(_ABI, url=address + path)
    assert _left_behind(tmp_path) == []


def test_redirects_stay_encrypted() -> None:
    request = urllib.request.Request("https://example.org/a")
    handler = runner_download._SecureRedirects()
    headers = http.client.HTTPMessage()

    assert handler.redirect_request(request, None, 302, "Found", headers, "https://example.org/b") is not None
    with pytest.raises(RunError, match="not encrypted"):
        handler.redirect_request(request, None, 302, "Found", headers, "http://example.org/b")


def test_published_builds_have_encrypted_addresses() -> None:
    assert all(source.url.startswith("https://") and source.source for source in load_runner_sources())
    assert len({source.id for source in load_runner_sources()}) == len(load_runner_sources())
    assert find_runner_source(_ABI).machine == ARM64


@pytest.mark.parametrize(
    ("kind", "abi", "runner"),
    [
        ("android", "arm64-v8a, armeabi-v7a", "/a64"),
        ("android", "armeabi-v7a", "/a32"),
        ("linux", "arm64-v8a", "/linux"),
        ("linux", "armeabi-v7a", ""),
        ("android", "x86", ""),
    ],
)
def test_the_runner_that_was_chosen_for_such_devices_is_used(kind: str, abi: str, runner: str) -> None:
    for id_, path in (("arm64-v8a", "/a64"), ("armeabi-v7a", "/a32"), ("linux-arm64-v8a", "/linux")):
        choose_runner(id_, RunnerChoice(path=path))
    choices = read_runner_choices()

    assert with_chosen_runner(Plan(), _Board(kind, abi), choices).runner == runner
    assert with_chosen_runner(Plan(runner="/own"), _Board(kind, abi), choices).runner == "/own"


@pytest.mark.parametrize("text", ["{", "[]", '{"runners": 3}', '{"runners": {"x": {"path": 1}}}', "x" * 2_000_000])
def test_damaged_settings_are_one_sentence(tmp_path: Path, text: str) -> None:
    path = tmp_path / "runners.json"
    path.write_text(text)

    with pytest.raises(StoreError) as caught:
        read_runner_choices(path)
    assert caught.value.message
