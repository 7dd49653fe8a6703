"""Devices reached over adb.

``server`` speaks with an adb server, through adbutils' client; ``remote_shell`` runs programs and moves files;
``device`` and ``facts`` say what a device is, ``preflight`` whether it may be measured now; ``provider`` finds
devices, ``tracking`` watches them come and go.

Decisions:
- adbutils is imported when the first connection is made: the import takes 0.4 s, and most commands need none of it.
- A connection is never allowed to start an adb server on its own, as adbutils would: only a user's wish does.
- Commands and files are read here rather than with adbutils' own functions, which know no cancel, no progress, no
  line before the end and no exit code beside a stream.
- Files travel uncompressed: models shrink by about a fifth (zlib, 12 of them: 0.78), and adb's ways to compress
  need libraries that Python does not have; what is there already is not sent again, which saves more.
- What runs on a device is tied to its connection by a watcher beside it (``script``), so that it also ends when
  nobody is left to end it: cable pulled, server killed, this program killed.
"""
