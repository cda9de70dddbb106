"""Patterns of names that the caller chooses for a resource: small letters, no spaces; written as in `titles`."""

from stages.environments.titles import Patterns

SLUG: Patterns = ("{thing}-{dev|test|staging|prod}", "{team}-{thing}", "{thing}-{city}")

SLUGS: tuple[tuple[str, Patterns], ...] = (
    ("domain, domain alias", ("{last}.example", "{city}.example")),
    ("managed zone, zone", ("{last}-{shop|mail|blog|example}", "{city}-{office|intranet}")),
    ("alias", ("{subject}-{year}", "{team}-{city}", "{city}-{first}")),
    ("response policy", ("{city}-{block|allow}-list", "{team}-overrides")),
    ("policy", ("{city}-{logging|forwarding}", "{team}-{logging|forwarding}")),
    ("endpoint, outbound endpoint", ("{city}-{dns|resolver}", "{team}-resolver")),
    ("feature", ("{city}-{whiteboard|projector|webcam}", "{last}-{phone|screen}")),
    ("environment, branch", ("{first}-{dev|preview}", "{thing}-{staging|beta}", "{month}-release")),
    ("capacity reservation, work group, workgroup", ("{team}-{reports|nightly|adhoc}", "{city}-analysts")),
    ("data catalog, database, registry", ("{city}-{sensors|metrics|sales}", "{team}-{events|lake}")),
    ("table", ("{city}-{door|power|water}", "{thing}-{cpu|memory|latency}")),
    ("statement", ("{orders|refunds|signups}-by-{city|month|team}", "{team}-{orders|refunds}")),
    ("repository", ("{thing}-{api|web|docs|infra}", "{city}-{app|site}")),
    ("approval rule template", ("{one|two|three}-reviewers-{team}", "{team}-{release|hotfix}-approval")),
    ("template", ("{hls|mp4|dash}-{1080p|720p|4k}-{city}", "{news|sports|movies}-{1080p|720p|4k}-{city}")),
    ("queue", ("{team}-{urgent|nightly|bulk}", "{city}-uploads")),
    ("collection", ("{city}-{stores|depots|schools}", "{team}-zones")),
    ("key", ("{city}-{web|mobile}", "{team}-{web|mobile}")),
    ("map", ("{city}-{streets|night|satellite}", "{team}-map")),
    ("index", ("{city}-{addresses|shops}", "{team}-search")),
    ("calculator", ("{city}-{trucks|bikes|walking}", "{team}-routes")),
    ("tracker", ("{city}-{vans|scooters|couriers}", "{team}-fleet")),
)
