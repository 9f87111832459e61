"""The nouns of the house: frozen values and unions; this module imports nothing of ours and does nothing.

`NamedTuple` and not `@dataclass`: a frozen dataclass costs about 0.8 ms of start-up each, a named tuple 0.2 ms,
and a hook starts at every commit.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Literal, NamedTuple, TypeAlias

JSON: TypeAlias = bool | int | float | str | list["JSON"] | dict[str, "JSON"] | None

# The purl types that are known. Only npm, PyPI and images can be verified; the others are read and never vouched for.
Ecosystem = Literal["npm", "pypi", "oci", "nuget", "golang", "cargo", "jsr", "nix"]
# Those whose registries are asked. An image's digest is enforced by the engine; of the others nothing can be verified.
ASKED: frozenset[Ecosystem] = frozenset({"npm", "pypi"})
Severity = Literal["error", "warning"]
Network = Literal["auto", "off", "required"]
Verdict = Literal["verified", "allowed", "accepted", "blocked", "unchecked"]
Kind = Literal["package", "image", "remote", "local", "program", "opaque"]

# What is known of one part of a release. `unavailable` means that nobody could be asked; it is never `absent`.
Level = Literal["proven", "declared", "absent", "unavailable"]


class Place(NamedTuple):
    """A range in a file, for people and editors: repository-relative POSIX path, lines and columns from 1.

    Columns count Unicode code points; `end_column` is the column after the last character.
    """

    file: str
    line: int = 1
    column: int = 1
    end_line: int = 1
    end_column: int = 1


class Word(NamedTuple):
    """A string of a checked file that knows where it stands.

    `start` and `end` are character offsets of the literal in the decoded text, quotes included. Where both are equal
    the word has no literal of its own: the client puts it there (`npx` before a fast-agent `target`), or it is part of
    one, or made of two; it is for people only and cannot be edited.
    """

    text: str
    place: Place
    start: int
    end: int


# ------------------------------------------------------------------------------------------------ configs


class Variable(NamedTuple):
    """One environment variable or header of a server."""

    name: Word
    value: Word


class Server(NamedTuple):
    """One definition in a config, the client's dialect removed."""

    file: str
    client: str
    name: Word
    argv: tuple[Word, ...]
    env: tuple[Variable, ...]
    env_files: tuple[Word, ...]
    cwd: Word | None
    url: Word | None
    headers: tuple[Variable, ...]
    definition: JSON  # the whole definition as written, for the fingerprint; never printed
    hidden: str | None = None  # why the file does not say what is started: a clause ("an extension of Zed …")


class Problem(NamedTuple):
    """What is wrong with a document, or what it grants, before any server is judged."""

    rule: Literal["unreadable-config", "ambiguous-document", "hidden-characters", "self-approval", "exec-helper"]
    place: Place
    message: str  # a clause without a full stop
    server: str | None = None
    severity: Severity = "error"


class Config(NamedTuple):
    """A file that holds server definitions, as read. `text` is what was decoded ("" when it could not be)."""

    file: str
    client: str
    text: str
    servers: tuple[Server, ...]
    problems: tuple[Problem, ...]


# ------------------------------------------------------------------------------------------------ launches


class Package(NamedTuple):
    """One package or image that a command line names.

    `version` is set when, and only when, the specification names one immutable artifact: an exact npm or PEP 440
    version, an image digest (`sha256:…`), a full commit hash. `cut` is the slice of `word.text` that a pin replaces
    by `join + version`; it is None where the specification cannot be edited in place.
    """

    ecosystem: Ecosystem
    name: str  # npm: as registered; PyPI: normalised (PEP 503); image: host/path
    version: str | None
    written: str  # the whole specification as written
    source: Literal["registry", "git", "url", "path"]
    word: Word
    cut: tuple[int, int] | None = None
    join: str = "@"


class Override(NamedTuple):
    """Something that moves a launch to another registry or index, or changes what is installed from there.

    `registry` is the URL where one is named; `scope` is the npm scope (`@corp`) where it is limited to one.
    """

    ecosystem: Ecosystem
    what: str  # the flag, variable or file key, as a person would name it
    registry: str | None
    scope: str | None
    place: Place


class PackageLaunch(NamedTuple):
    """One or more packages, all installed for this start."""

    packages: tuple[Package, ...]
    overrides: tuple[Override, ...] = ()


class Escape(NamedTuple):
    """Something that lets a container reach its host: the socket of the engine, all privileges, a home folder."""

    what: str  # a clause: "`--privileged` gives it every right of the host"
    severity: Severity
    word: Word


class ImageLaunch(NamedTuple):
    """A container image."""

    image: Package
    overrides: tuple[Override, ...] = ()
    escapes: tuple[Escape, ...] = ()


class RemoteLaunch(NamedTuple):
    """A URL; nothing is started here."""

    url: str
    word: Word


class LocalLaunch(NamedTuple):
    """A script that is tracked in this repository: `script` is its path from the root."""

    script: str
    word: Word


class ProgramLaunch(NamedTuple):
    """A program from outside the repository: `program` is what a person puts on the list of `[programs] allow`."""

    program: str
    word: Word


class OpaqueLaunch(NamedTuple):
    """What would run cannot be known from the file; `reason` is a clause that a user understands."""

    reason: str
    word: Word


Launch: TypeAlias = PackageLaunch | ImageLaunch | RemoteLaunch | LocalLaunch | ProgramLaunch | OpaqueLaunch

# ------------------------------------------------------------------------------------------------ evidence


class Digest(NamedTuple):
    """A digest of one artifact. `artifact` is the file name (PyPI) or "" where the release is one artifact."""

    algorithm: str  # "sha512", "sha256", "sha1"
    value: str  # lower-case hex
    artifact: str = ""


class Publisher(NamedTuple):
    """Who published. Proven: the source repository of the signing certificate, by its owner; declared: an account."""

    level: Level
    identity: str = ""  # proven: "github:owner/repository#id"; declared: the account, as the registry calls it
    workflow: str = ""  # proven, and so are all that follow: the path of the top-level workflow in that repository
    ref: str = ""  # "refs/tags/v1.2.3"
    trigger: str = ""  # the event that started the workflow: "push", "release"
    signer: str = ""  # the URI of the reusable workflow that signed; "" where the top-level one did
    owner_id: str = ""  # the id of the repository's owner, which outlives a rename


class Signature(NamedTuple):
    """One signature of the npm registry over `name@version:integrity`, as it serves it; not verified by being here."""

    key_id: str
    value: str  # base64


class Proof(NamedTuple):
    """The attestations of one artifact: npm's attestations document, or PyPI's provenance object of one file."""

    artifact: str  # file name (PyPI), or "" where the release is one artifact
    name: str  # sha256, in hex, of its canonical JSON
    text: str = ""  # the canonical JSON; "" in the lock, which holds the name alone


class Release(NamedTuple):
    """What a registry says of one exact version, or what the lock says that it said.

    An empty `digests`, a `published` of None: the registry does not serve that part, which is never a pass.
    """

    digests: tuple[Digest, ...]
    published: datetime | None
    publisher: Publisher
    install_scripts: tuple[str, ...] = ()
    withdrawn: str | None = None  # yanked, quarantined, security placeholder: why
    deprecated: str | None = None
    signatures: Level = "absent"
    attestations: Level = "absent"
    registry: str | None = None  # the registry that was asked, without credentials; None is the default one
    account: str = ""  # who published by the registry's word, also where `publisher` is proven
    signed: tuple[Signature, ...] = ()
    proofs: tuple[Proof, ...] = ()
    weaker_than: str | None = None  # an earlier version of this or a lower major line with more evidence, and which


class Missing(NamedTuple):
    """The registry answered that there is no such package, version or artifact."""

    reason: str


class Unreachable(NamedTuple):
    """Nobody answered, or not with anything that can be read: never absence, never success."""

    reason: str


class Refused(NamedTuple):
    """The registry is named by the repository alone, so it was not contacted (DESIGN §11)."""

    registry: str


Answer: TypeAlias = Release | Missing | Unreachable | Refused

# ------------------------------------------------------------------------------------------------ the lock


class LockedPackage(NamedTuple):
    """One package of `mcp-guard.lock`; `release` holds the facts as they were when it was written."""

    purl: str
    release: Release
    place: Place


class LockedServer(NamedTuple):
    """One server of `mcp-guard.lock`."""

    file: str
    name: str
    kind: Kind
    packages: tuple[str, ...]  # purls with versions
    fingerprint: str  # "sha256:<hex>"
    place: Place


class Lock(NamedTuple):
    """`mcp-guard.lock`, read. Packages are keyed by purl, servers by (file, name)."""

    packages: dict[str, LockedPackage]
    servers: dict[tuple[str, str], LockedServer]


class Acceptance(NamedTuple):
    """A person's written permission: for one exact package, or for one server as it stands."""

    rule: str
    package: str | None  # "npm:name@1.2.3"
    file: str | None
    server: str | None
    fingerprint: str | None
    reason: str
    until: date
    place: Place


class NamedPublisher(NamedTuple):
    """Who must have published a package, as `[publishers]` says."""

    identity: str  # "github:owner/repository#id", "registry:https://…"
    workflow: str | None = None  # ".github/workflows/release.yml", or only its last part
    ref: str | None = None  # "refs/tags/*", in which * stands for anything


class Policy(NamedTuple):
    """`mcp-guard.toml`. Every key has its default, so `Policy()` is the policy of a repository without one.

    `places` says where each key stands that the file sets, by its dotted path (`"min-age"`, `"publishers.npm:x"`).
    """

    file: str | None = None
    preset: Literal["baseline", "strict"] = "baseline"
    require: tuple[str, ...] = ("pin", "integrity", "provenance")
    min_age: timedelta = timedelta(hours=72)
    min_age_new: timedelta = timedelta(days=14)
    max_status_age: timedelta = timedelta(hours=24)
    network: Network = "auto"
    deadline: timedelta = timedelta(seconds=10)
    exclude: tuple[str, ...] = ()
    registries: tuple[tuple[str, str], ...] = ()  # ("npm" | "npm:@scope" | "pypi", URL)
    publishers: tuple[tuple[str, NamedPublisher], ...] = ()  # ("npm:@scope/*", who)
    remotes: tuple[str, ...] = ()
    programs: tuple[str, ...] = ()
    acceptances: tuple[Acceptance, ...] = ()
    places: tuple[tuple[str, Place], ...] = ()


# ------------------------------------------------------------------------------------------------ facts

# On what a package's facts rest (DESIGN §3, the verdict table).
Basis = Literal[
    "receipt",  # this machine has verified this very entry
    "proven",  # every needed fact is proven by proofs in the tree
    "carried",  # claimed only, but byte-identical in the base's lock
    "claimed",  # claimed only, new or changed
    "weaker",  # a proof is missing, broken, or weaker than in the base
]


class PackageFacts(NamedTuple):
    """One package of one server, and all that is known of it."""

    package: Package
    purl: str | None  # with version; None when unpinned
    entry: LockedPackage | None
    basis: Basis
    known: bool  # the base's lock knows some version of this package
    answer: Answer | None  # None: not asked in this run, `entry` and the receipt stand
    as_of: datetime | None = None  # when `withdrawn` and presence were last asked for; None: never on this machine
    registry_line: str | None = None  # with `Refused`: what to add to one's own configuration
    problems: tuple[str, ...] = ()  # each signed object of the tree that does not bear the lock out: clauses
    served: tuple[str, ...] = ()  # each signed object that the registry has just served and that does not hold
    unproven: str | None = None  # why what is served of signatures or attestations proves nothing here
    unsupported: bool = False  # … because this mcp-guard does not know the key or the format; a newer one may


class ServerFacts(NamedTuple):
    """One server, and all that is known of it. `launches` has two members for a bridge."""

    server: Server
    launches: tuple[Launch, ...]
    overrides: tuple[Override, ...]  # from files beside the config; those of the command line are in the launches
    fingerprint: str
    packages: tuple[PackageFacts, ...]
    locked: LockedServer | None
    env: tuple[Variable, ...] = ()  # what it is started with: its own variables, and those of its tracked files


class Link(NamedTuple):
    """A symbolic link or submodule on the way to a config."""

    path: str
    what: str  # "a symbolic link to ../elsewhere", "a submodule"


class Facts(NamedTuple):
    """Everything that the rules may look at: one frozen value for one run."""

    configs: tuple[Config, ...]
    servers: tuple[ServerFacts, ...]
    links: tuple[Link, ...]
    lock: Lock | None
    lock_problems: tuple[tuple[Place, str], ...]
    base_lock: Lock | None
    policy: Policy
    base_policy: Policy | None
    now: datetime
    network: Network = "auto"
    whole: bool = True  # every config of the tree was judged, so "unused" can be decided
    proof_files: tuple[str, ...] = ()  # the proofs in the tree, by path


class Finding(NamedTuple):
    """One thing that a rule has to say: where, why in one sentence, and the one command that mends it."""

    rule: str
    severity: Severity
    place: Place
    message: str
    remedy: str
    server: str | None = None
    package: str | None = None  # "npm:name@1.2.3", where an acceptance can name it
    accepted: str | None = None  # the reason, where a person has accepted it
    source: str = ""  # the source line, secrets masked


class Evidence(NamedTuple):
    """What is known of one package of a server, and how."""

    package: str  # "npm:name@1.2.3"
    publisher: Publisher
    account: str  # who published by the registry's word; "" where it names nobody
    parts: tuple[tuple[str, Level], ...]  # integrity, signatures, attestations, publisher, published
    source: str  # on what that rests, for people: "proofs in the tree", "the registry, asked now"


class Subject(NamedTuple):
    """One server in a report."""

    server: Server
    launches: tuple[Launch, ...]
    verdict: Verdict
    publishers: tuple[str, ...]  # one text a package: who, and how that is known
    notes: tuple[str, ...] = ()  # "carried, as of 2026-11-20"
    evidence: tuple[Evidence, ...] = ()  # one a package whose version is known


class Report(NamedTuple):
    """The answer of `check`: every server seen, every finding, and the exit code they amount to."""

    subjects: tuple[Subject, ...]
    findings: tuple[Finding, ...]
    exit_code: int
    configs: int = 0
    excluded: tuple[str, ...] = ()


def label(ecosystem: str, name: str, version: str | None) -> str:
    """The short form that policies and people use: `npm:@scope/name@1.2.3`."""
    return f"{ecosystem}:{name}@{version}" if version else f"{ecosystem}:{name}"


def purl(ecosystem: Ecosystem, name: str, version: str) -> str:
    """The package URL of one exact version (ECMA-427; type definitions npm, pypi, oci).

    Written here and not with packageurl because the hot path must not import it; a test holds both equal.
    """
    from urllib.parse import quote

    if ecosystem == "oci":
        leaf = name.rsplit("/", 1)[-1]
        return f"pkg:oci/{quote(leaf, safe=':')}@{quote(version, safe=':')}?repository_url={quote(name, safe='/:')}"
    return f"pkg:{ecosystem}/{quote(name, safe='/:')}@{quote(version, safe=':')}"
