"""What the contractor sells: the lines of invoices and estimates."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Sku:
    """One entry of the price book; the price is in cents, the words are HTML for the customer."""

    id: int
    code: str
    name: str
    kind: str
    cents: int
    words: str


@dataclass(frozen=True, slots=True)
class Line:
    """So many of one entry."""

    sku: Sku
    count: int = 1

    @property
    def cents(self) -> int:
        """What the line comes to before tax."""
        return self.sku.cents * self.count


def _service(key: int, code: str, name: str, cents: int, words: str) -> Sku:
    return Sku(key, code, name, "Service", cents, f"<p>{words}</p>")


def _material(key: int, code: str, name: str, cents: int) -> Sku:
    return Sku(key, code, name, "Material", cents, f"{name}<br>Stocked on the truck.")


def _unit(key: int, code: str, name: str, cents: int, words: str) -> Sku:
    return Sku(key, code, name, "Equipment", cents, f"<p><b>{name}</b><br/>{words}</p>")


DISPATCH = _service(
    90001, "DIAG1", "Dispatch Fee", 8900, "The dispatch fee covers the visit and the diagnosis."
)
COOLING_TUNE_UP = _service(
    90002, "TUNE-AC", "Cooling Tune-Up", 12900, "Coil rinse, refrigerant check, 21 points in all."
)
HEATING_TUNE_UP = _service(
    90003, "TUNE-HT", "Heating Tune-Up", 12900, "Burners, heat exchanger, safeties, 24 points."
)
LABOR = _service(90004, "LAB-HR", "Skilled Labor, per hour", 14500, "A licensed tradesperson.")
DRAIN = _service(90005, "DRN-MAIN", "Main Line Clearing", 32500, "Cable to 75 ft &amp; camera.")
OUTLET = _service(90006, "ELE-GFCI", "GFCI Outlet, installed", 21500, "Tested and labelled.")
REFUND = Sku(90007, "REFUND", "Goodwill Credit", "Service", -2500, "<p>Our apologies.</p>")
EXTRA = _service(90008, "PERMIT", "Permit Filing", 4500, "Village permit, filed after the work.")
INSPECTION = _service(90009, "INSP", "Site Inspection", 18500, "Written report with photos.")
IGNITOR = _material(90101, "PT-IGN", "Hot Surface Ignitor", 18750)
CAPACITOR = _material(90102, "PT-CAP45", "45/5 MFD Run Capacitor", 14925)
FILTER = _material(90103, "PT-FLT16", "16x25x4 Media Filter", 6450)
PRESSURE_VALVE = _material(90104, "PL-PRV", "Pressure Reducing Valve", 28999)
BREAKER = _material(90105, "EL-BRK20", "20 A AFCI Breaker", 11375)
FURNACE = _unit(90201, "EQ-FURN96", "96% Gas Furnace, 80k BTU", 489500, "Two-stage, ECM blower.")
CONDENSER = _unit(90202, "EQ-AC3T", "3 Ton 16 SEER2 Condenser", 527500, "R-454B, pad included.")
HEAT_PUMP = _unit(90203, "EQ-HP3T", "3 Ton Cold-Climate Heat Pump", 894000, "Rated to -15 F.")
WATER_HEATER = _unit(90204, "EQ-WH50", "50 Gal Gas Water Heater", 189900, "12-year tank warranty.")
SUMP_PUMP = _unit(90205, "EQ-SUMP", "1/2 HP Sump Pump with Backup", 124900, "Battery included.")
PANEL = _unit(90206, "EQ-PNL200", "200 A Main Panel", 342500, "Permit and inspection included.")
EV_CHARGER = _unit(90207, "EQ-EV48", "48 A EV Charger", 159900, "Hard-wired, outdoor rated.")
DISCOUNT = Sku(90301, "DISC-50", "Neighbor Discount", "PriceModifier", -5000, "<p>Thank you!</p>")
MEMBERSHIP_FEE = _service(90401, "MEM-GOLD", "Gold Comfort Plan", 2495, "One month of the plan.")
