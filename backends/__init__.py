"""Everything that is not a window: models, targets, devices, runs and reports.

Nothing here imports Qt or ``profiler_gui``, so that all of it works on a server. The packages form layers; an upper
one may import a lower one, never the other way round (import-linter checks it):

    cli         headless commands, one module per verb
    api         what scripts use, in one call each
    reports     writes models, verdicts and runs to files
    sessions    one file with models, runs, verdicts and notes
    runs        plans, measuring, statistics, storage
    power       meters, traces over time, energy, the power-performance curve
    devices     things that can run a model         |  siblings that
    targets     rules: what would run where         |  do not import
    graph       layered layout of a subgraph        |  each other
    model       what a ``.tflite`` file says
    units, progress, errors

The vocabulary: **Model, Subgraph, Operator, Tensor** are what the file contains. **Target** is a class of hardware
and runtime described by **Rules**; a **Verdict** with **Findings** is its answer for one operator. A **Device** can
run a model; a **Plan** says what shall be measured, a **Run** is a finished measurement. A **Report** writes any of
them.

From a script:

    from backends import api

    model = api.read_model("model.tflite")
    verdicts = api.check(model, ["nnapi-1.2", "vs680"])
    before, after = api.measure(model, runs=50), api.measure(model, runs=50, threads=2)
    print(api.compare(before, after).judgement.headline)
    api.write_report("report.html", model, [before, after])
"""
