from profiler_gui.canvas.text import TextRole


def test_long_texts_are_shortened_to_the_room(metrics):
    text, width = metrics.fit("layer/" * 200, TextRole.LINE, 150.0)

    assert "…" in text
    assert width <= 150.0


def test_short_texts_stay_as_they_are(metrics):
    assert metrics.fit("ADD", TextRole.TITLE, 150.0)[0] == "ADD"


def test_names_cannot_turn_around_or_break_the_line(metrics):
    text, _ = metrics.fit("a\u202eb\nc\x00", TextRole.LINE, 500.0)

    assert text.isprintable()
