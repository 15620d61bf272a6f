"""The lists that a plant brings in from its spreadsheets: which fields each has, and what people call them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum


class TableKind(StrEnum):
    """What the rows of a list are."""

    MACHINES = "machines"
    PEOPLE = "people"
    MATERIALS = "materials"
    ORDERS = "orders"
    STOCK = "stock"
    ROUTINGS = "routings"  # definitions: bill and routing in one
    PLANS = "plans"  # control plans


class CellKind(StrEnum):
    """How the text of a cell is read."""

    CODE = "code"
    TEXT = "text"
    NAMES = "names"  # several, parted by comma or semicolon
    NUMBER = "number"
    SIGNED = "signed"  # a number that may be less than zero
    WHOLE = "whole"
    DATE = "date"
    UNIT = "unit"
    CHOICE = "choice"


@dataclass(frozen=True)
class TableField:
    """One field of a list. `names` are headings under which it is found without being asked, folded."""

    key: str
    kind: CellKind
    names: Sequence[str]
    is_required: bool = False
    longest: int = 200
    words: Mapping[str, str] | None = None  # a choice: folded word -> value


TRACKING = {
    "": "none", "none": "none", "no": "none", "-": "none", "nein": "none", "ohne": "none", "nej": "none",
    "lot": "lot", "lots": "lot", "batch": "lot", "charge": "lot", "los": "lot", "parti": "lot",
    "serial": "serial", "serial number": "serial", "sn": "serial", "seriennummer": "serial", "serienummer": "serial",
}  # fmt: skip

USES = {
    "": "consumed", "consumed": "consumed", "in": "consumed", "input": "consumed", "component": "consumed",
    "verbrauch": "consumed", "förbrukas": "consumed",
    "produced": "produced", "out": "produced", "output": "produced", "product": "produced", "erzeugt": "produced",
    "by product": "by_product", "nebenprodukt": "by_product", "biprodukt": "by_product",
    "co product": "co_product", "kuppelprodukt": "co_product", "samprodukt": "co_product",
    "consumable": "consumable", "hilfsstoff": "consumable", "förbrukningsmaterial": "consumable",
}  # fmt: skip

YES_NO = {
    "": "", "no": "", "n": "", "-": "", "0": "", "nein": "", "nej": "", "false": "",
    "yes": "yes", "y": "yes", "x": "yes", "1": "yes", "ja": "yes", "true": "yes",
}  # fmt: skip
TOLD_BY = {
    "": "variable", "measured": "variable", "variable": "variable", "gemessen": "variable", "mäts": "variable",
    "counted": "attribute", "attribute": "attribute", "attributive": "attribute", "attributiv": "attribute",
    "visual": "visual", "looked at": "visual", "look": "visual", "sichtprüfung": "visual", "visuell": "visual",
}  # fmt: skip
CHARTS = {
    "": "none", "none": "none", "no": "none", "-": "none",
    "xbar r": "xbar_r", "x bar r": "xbar_r", "xbar/r": "xbar_r", "x bar/r": "xbar_r", "mean and range": "xbar_r",
    "i mr": "i_mr", "i/mr": "i_mr", "individuals": "i_mr", "single values": "i_mr", "einzelwerte": "i_mr",
}  # fmt: skip

FIELDS: dict[TableKind, tuple[TableField, ...]] = {
    TableKind.MACHINES: (
        TableField("code", CellKind.CODE, ("code", "machine", "machine code", "machine no", "id", "station", "resource",
                   "maschine", "maschinennummer", "arbeitsplatz", "maskin", "nr", "no", "number"), is_required=True,
                   longest=64),
        TableField("name", CellKind.TEXT, ("name", "machine name", "description", "bezeichnung", "benennung", "namn")),
        TableField("area", CellKind.CODE, ("area", "department", "hall", "line", "cell", "bereich", "abteilung",
                   "halle",
                   "avdelning"), longest=64),
        TableField("classes", CellKind.NAMES, ("class", "classes", "type", "group", "machine group", "gruppe", "typ",
                   "maschinengruppe", "grupp"), longest=64),
        TableField("places", CellKind.WHOLE, ("places", "capacity", "jobs at once", "plätze", "platser")),
    ),
    TableKind.PEOPLE: (
        TableField("code", CellKind.CODE, ("code", "badge", "personnel number", "employee no", "employee id", "id",
                   "personalnummer", "ausweis", "anställningsnummer", "nr", "no", "number"), is_required=True,
                   longest=64),
        TableField("name", CellKind.TEXT, ("name", "employee", "person", "full name", "mitarbeiter", "namn",
                   "anställd"), is_required=True),
        TableField("skills", CellKind.NAMES, ("skills", "skill", "qualifications", "qualification", "qualifikation",
                   "qualifikationen", "kompetens", "kompetenser"), longest=64),
    ),
    TableKind.MATERIALS: (
        TableField("code", CellKind.CODE, ("code", "material", "part", "part no", "part number", "item", "item no",
                   "article", "article no", "sku", "artikel", "artikelnummer", "teil", "teilenummer", "artikelnr", "nr",
                   "no", "number"), is_required=True, longest=64),
        TableField("name", CellKind.TEXT, ("name", "description", "material name", "bezeichnung", "benennung", "namn",
                   "benämning")),
        TableField("unit", CellKind.UNIT, ("unit", "uom", "unit of measure", "einheit", "me", "enhet")),
        TableField("tracking", CellKind.CHOICE, ("tracking", "tracked by", "lot or serial", "verfolgung", "spårning"),
                   words=TRACKING),
        TableField("classes", CellKind.NAMES, ("class", "classes", "group", "category", "warengruppe", "gruppe",
                   "grupp",
                   "kategori"), longest=64),
    ),
    TableKind.ORDERS: (
        TableField("code", CellKind.CODE, ("order", "order no", "order number", "work order", "wo", "auftrag",
                   "auftragsnummer", "fertigungsauftrag", "ordernummer", "id", "code", "nr", "no", "number"),
                   is_required=True, longest=64),
        TableField("material", CellKind.CODE, ("material", "part", "part no", "part number", "item", "article",
                   "product",
                   "artikel", "artikelnummer", "teil", "produkt"), is_required=True, longest=64),
        TableField("quantity", CellKind.NUMBER, ("quantity", "qty", "amount", "order quantity", "menge", "anzahl",
                   "stück", "antal", "kvantitet"), is_required=True),
        TableField("due", CellKind.DATE, ("due", "due date", "delivery date", "finish", "termin", "liefertermin",
                   "endtermin", "leveransdatum", "förfallodag")),
        TableField("machine", CellKind.CODE, ("machine", "station", "resource", "work center", "maschine",
                   "arbeitsplatz",
                   "maskin"), longest=64),
        TableField("operation", CellKind.TEXT, ("operation", "step", "arbeitsgang", "vorgang", "moment")),
        TableField("priority", CellKind.WHOLE, ("priority", "prio", "priorität", "prioritet")),
        TableField("customer", CellKind.CODE, ("customer", "client", "kunde", "kund"), longest=64),
    ),
    TableKind.STOCK: (
        TableField("material", CellKind.CODE, ("material", "part", "part no", "part number", "item", "article", "sku",
                   "artikel", "artikelnummer", "teil"), is_required=True, longest=64),
        TableField("place", CellKind.CODE, ("place", "location", "bin", "warehouse", "shelf", "storage", "lagerort",
                   "lagerplatz", "platz", "lager", "lagerplats", "hylla"), is_required=True, longest=64),
        TableField("quantity", CellKind.NUMBER, ("quantity", "qty", "on hand", "stock", "amount", "menge", "bestand",
                   "antal", "saldo"), is_required=True),
        TableField("lot", CellKind.CODE, ("lot", "batch", "lot no", "batch no", "charge", "los", "parti",
                   "batchnummer"),
                   longest=64),
        TableField("supplier_lot", CellKind.TEXT, ("supplier lot", "supplier batch", "lieferantencharge",
                   "leverantörsparti"), longest=64),
        TableField("expires", CellKind.DATE, ("expires", "expiry", "expiry date", "best before", "verfall", "mhd",
                   "haltbar bis", "bäst före", "utgångsdatum")),
    ),
    TableKind.ROUTINGS: (
        TableField("definition", CellKind.CODE, ("definition", "routing", "bill", "bom", "bill of material", "recipe",
                   "arbeitsplan", "stückliste", "beredning", "recept"), is_required=True, longest=64),
        TableField("name", CellKind.TEXT, ("definition name", "name", "bezeichnung", "benämning")),
        TableField("product", CellKind.CODE, ("product", "makes", "parent", "assembly", "produkt", "erzeugnis",
                   "baugruppe"), longest=64),
        TableField("batch", CellKind.NUMBER, ("batch", "batch quantity", "lot size", "base quantity", "basismenge",
                   "satsstorlek")),
        TableField("sequence", CellKind.WHOLE, ("sequence", "operation no", "op no", "op", "step no", "nr", "no",
                   "arbeitsgang nr", "vorgangsnummer", "operationsnummer")),
        TableField("operation", CellKind.TEXT, ("operation", "step", "operation name", "arbeitsgang", "vorgang",
                   "moment")),
        TableField("machine", CellKind.CODE, ("machine", "station", "resource", "work center", "maschine",
                   "arbeitsplatz", "maskin"), longest=64),
        TableField("setup", CellKind.NUMBER, ("setup", "set up", "setup min", "setup minutes", "setup time",
                   "rüstzeit", "ställtid")),
        TableField("run", CellKind.NUMBER, ("run", "run min", "run minutes", "run time", "time per piece", "cycle",
                   "stückzeit", "stycktid")),
        TableField("material", CellKind.CODE, ("material", "component", "part", "part no", "part number", "item",
                   "article", "artikel", "komponente", "komponent", "teil"), longest=64),
        TableField("quantity", CellKind.NUMBER, ("quantity", "qty", "amount", "menge", "anzahl", "antal")),
        TableField("unit", CellKind.UNIT, ("unit", "uom", "einheit", "me", "enhet")),
        TableField("use", CellKind.CHOICE, ("use", "material use", "direction", "verwendung", "användning"),
                   words=USES),
        TableField("booked", CellKind.CHOICE, ("booked by report", "backflush", "backflushed", "retrograd",
                   "retrograde entnahme"), words=YES_NO),
    ),
    TableKind.PLANS: (
        TableField("plan", CellKind.CODE, ("control plan", "plan", "inspection plan", "control plan no", "prüfplan",
                   "kontrollplan"), is_required=True, longest=64),
        TableField("name", CellKind.TEXT, ("plan name", "control plan name")),
        TableField("product", CellKind.CODE, ("product", "part", "part no", "part number", "material", "item",
                   "article", "artikel", "teil", "produkt"), is_required=True, longest=64),
        TableField("number", CellKind.CODE, ("no", "nr", "balloon", "balloon no", "characteristic no", "char no", "pos",
                   "position", "merkmalnummer", "merkmal nr", "ballong"), is_required=True, longest=64),
        TableField("characteristic", CellKind.TEXT, ("characteristic", "feature", "dimension", "merkmal", "egenskap",
                   "description"), is_required=True),
        TableField("kind", CellKind.CHOICE, ("kind", "type", "told by", "art", "typ"), words=TOLD_BY),
        TableField("operation", CellKind.TEXT, ("operation", "process step", "step", "arbeitsgang", "vorgang",
                   "moment")),
        TableField("machine", CellKind.CODE, ("machine", "station", "resource", "work center", "maschine",
                   "arbeitsplatz", "maskin"), longest=64),
        TableField("nominal", CellKind.SIGNED, ("nominal", "target", "sollwert", "nennmaß", "nennmass",
                   "nominellt värde")),
        TableField("lower", CellKind.SIGNED, ("lower", "lower limit", "lsl", "min", "untere grenze", "ug", "usg",
                   "undre gräns")),
        TableField("upper", CellKind.SIGNED, ("upper", "upper limit", "usl", "max", "obere grenze", "og", "osg",
                   "övre gräns")),
        TableField("unit", CellKind.UNIT, ("unit", "uom", "einheit", "me", "enhet")),
        TableField("method", CellKind.TEXT, ("method", "measurement method", "prüfmethode", "metod")),
        TableField("gauge", CellKind.TEXT, ("gauge", "gage", "instrument", "prüfmittel", "mätdon"), longest=100),
        TableField("size", CellKind.WHOLE, ("sample size", "size", "sample", "n", "stichprobe", "stickprov")),
        TableField("first", CellKind.CHOICE, ("first piece", "first off", "erststück", "första bit"), words=YES_NO),
        TableField("pieces", CellKind.WHOLE, ("every pieces", "frequency", "frequency pieces", "every n pieces",
                   "alle stück", "var n bit")),
        TableField("minutes", CellKind.WHOLE, ("every minutes", "frequency minutes", "minutes", "alle minuten",
                   "minuter")),
        TableField("setup", CellKind.CHOICE, ("after setup", "after set up", "nach rüsten", "efter ställ"),
                   words=YES_NO),
        TableField("stop", CellKind.WHOLE, ("after stop", "after stop minutes", "nach stillstand", "efter stopp")),
        TableField("blocks", CellKind.CHOICE, ("blocks", "blocking", "sperrt", "blockerar"), words=YES_NO),
        TableField("chart", CellKind.CHOICE, ("chart", "control chart", "regelkarte", "styrdiagram"), words=CHARTS),
        TableField("reaction", CellKind.TEXT, ("reaction", "reaction plan", "reaktionsplan"), longest=2000),
    ),
}  # fmt: skip

UNIT_WORDS = {
    "pc": "C62", "pcs": "C62", "piece": "C62", "pieces": "C62", "ea": "C62", "each": "C62", "st": "C62", "stk": "C62",
    "stck": "C62", "stück": "C62", "styck": "C62", "1": "C62", "pair": "PR", "pairs": "PR", "paar": "PR",
    "dozen": "DZN",
    "liter": "LTR", "litre": "LTR", "litres": "LTR", "hour": "HUR", "hours": "HUR", "std": "HUR", "ton": "TNE",
    "tonne": "TNE", "lbs": "LBR", "inch": "INH", "meter": "MTR", "metre": "MTR", "gram": "GRM",
}  # fmt: skip
"""Words that spreadsheets use for units, beside the units' own codes and symbols."""


def field_of(kind: TableKind, key: str) -> TableField:
    """The field of a kind by its key. Raises: KeyError."""
    return next(field for field in FIELDS[kind] if field.key == key)


def fold(text: str) -> str:
    """A heading or word without case, dots, dashes and surplus blanks: `Part-No.` is `part no`."""
    return " ".join(text.casefold().replace("_", " ").replace("-", " ").replace(".", " ").replace(":", " ").split())
