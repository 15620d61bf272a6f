"""The mappings that people can choose: those that come with the product, and those of earlier imports of a site."""

from dataclasses import dataclass
from pathlib import Path

from mom.erp.models import ImportRun

SHIPPED = Path(__file__).resolve().parents[1] / "mappings"
MOST_EARLIER = 20


@dataclass(frozen=True)
class KnownMapping:
    """A mapping to choose: `key` is stable for a form, `name` is what people read."""

    key: str
    name: str
    text: str


def mapping_list(site_code: str) -> list[KnownMapping]:
    """Earlier mappings of the site, the last used first, then the shipped ones; the same text once."""
    rows = ImportRun.objects.filter(site__code=site_code).order_by("mapping_digest", "-id").distinct("mapping_digest")
    latest = sorted(rows.values_list("pk", "mapping_digest", "mapping_name", "mapping_text"), reverse=True)[
        :MOST_EARLIER
    ]
    found = [KnownMapping(digest, name, text) for _pk, digest, name, text in latest]
    texts = {known.text for known in found}
    return found + [known for known in shipped() if known.text not in texts]


def shipped() -> list[KnownMapping]:
    """The mappings that come with the product, by name."""
    return [KnownMapping(path.stem, path.name, path.read_text("utf-8")) for path in sorted(SHIPPED.glob("*.yml"))]
