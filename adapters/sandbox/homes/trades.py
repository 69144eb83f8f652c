"""Kinds of work: the job types, who does them, what is usually sold and written."""

from dataclasses import dataclass

from adapters.sandbox.homes import pricebook as sold
from adapters.sandbox.homes import writeups
from adapters.sandbox.homes.pricebook import Line

HVAC_SERVICE, HVAC_INSTALL, PLUMBING, ELECTRICAL = 271, 272, 273, 274

UNITS = {
    HVAC_SERVICE: ("HVAC: Service", "Harbor & Oak Heating and Air"),
    HVAC_INSTALL: ("HVAC: Install", "Harbor & Oak Heating and Air"),
    PLUMBING: ("Plumbing", "Harbor & Oak Plumbing"),
    ELECTRICAL: ("Electrical", "Harbor & Oak Electric"),
}

TECHNICIANS = {
    2181: ("Dana Kowalski", HVAC_SERVICE),
    2182: ("Marcus Bell", HVAC_SERVICE),
    2183: ("Luis Ortega", HVAC_INSTALL),
    2184: ("Priya Nair", HVAC_INSTALL),
    2185: ("Tom Brennan", PLUMBING),
    2186: ("Aisha Grant", PLUMBING),
    2187: ("Wei Zhang", ELECTRICAL),
    2188: ("Hank Olsen", ELECTRICAL),
}

SELLER = min(TECHNICIANS)
"""Who sells, in ServiceTitan, what a demo's customers accept."""


@dataclass(frozen=True, slots=True)
class Trade:
    """A job type: `written` is the technician's HTML, `minutes` the usual length of a visit."""

    id: int
    name: str
    unit: int
    minutes: int
    lines: tuple[Line, ...]
    written: str

    def technician(self, turn: int) -> int:
        """Return the technician whose turn it is in this trade's business unit."""
        crew = [key for key, (_, unit) in TECHNICIANS.items() if unit == self.unit]
        return crew[turn % len(crew)]


COOLING = Trade(
    101,
    "Cooling Tune-Up",
    HVAC_SERVICE,
    90,
    (Line(sold.COOLING_TUNE_UP), Line(sold.FILTER)),
    writeups.TUNE_UP,
)
HEATING = Trade(
    102,
    "Heating Tune-Up",
    HVAC_SERVICE,
    90,
    (Line(sold.HEATING_TUNE_UP), Line(sold.FILTER)),
    writeups.TUNE_UP,
)
NO_HEAT = Trade(
    103,
    "No Heat",
    HVAC_SERVICE,
    120,
    (Line(sold.DISPATCH), Line(sold.IGNITOR), Line(sold.LABOR)),
    writeups.NO_HEAT,
)
NO_COOL = Trade(
    104,
    "No Cooling",
    HVAC_SERVICE,
    120,
    (Line(sold.DISPATCH), Line(sold.CAPACITOR), Line(sold.LABOR)),
    writeups.NO_COOL,
)
REPLACEMENT = Trade(
    105,
    "System Replacement",
    HVAC_INSTALL,
    480,
    (Line(sold.FURNACE), Line(sold.CONDENSER), Line(sold.LABOR, 4)),
    writeups.INSTALL,
)
ADVICE = Trade(
    106, "Replacement Estimate", HVAC_INSTALL, 60, (Line(sold.DISPATCH),), writeups.ESTIMATE_VISIT
)
DRAIN = Trade(
    107, "Drain Clearing", PLUMBING, 120, (Line(sold.DISPATCH), Line(sold.DRAIN)), writeups.DRAIN
)
WATER_HEATER = Trade(
    108,
    "Water Heater Replacement",
    PLUMBING,
    240,
    (Line(sold.WATER_HEATER), Line(sold.LABOR, 3)),
    writeups.WATER_HEATER,
)
PRESSURE = Trade(
    109,
    "Water Pressure",
    PLUMBING,
    120,
    (Line(sold.DISPATCH), Line(sold.PRESSURE_VALVE), Line(sold.LABOR)),
    writeups.FROM_WORD,
)
CIRCUIT = Trade(
    110,
    "Circuit Repair",
    ELECTRICAL,
    120,
    (Line(sold.DISPATCH), Line(sold.BREAKER), Line(sold.OUTLET)),
    writeups.ELECTRICAL,
)
CHARGER = Trade(
    111,
    "EV Charger Installation",
    ELECTRICAL,
    240,
    (Line(sold.EV_CHARGER), Line(sold.BREAKER), Line(sold.LABOR, 2)),
    writeups.ELECTRICAL,
)

TRADES = (
    COOLING,
    HEATING,
    NO_HEAT,
    NO_COOL,
    REPLACEMENT,
    ADVICE,
    DRAIN,
    WATER_HEATER,
    PRESSURE,
    CIRCUIT,
    CHARGER,
)
EVERYDAY = (COOLING, HEATING, NO_HEAT, NO_COOL, DRAIN, PRESSURE, CIRCUIT)
