import http.client
import json
import urllib.parse

import pytest

from backends.errors import ModelFileError
from backends.model.model import OperatorId
from profiler_gui.netron.script import attach_script, choose_script, read_chosen
from profiler_gui.netron.server import NetronServer


@pytest.fixture
def server():
    server = NetronServer(lambda: b"TFL3 model", is_dark=False)
    yield server
    server.close()


def ask(server: NetronServer, path: str, **headers: str) -> tuple[int, bytes, dict[str, str]]:
    connection = http.client.HTTPConnection(server.host, timeout=5)
    connection.request("GET", path, headers=headers)
    answer = connection.getresponse()
    content = answer.read()
    connection.close()
    return answer.status, content, dict(answer.getheaders())


def test_the_page_names_the_model_and_reports_nothing(server):
    status, content, headers = ask(server, urllib.parse.urlparse(server.url).path)

    assert status == 200
    assert b'<meta name="file" content="data/model.tflite">' in content
    assert b'<meta name="version" content="0.0.0">' in content
    assert b"2026-10" not in content.split(b"<title>")[0].replace(b"9.3", b"")
    assert "consent=1" in headers["Set-Cookie"]
    assert "default-src 'self'" in headers["Content-Security-Policy"]


def test_the_model_and_netrons_scripts_are_there(server):
    root = urllib.parse.urlparse(server.url).path

    assert ask(server, f"{root}data/model.tflite")[:2] == (200, b"TFL3 model")
    assert ask(server, f"{root}view.js")[0] == 200


@pytest.mark.parametrize(
    "path", ["/", "/index.html", "/data/model.tflite", "/wrong-token/data/model.tflite", "/../server.py"]
)
def test_without_the_token_nothing_is_there(server, path):
    assert ask(server, path)[:2] == (404, b"")


@pytest.mark.parametrize(
    "name", ["server.py", "../pyproject.toml", "%2e%2e/server.py", "data/other", "nothing.js", "."]
)
def test_below_the_token_only_netrons_pages_are_there(server, name):
    assert ask(server, urllib.parse.urlparse(server.url).path + name)[0] == 404


def test_another_host_name_is_refused(server):
    path = urllib.parse.urlparse(server.url).path

    assert ask(server, path, Host="evil.example")[0] == 404


def test_two_servers_show_two_models(server):
    other = NetronServer(lambda: b"other")
    try:
        assert ask(other, urllib.parse.urlparse(other.url).path + "data/model.tflite")[1] == b"other"
        assert ask(server, urllib.parse.urlparse(server.url).path + "data/model.tflite")[1] == b"TFL3 model"
    finally:
        other.close()


def test_a_model_that_has_gone_is_not_there():
    def gone() -> bytes:
        raise ModelFileError("There is no file.")

    server = NetronServer(gone)
    try:
        assert ask(server, urllib.parse.urlparse(server.url).path + "data/model.tflite")[0] == 404
    finally:
        server.close()


@pytest.mark.parametrize(("is_dark", "rule"), [(True, "@media all"), (False, "@media not all")])
def test_pages_follow_the_theme(server, is_dark, rule):
    server.is_dark = is_dark

    assert rule.encode() in ask(server, urllib.parse.urlparse(server.url).path + "grapher.css")[1]


@pytest.mark.parametrize(
    ("message", "operator"),
    [
        ("chosen 0:12", OperatorId(0, 12)),
        ("chosen 1:0", OperatorId(1, 0)),
        ("chosen 0:-1", None),
        ("chosen", None),
        ("drawn", None),
        ("chosen 0:" + "9" * 40, None),
    ],
)
def test_messages_of_the_page_are_read_with_care(message, operator):
    assert read_chosen(message) == operator


def test_names_from_files_stay_texts_in_scripts():
    hostile = "</script><script>alert(1)</script>\u2028'\"\\"
    script = attach_script({"metadata": [{"name": hostile}], "metrics": []})
    data = script.split("const data = ", 1)[1].split(";\n", 1)[0]

    assert json.loads(data)["metadata"][0]["name"] == hostile
    assert "<" not in data
    assert choose_script(OperatorId(0, 3)).endswith(".choose(0, 3);")
