"""Which published network an open model is, by its name and its layers."""

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from backends.errors import ResourceError
from backends.model.model import Model
from backends.published.table import read_networks


@dataclass(frozen=True, slots=True, kw_only=True)
class Network:
    """A network that published tables name.

    ``layers`` gives the least and the most operators of a kind that its usual form has.
    """

    id: str
    title: str
    names: tuple[str, ...]
    layers: Mapping[str, tuple[int, int]]
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Likeness:
    """An open model taken for a network, and what speaks for it."""

    network: Network
    by_name: bool
    by_layers: bool
    """Whether the numbers of its layers are those of the network's usual form; false too where none are known."""

    @property
    def text(self) -> str:
        """Say what the model was taken for and why."""
        if self.by_name and self.by_layers:
            return f"{self.network.title}, by name and layers"
        if self.by_name and self.network.layers:
            return f"a variant of {self.network.title}: the name fits, the layers differ"
        if self.by_name:
            return f"{self.network.title}, by name only"
        return f"{self.network.title}, by its layers"


@cache
def load_networks() -> tuple[Network, ...]:
    """Read the networks that come with the program.

    Raises:
        ResourceError: the file is wrong.
    """
    try:
        return tuple(
            Network(
                id=row["id"],
                title=row["title"],
                names=tuple(row["names"]),
                layers={kind: (least, most) for kind, (least, most) in row["layers"].items()},
                source=row["source"],
            )
            for row in read_networks()["network"]
        )
    except (KeyError, TypeError, ValueError) as error:
        raise ResourceError("The file of networks lacks a field or has a wrong one.", detail=str(error)) from error


def find_network(model: Model, file_name: str = "") -> Likeness | None:
    """Give the network that a model is, or ``None``.

    A name that fits counts first, the longest one (``esrgan`` before ``srgan``); without one, only layers that name at
    least two kinds decide, since one count alone fits too many networks.

    Args:
        model: what is open.
        file_name: its file's name, looked at besides the model's own.
    """
    words = simplify(f"{file_name} {model.name} {model.description}")
    kinds = Counter(operator.label for operator in model.subgraphs[0].operators) if model.subgraphs else Counter()
    named = [(len(name), network) for network in load_networks() for name in network.names if name in words]
    if named:
        network = max(named, key=lambda pair: pair[0])[1]
        return Likeness(network=network, by_name=True, by_layers=_has_layers(network, kinds))
    for network in load_networks():
        if len(network.layers) >= 2 and _has_layers(network, kinds):
            return Likeness(network=network, by_name=False, by_layers=True)
    return None


def network_of_name(name: str) -> Network | None:
    """Give the network that a published model's name stands for (``mobilenet_v2_1.0_224_quant``)."""
    words = simplify(name)
    named = [(len(known), network) for network in load_networks() for known in network.names if known in words]
    return max(named, key=lambda pair: pair[0])[1] if named else None


def simplify(text: str) -> str:
    """Give a text in lower case without what separates words, for comparing names."""
    return re.sub(r"[^a-z0-9]+", "", text.casefold())


def _has_layers(network: Network, kinds: Mapping[str, int]) -> bool:
    if not network.layers:
        return False
    return all(least <= kinds.get(kind, 0) <= most for kind, (least, most) in network.layers.items())
