"""The session file: models, runs, verdicts, notes and the window's layout in one SQLite file.

A run that was measured is worth more than the program that measured it: each is written in a transaction of its own,
at once, and a process that is killed in the middle leaves the file as it was before. Decisions:

- Rollback journal (``DELETE``) and ``synchronous=EXTRA``, not WAL: a session is a file that people copy, mail and put
  on network drives, and with WAL the newest runs lie in a second file beside it, which a copy leaves behind and which
  does not work on network drives (https://www.sqlite.org/wal.html, disadvantages 1, 2 and 8). ``EXTRA`` is ``FULL``
  and also syncs the folder once the journal is gone, without which a power failure can take back the last
  transaction (https://www.sqlite.org/pragma.html#pragma_synchronous). A run is saved every few seconds at most, so
  that the speed of WAL would be of no use.
- A connection for each transaction: no handle is held, no lock survives, and each opening checks the file again.
- A run is the JSON of ``runs.store``, compressed; there is no second format of a run.
- Files come from elsewhere: the schema must be exactly ours (``database``), sizes and types are checked, nothing is
  executed, and what is compressed cannot grow beyond a limit (``packing``).
- A file that SQLite refuses is read page by page (``salvage``).
"""
