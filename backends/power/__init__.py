"""What it costs: power, energy, temperature and clocks beside a run.

A **Meter** is a source of power with its unit, sign, rate and a sentence on what it really measures; a **Trace** is
what one source told over time. All traces of a run have one clock: seconds since the recording began. Everything that
computes (integrating, aligning clocks, finding throttling, the power-performance curve) is a pure function of traces
and numbers, so that it is tested against signals with known answers.
"""
