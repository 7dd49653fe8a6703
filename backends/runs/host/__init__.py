"""Measuring on this computer through LiteRT's C API, always in a child process.

``worker``, ``litert_api`` and ``process_memory`` run in the child and import the standard library only, so that the
child's memory is the runtime's. Everything else runs in the parent:

    setups, rewrite, splice, hidden   the files a child reads: inputs, and models rewritten for measuring
    child, death, refusals            requests to the worker, and every way it can fail as a sentence
    phases                            which runs are made, in which order
    nodes, spans                      which operators the events of a profiled run may belong to
    alignment, fusion                 which kernel of the delegate is which operator, and what was fused into what
    attribution, averaging            what each operator took
"""
