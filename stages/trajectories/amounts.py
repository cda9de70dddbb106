"""Plausible numbers: by what is measured and in which unit, near the description's own examples, inside the bounds."""

import math
import re
from random import Random

from stages.core.records import Field
from stages.trajectories.meaning import about, examples, kind, noun, unit
from stages.trajectories.words import words

# Pattern over `noun | unit`, lowest, highest, decimals. The first that matches counts.
_RULES: tuple[tuple[str, float, float, int], ...] = (
    (r"\| g/cc", 1.6, 2.8, 2), (r"reproduction number|\br0\b", 1.2, 6, 1),
    (r"\bmonth\b(?!s)", 1, 12, 0), (r"\bday\b(?!s)|day of", 1, 28, 0), (r"due to gravity", 9.7, 9.9, 2),
    (r"\bslope\b", 0.001, 0.05, 3),
    (r"sphericity|shape factor", 0.5, 0.98, 2), (r"\bpasses\b", 1, 4, 0), (r"drag coefficient", 0.3, 1.4, 2),
    (r"loss coefficient", 0.2, 9, 1),
    (r"power factor", 0.7, 0.95, 2), (r"magnitude", 3, 8, 1), (r"\| in$|\| inch", 0.5, 24, 1),
    (r"dimensionless|radius parameter|parameter", 0.1, 2, 2),
    (r"polytropic exponent", 1.1, 1.6, 2), (r"reynolds", 2000, 120000, -2), (r"prandtl|schmidt", 0.7, 12, 1),
    (r"grashof|rayleigh", 100000, 9000000, -4),
    (r"mach", 0.3, 2.8, 1), (r"nusselt", 4, 300, 0), (r"friction factor", 0.012, 0.045, 3),
    (r"relative roughness", 0.0002, 0.01, 4), (r"roughness.*\| m$", 0.0002, 0.003, 4), (r"void|porosity", 0.3, 0.6, 2),
    (r"per ?cent|\| %|humidity(?!.*ratio)", 10, 95, 0), (r"(?:heat capacity|specific heat) ratio|isentropic", 1.1, 1.67, 2),
    (r"efficiency|effectiveness|emissivity|quality|saturation|probability|prevalence|sensitivity|specificity|coverage|"
     r"confidence|alpha|damping|threshold|fraction|proportion", 0.05, 0.95, 2),
    (r"humidity", 0.2, 0.95, 2), (r"mixing ratio", 0.002, 0.02, 3), (r"angle|azimuth|latitude|inclination", 10, 85, 0),
    (r"interest rate|annual.*rate|apr\b", 2, 9, 2), (r"rate of interest|interest as decimal|discount rate", 0.02, 0.12, 3),
    (r"loan term|term.*years|\| years", 5, 30, 0), (r"property value|home price|house", 180000, 900000, -4),
    (r"loan|principal|mortgage", 50000, 600000, -4), (r"income|salary", 3000, 12000, -2), (r"debts?|housing cost", 300, 2800, -1),
    (r"payment|price|cost|amount|budget|revenue|fee|usd|dollars", 20, 5000, 0),
    (r"\| K$", 280, 520, 0), (r"\| °F$", 50, 220, 0), (r"temperature|dew ?point", 4, 35, 1),
    (r"\| Pa$", 100000, 900000, -3), (r"\| psi$", 500, 4500, -1), (r"pressure", 820, 1020, 0),
    (r"gas.*\| kg/m\^3|vapor.*\| kg/m\^3", 0.6, 8, 1), (r"density|\| kg/m\^3", 650, 1250, 0), (r"\| Pa\*s$", 0.0004, 0.003, 4),
    (r"\| m\^2/s$", 0.0001, 0.002, 4), (r"\| W/(?:\(?m)", 0.03, 60, 2), (r"\| J/(?:kg|mol)", 800, 4300, 0),
    (r"\| m\^3/s$", 0.02, 2.5, 2), (r"\| kg/s$", 0.2, 18, 1), (r"\| N/m$", 0.02, 0.075, 3), (r"\| W$", 150, 6000, -1),
    (r"speed|velocity|wind|\| m/s$", 1, 40, 1), (r"voltage|\| V$", 12, 480, 0), (r"\| m\^2", 0.1, 60, 1),
    (r"\| m\^3", 0.1, 80, 1),
    (r"(?:particle|drop|bubble|wire|wall thick|thickness).*\| m$", 0.001, 0.02, 3),
    (r"(?:diameter|width|depth|radius|pitch|throat|orifice).*\| m$", 0.05, 2.5, 2), (r"\| m$", 0.5, 40, 1),
    (r"elevation|altitude|height.*\| ?(?:meters)?$", 10, 3200, 0), (r"radius|distance", 1, 60, 0), (r"feet|\| ft", 20, 9000, 0),
    (r"acres", 40, 1200, 0), (r"weight|mass|kilogram|\| kg", 45, 110, 0), (r"\| cm", 150, 195, 0), (r"hours?\b", 1, 12, 0),
    (r"minutes?|duration", 10, 120, 0), (r"seconds?", 5, 90, 0), (r"days?", 1, 30, 0), (r"weeks?", 1, 12, 0),
    (r"months?", 1, 24, 0), (r"\bport\b", 1024, 9000, 0), (r"volume", 0.2, 90, 1), (r"frequency", 50, 900, 0),
    (r"quantity|stock|number of|count|rows?|columns?|index|position|order|level|slices|priority", 1, 40, 0),
)  # fmt: skip


def draw(field: Field, rng: Random) -> int | float | None:
    """A plausible value of the parameter's type; None when its bounds leave none."""
    low, high = bounds(field)
    for _ in range(6):
        value = _draw(field, rng)
        if value is None:
            return None
        if (low is not None and value < low) or (high is not None and value > high):
            value = _inside(value, low, high, rng)
        if field.type == "integer" or (float(value).is_integer() and abs(value) >= 1):
            value = round(value)
        if value != field.default and (low is None or value >= low) and (high is None or value <= high):
            return value
    return None


def bounds(field: Field) -> tuple[float | None, float | None]:
    """The lowest and highest value the schema or the description allows."""
    low, high = field.minimum, field.maximum
    written = re.search(r"\(?(-?\d+(?:\.\d+)?)\s*(?:-|–|to)\s*(-?\d+(?:\.\d+)?)(?=[),\s]|$)", about(field))
    if written and float(written[1]) < float(written[2]) and low is None and high is None:
        low, high = float(written[1]), float(written[2])
    most = re.search(r"(?:max(?:imum)?|up to|at most)[ :]*(\d+)\b", about(field).lower())
    if most and high is None and kind(field) == "limit":
        high = float(most[1])
    unit_range = re.search(r"[\[(]0, 1[\])]|\(0-1\)|between 0 and 1|fraction", about(field))
    if unit_range and low is None and high is None and field.type == "number":
        low, high = 0.0, 1.0
    return low, high


def _inside(value: float, low: float | None, high: float | None, rng: Random) -> float:
    floor = low if low is not None else min(1.0, (high or 1.0) / 2)
    ceiling = high if high is not None else floor + 40
    ceiling = min(ceiling, floor + max(1.0, (ceiling - floor) * 0.6))
    digits = 2 if ceiling - floor <= 3 else 0
    return round(rng.uniform(floor, ceiling), digits)


def _draw(field: Field, rng: Random) -> float | int | None:
    what = kind(field)
    own = [float(one) for one in examples(field) if re.fullmatch(r"-?\d+(?:\.\d+)?", one) and abs(float(one)) < 1e9]
    if what == "latitude":
        return round(rng.uniform(-55, 65), rng.choice((1, 2, 4)))
    if what == "longitude":
        return round(rng.uniform(-125, 150), rng.choice((1, 2, 4)))
    if what == "limit":
        return rng.choice((3, 5, 10, 15, 20, 25, 30, 50, 8, 12))
    if what == "page":
        return rng.randint(2, 6)
    if what == "year":
        return rng.randint(1995, 2026)
    if what == "age":
        return rng.randint(18, 85)
    if what == "id":
        return rng.choice((rng.randint(100, 999), rng.randint(1000, 99999), int(rng.choice(own)) if own else 42))
    listed = re.search(r"\b(?:[Ee]ither|[Oo]ne of|;) ?((?:\d+(?:, | or |, or )){1,5}\d+)|, (\d or \d)\b", about(field))
    if listed:
        return int(rng.choice(re.findall(r"\d+", listed[1] or listed[2])))
    if own:
        return _near(rng.choice(own), rng)
    text = f"{words(field.name)} {noun(field).lower()} | {unit(field)}"
    for pattern, low, high, digits in _RULES:
        if re.search(pattern, text):
            return _sample(low, high, digits, rng)
    if not about(field) and len(words(field.name)) > 2:
        return None
    if field.type == "integer":
        return rng.randint(2, 30)
    return rng.choice((rng.randint(1, 60), round(rng.uniform(0.5, 60), 1), round(rng.uniform(0.5, 20), 2)))


def _near(value: float, rng: Random) -> float:
    """The example itself or another of its size with as many decimals."""
    if rng.random() < 0.35 or value == 0:
        return value
    digits = len(repr(value).partition(".")[2]) if not float(value).is_integer() else 0
    near = round(value * rng.uniform(0.7, 1.3), digits)
    return near or value


def _sample(low: float, high: float, digits: int, rng: Random) -> float:
    """Between the bounds, evenly over magnitudes where they lie far apart, with so many decimals (negative: zeros)."""
    far = low > 0 and high / low > 100
    value = math.exp(rng.uniform(math.log(low), math.log(high))) if far else rng.uniform(low, high)
    if digits <= 0 and value >= 100 and rng.random() < 0.4:
        digits = min(digits, -1)
    if 0 < digits < 4 and value >= 2 and rng.random() < 0.45:
        digits = 0
    value = round(value, digits)
    return int(value) if digits <= 0 else max(value, round(low, digits))
