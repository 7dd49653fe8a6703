"""What can go wrong with a device, as switches of the peer."""

from dataclasses import dataclass, field


@dataclass(slots=True)
class Faults:
    """Switches; each may be turned while the peer runs. The defaults are a device in order."""

    state: str = "device"
    """What the device says it is when it connects: ``device``, ``recovery``, ``sideload``, ``bootloader``."""
    is_unauthorised: bool = False
    """Asks for a key and accepts none, as a phone whose dialog nobody answers."""
    unplug_after_output_bytes: int | None = None
    """The connection breaks when a command has printed so much."""
    unplug_after_pushed_bytes: int | None = None
    """The connection breaks when a push has brought so much."""
    cut_output_after_bytes: int | None = None
    """A command's stream is closed when it has printed so much: no more output, no exit code, the device stays."""
    hang_on: str = ""
    """Commands that hold this text are accepted and never answered."""
    is_silent: bool = False
    """The connection stays, and nothing is answered, as when a wireless network is lost."""
    free_bytes: int | None = None
    """Pushes that bring more fail as on a full disk."""
    is_read_only: bool = False
    """Pushes fail as on a file system without writing."""
    damages_pushes: bool = False
    """Pushed files lose their last byte, as with a bad cable; the device claims success."""
    missing_tools: set[str] = field(default_factory=set)
    """Programs that this device does not have."""
