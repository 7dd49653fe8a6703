import pytest

from backends.query.quantity import QuantityError, parse_quantity


@pytest.mark.parametrize(
    ("text", "unit", "value"),
    [
        ("1ms", "ns", 1e6),
        ("2.5us", "ns", 2500),
        ("3µs", "ns", 3000),
        ("1s", "ms", 1000),
        ("10M", "MACs", 1e7),
        ("1.5k", "", 1500),
        ("1G", "MAC/s", 1e9),
        ("1GMAC/s", "MAC/s", 1e9),
        ("2MiB", "bytes", 2 << 20),
        ("2MB", "bytes", 2e6),
        ("512", "bytes", 512),
        ("1GiB/s", "bytes/s", 1 << 30),
        ("5%", "share", 0.05),
        ("0.05", "share", 0.05),
        ("5%", "%", 5),
        ("-3", "%", -3),
        ("4", "MAC/byte", 4),
        ("1e3", "", 1000),
        (".5mJ", "mJ", 0.5),
        ("2J", "mJ", 2000),
        ("2M", "cycles", 2e6),
        ("7cycles", "cycles", 7),
    ],
)
def test_numbers_are_read_in_the_unit_of_the_values(text, unit, value):
    assert parse_quantity(text, unit) == pytest.approx(value)


@pytest.mark.parametrize(
    ("text", "unit"),
    [("", ""), ("x", ""), ("1", "ns"), ("1kg", "ns"), ("5", "share"), ("1ms", "bytes"), ("1%", "MACs")],
)
def test_what_does_not_fit_the_unit_is_refused(text, unit):
    with pytest.raises(QuantityError):
        parse_quantity(text, unit)
