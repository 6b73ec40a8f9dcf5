"""An address on the web as a person wrote it -> where to connect, if that may be done at all.

Nothing is opened here. What is refused is whatever could lead into the person's own network: a
feed or a redirect is written by strangers, and a name in it may point anywhere.
"""

import ipaddress
import re
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

from corpus.errors import ArticleError

DEFAULT_PORTS = {"http": 80, "https": 443}
# Where pages are served. Behind any other port there may be mail, a database or a printer, to
# which a redirect could make us speak.
PORTS = frozenset({80, 443, 8080, 8443})
_MOST_CHARACTERS = 2_000

_NAME = re.compile(r"(?=.{1,253}\Z)[a-z0-9_-]{1,63}(?:\.[a-z0-9_-]{1,63})*")
# The standard library's resolver takes 127.1, 0x7f.1 and 2130706433 for 127.0.0.1.
_NUMERIC_END = re.compile(r"(?:.*\.)?(?:\d+|0x[0-9a-f]*)")
_UNWRITTEN = re.compile(r"[\x00-\x20\x7f-\xa0\s\ud800-\udfff]")

_V4_NOT_PUBLIC = tuple(
    map(
        ipaddress.IPv4Network,
        "0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24"
        " 192.0.2.0/24 192.88.99.0/24 192.168.0.0/16 198.18.0.0/15 198.51.100.0/24 203.0.113.0/24"
        " 224.0.0.0/4 240.0.0.0/4".split(),
    )
)
# Of IPv6 only 2000::/3 is handed out, and these parts of it are for protocols and examples.
_V6_PUBLIC = ipaddress.IPv6Network("2000::/3")
_V6_NOT_PUBLIC = tuple(
    map(ipaddress.IPv6Network, "2001::/23 2001:db8::/32 3fff::/20 2620:4f:8000::/48".split())
)
_SIX_TO_FOUR = ipaddress.IPv6Network("2002::/16")
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")


@dataclass(frozen=True, slots=True)
class Target:
    """What to ask of whom: `host` is a name in ASCII or the usual spelling of an address."""

    scheme: str
    host: str
    port: int
    path: str

    @property
    def is_literal(self) -> bool:
        """Whether `host` is an address already, so that there is nothing to resolve."""
        return ":" in self.host or _NUMERIC_END.fullmatch(self.host) is not None


def shown(url: str) -> str:
    """`url` for a message: printable, not endless, and without a password."""
    text = "".join(char if char.isprintable() else "?" for char in url[:200])
    text = re.sub(r"(?<=//)[^/?#]*@", "", text)
    return text if len(url) <= 200 else f"{text}…"


def target(url: str) -> Target:
    """Where `url` leads.

    Raises:
        ArticleError: it is no http or https URL that is fetched; the reason alone.
    """
    if len(url) > _MOST_CHARACTERS:
        raise ArticleError(f"has more than {_MOST_CHARACTERS:,} characters; give a shorter address")
    if _UNWRITTEN.search(url):
        raise ArticleError("holds a space or a control character; write it as %20 and the like")
    try:
        parts = urlsplit(url)
        scheme, host, port = parts.scheme, parts.hostname or "", parts.port
    except ValueError as error:
        raise ArticleError("is no address on the web; check how it is spelt") from error
    if scheme not in DEFAULT_PORTS:
        raise ArticleError("is neither http nor https; save the file and give its path")
    if "@" in parts.netloc:
        raise ArticleError("holds a user name or a password; give the address without them")
    if not host:
        raise ArticleError("names no host; check how it is spelt")
    path = quote(parts.path or "/", safe="/%:@!$&'()*+,;=~[]")
    if parts.query:
        path += "?" + quote(parts.query, safe="/%:@!$&'()*+,;=~[]?")
    port = DEFAULT_PORTS[scheme] if port is None else port
    return Target(scheme, _host(host), port, path)


def is_public(address: str) -> bool:
    """Whether `address`, an IPv4 or IPv6 address, is somebody's on the open internet.

    Forms of IPv6 that carry an IPv4 address (mapped, 6to4, NAT64) are what that one is.
    """
    try:
        place = ipaddress.ip_address(address)
    except ValueError:
        return False
    if isinstance(place, ipaddress.IPv4Address):
        return not any(place in network for network in _V4_NOT_PUBLIC)
    if place.scope_id is not None:
        return False
    if place.ipv4_mapped:
        return is_public(str(place.ipv4_mapped))
    if place in _SIX_TO_FOUR:
        return is_public(str(place.sixtofour))
    if place in _NAT64:
        return is_public(str(ipaddress.IPv4Address(int(place) & 0xFFFFFFFF)))
    return place in _V6_PUBLIC and not any(place in network for network in _V6_NOT_PUBLIC)


def _host(host: str) -> str:
    if ":" in host:
        try:
            address = ipaddress.IPv6Address(host)
        except ValueError as error:
            raise ArticleError("names no host; check how it is spelt") from error
        if address.scope_id is not None:
            raise ArticleError("names an address of this machine's own network; give a public one")
        return address.compressed
    try:
        name = host.encode("idna").decode("ascii").lower().removesuffix(".")
    except UnicodeError as error:
        raise ArticleError("names no host that can be; check how it is spelt") from error
    if not _NAME.fullmatch(name):
        raise ArticleError("names no host that can be; check how it is spelt")
    if _NUMERIC_END.fullmatch(name):
        try:
            return str(ipaddress.IPv4Address(name))
        except ValueError as error:
            raise ArticleError(
                "spells an address in an unusual way; write it as 1.2.3.4"
            ) from error
    return name
