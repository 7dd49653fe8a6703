"""What others published for the model in front on the chipset that its run was measured on."""

from backends.errors import ResourceError
from backends.published.beside import chipset_of, find_beside
from profiler_gui.session import OpenModel

_MOST = 3


def published_notes(record: OpenModel) -> tuple[str, ...]:
    """Give sentences such as "Published MobileNet-V2 INT8 on Kirin 990: 3.1 ms; yours: 3.4 ms."; often none.

    Args:
        record: the model, with the chosen run.
    """
    run = record.run
    chipset = chipset_of(run) if run is not None else ""
    if not chipset:
        return ()
    try:
        found = find_beside(record.model, chipset, run, file_name=record.title)
    except ResourceError:
        # The page of published numbers tells what is wrong with a table.
        return ()
    return tuple(f"{one.text} Sizes and versions may differ." for one in found if one.own_ms is not None)[:_MOST]
