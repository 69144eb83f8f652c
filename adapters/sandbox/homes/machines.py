"""Equipment as it stands in people's homes."""

from dataclasses import dataclass

from adapters.sandbox.homes.places import Place


@dataclass(frozen=True, slots=True)
class Make:
    """A kind of equipment: ServiceTitan's type id, what it is, who makes it and the model."""

    type_id: int
    kind: str
    maker: str
    model: str


FURNACE = Make(81, "Furnace", "Carrier", "59SC6A080M17--16")
CONDENSER = Make(82, "Condenser", "Trane", "4TTR4036N1000A")
WATER_HEATER = Make(83, "Water Heater", "Bradford White", "RG250T6N")
PANEL = Make(84, "Electrical Panel", "Square D", "QO142M200PC")
SUMP_PUMP = Make(85, "Sump Pump", "Zoeller", "508-0006")
ROOFTOP = Make(86, "Rooftop Unit", "Lennox", "LGT120H4B")
MAKES = (FURNACE, CONDENSER, WATER_HEATER, PANEL, SUMP_PUMP)


@dataclass(frozen=True, slots=True)
class Machine:
    """A piece of equipment; `day` is when it was installed, counted from today."""

    id: int
    place: Place
    make: Make
    day: int
    name: str | None = None
    replaced: int | None = None
    active: bool = True

    @property
    def serial(self) -> str:
        """The number on its plate."""
        return f"{self.make.maker[:2].upper()}{self.id * 7919 % 10**8:08d}"
