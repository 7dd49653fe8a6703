from PySide6.QtCore import QSettings

from profiler_gui.settings import MAX_RECENT, Settings


def test_recent_files_are_newest_first_without_repetition_and_few(settings):
    for number in range(MAX_RECENT + 3):
        settings.remember_file(f"/m/{number}")
    settings.remember_file("/m/5")

    assert settings.recent_files[0] == "/m/5"
    assert len(settings.recent_files) == MAX_RECENT
    assert len(set(settings.recent_files)) == MAX_RECENT


def test_a_single_recent_file_survives_the_file_on_disk(tmp_path):
    path = str(tmp_path / "s.ini")
    first = Settings(QSettings(path, QSettings.Format.IniFormat))
    first.remember_file("/m/only")
    first.save()

    assert Settings(QSettings(path, QSettings.Format.IniFormat)).recent_files == ("/m/only",)


def test_nonsense_in_the_store_reads_as_nothing(tmp_path):
    store = QSettings(str(tmp_path / "s.ini"), QSettings.Format.IniFormat)
    store.setValue("theme", 17)
    store.setValue("window/geometry", "text")
    store.setValue("recent_files", 3)
    settings = Settings(store)

    assert settings.theme == ""
    assert settings.geometry.isEmpty()
    assert settings.recent_files == ()
