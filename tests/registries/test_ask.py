"""Who is asked, who is not, how often, and what comes back in time."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from packageurl.validate import DEFINITIONS_BY_TYPE

from mcp_guard.model import Missing, Policy, Refused, Release, Unreachable
from mcp_guard.registries import Question, Registries, Versions, npm
from mcp_guard.registries.parallel import gather
from tests.registry import Registry

Make = Callable[..., Registries]

PUBLIC_NPM = DEFINITIONS_BY_TYPE["npm"].default_repository_url.rstrip("/") + "/"
PUBLIC_SIMPLE = DEFINITIONS_BY_TYPE["pypi"].default_repository_url.rstrip("/") + "/simple/"


def policy(*registries: tuple[str, str]) -> Policy:
    return Policy(registries=registries)


# ------------------------------------------------------------------------------------------------ who is asked


def test_the_defaults_are_packageurls(make: Make) -> None:
    registries = make({})
    assert registries.registry("npm", "@corp/a") == PUBLIC_NPM
    assert registries.registry("pypi", "a") == PUBLIC_SIMPLE
    assert registries.is_default("npm", PUBLIC_NPM.rstrip("/"))
    assert registries.is_default("pypi", PUBLIC_SIMPLE.rstrip("/"))
    assert not registries.is_default("npm", PUBLIC_SIMPLE)
    assert not registries.is_default("npm", "https://npm.example/")
    assert not registries.is_default("npm", "nonsense")
    assert not registries.is_default("oci", PUBLIC_NPM)
    assert registries.registry("oci", "images.example/a/b") == "images.example"
    assert registries.is_own(PUBLIC_NPM)
    assert registries.is_own(PUBLIC_SIMPLE)
    assert not registries.is_own("https://npm.example/")
    assert [registries.default(one) for one in ("npm", "pypi", "oci")] == [PUBLIC_NPM, PUBLIC_SIMPLE, ""]


def test_the_default_is_not_what_the_user_has_put_in_its_place(make: Make) -> None:
    registries = make({OWN: "npm=https://npm.example pypi=https://pypi.example/simple"})
    assert [registries.default(one) for one in ("npm", "pypi")] == [PUBLIC_NPM, PUBLIC_SIMPLE]


def test_what_is_own_is_compared_as_a_url(make: Make) -> None:
    registries = make({"MCP_GUARD_REGISTRIES": "npm=https://npm.example/a"})
    for same in ("https://npm.example/a/", "https://NPM.example:443/a", "https://me:pw@npm.example/a"):
        assert registries.is_own(same)
    for other in (
        "https://npm.example/", "https://npm.example/a/b", "http://npm.example/a", "https://npm.example:444/a",
        "https://npm.example.evil.example/a", "https://npm.example@evil.example/a", "https://npm.example/a?b", "", "x",
        "https://npm.example/a/../b", "https://[",
    ):  # fmt: skip
        assert not registries.is_own(other)


OWN = "MCP_GUARD_REGISTRIES"


@pytest.mark.parametrize(
    ("own", "rules", "name", "expected"),
    [
        ("npm=https://a.example", (), "x", "https://a.example/"),
        ("npm=https://a.example", (), "@s/x", "https://a.example/"),
        ("npm:@s=https://a.example", (), "@s/x", "https://a.example/"),
        ("npm:@s=https://a.example", (), "@t/x", PUBLIC_NPM),
        ("npm:@s=https://a.example", (), "s/x", PUBLIC_NPM),
        ("", (("npm", "https://a.example"),), "x", Refused("https://a.example/")),
        ("", (("npm", PUBLIC_NPM),), "x", PUBLIC_NPM),
        ("", (("npm:@s", "https://a.example"),), "@s/x", Refused("https://a.example/")),
        ("", (("npm:@s", "https://a.example"),), "@t/x", PUBLIC_NPM),
        ("npm=https://a.example", (("npm", "https://a.example/"),), "x", "https://a.example/"),
        ("npm=https://a.example", (("npm", PUBLIC_NPM),), "x", PUBLIC_NPM),
        # the scope counts before the ecosystem, whoever names it
        ("npm:@s=https://a.example", (("npm", PUBLIC_NPM),), "@s/x", "https://a.example/"),
        ("npm=https://a.example", (("npm:@s", "https://b.example"),), "@s/x", Refused("https://b.example/")),
        # the repository cannot move the user's private scope to a public registry, or to another of the user's
        ("npm:@s=https://a.example", (("npm:@s", PUBLIC_NPM),), "@s/x", Refused(PUBLIC_NPM)),
        (
            "npm:@s=https://a.example npm=https://b.example",
            (("npm:@s", "https://b.example"),),
            "@s/x",
            Refused("https://b.example/"),
        ),
        ("npm:@s=https://a.example", (("npm:@s", "https://A.example:443"),), "@s/x", "https://a.example/"),
        # what is no URL for us is refused, and shown without its credentials
        ("", (("npm", "http://me:pw@a.example/x?y"),), "x", Refused("http://a.example/x")),
        ("", (("npm", "ftp://a.example/"),), "x", Refused("ftp://a.example/")),
        ("", (("npm", "https://["),), "x", Refused("a URL that cannot be read")),
    ],
)
def test_which_registry(
    make: Make, own: str, rules: tuple[tuple[str, str], ...], name: str, expected: str | Refused
) -> None:
    assert make({OWN: own}, policy=policy(*rules)).registry("npm", name) == expected


def test_configuration_line(make: Make) -> None:
    registries = make({})
    line = registries.configuration_line("npm", "@corp", "https://me:s3cr3t@npm.example")
    assert line == '"npm:@corp" = "https://npm.example/" in [registries] of ~/.config/mcp-guard/config.toml'
    assert registries.configuration_line("pypi", None, "https://a.example/simple").startswith('"pypi" = ')


# ------------------------------------------------------------------------------------------------ contact


def test_a_registry_of_the_repository_alone_is_never_contacted(make: Make, registry: Registry, other: Registry) -> None:
    other.publish_npm("a", "1.0.0")
    other.publish_pypi("a", "1.0.0")
    registries = make(policy=policy(("npm", other.npm_url), ("pypi", other.pypi_url)))
    questions = [Question("npm", "a", "1.0.0", "release"), Question("npm", "a", "1.0.0", "status")]
    questions.append(Question("pypi", "a", "1.0.0", "release"))
    expected = (Refused(other.npm_url), Refused(other.npm_url), Refused(other.pypi_url))
    assert registries.ask(questions) == expected
    assert registries.versions("npm", "a") == Refused(other.npm_url)
    assert other.requests == []
    assert registry.requests == []


def test_a_private_scope_is_asked_nowhere_else(make: Make, registry: Registry, other: Registry) -> None:
    """Not even where the private registry does not know the name, or is down."""
    registry.publish_npm("@corp/a", "1.0.0")
    environ = {OWN: f"npm={registry.npm_url} npm:@corp={other.npm_url}"}
    question = Question("npm", "@corp/a", "1.0.0", "release")
    assert isinstance(make(environ).ask([question])[0], Missing)
    other.break_down("status", status=500)
    assert isinstance(make(environ, fresh=True).ask([question])[0], Unreachable)
    assert isinstance(make(environ, policy=policy(("npm:@corp", registry.npm_url))).ask([question])[0], Refused)
    assert registry.requests == []
    assert len(other.requests) == 2


def test_credentials_of_the_users_file_reach_only_their_registry(
    make: Make, registry: Registry, other: Registry, tmp_path: Path
) -> None:
    npmrc = tmp_path / "npmrc"
    host = registry.origin.removeprefix("http:")
    npmrc.write_text(f"registry={other.npm_url}\n@corp:registry={registry.npm_url}\n{host}/npm/:_authToken=s3cr3t\n")
    registry.publish_npm("@corp/a", "1.0.0")
    other.publish_npm("b", "1.0.0")
    registries = make({"NPM_CONFIG_USERCONFIG": str(npmrc)})
    found = registries.ask([Question("npm", name, "1.0.0", "release") for name in ("@corp/a", "b")])
    assert [isinstance(answer, Release) for answer in found] == [True, True]
    assert registry.requests[0].headers["authorization"] == "Bearer s3cr3t"
    assert "authorization" not in other.requests[0].headers


def test_images_are_not_looked_up(make: Make, registry: Registry) -> None:
    registries = make()
    (answer,) = registries.ask([Question("oci", "images.example/a", "sha256:0", "release")])
    assert isinstance(answer, Unreachable)
    assert isinstance(registries.versions("oci", "images.example/a"), Unreachable)
    assert registry.requests == []


# ------------------------------------------------------------------------------------------------ how often


def test_order_and_duplicates(make: Make, registry: Registry) -> None:
    registry.publish_npm("a", "1.0.0")
    registry.publish_npm("a", "2.0.0")
    registry.publish_pypi("a", "1.0.0")
    questions = [
        Question("npm", "a", "2.0.0", "release"),
        Question("pypi", "a", "1.0.0", "release"),
        Question("npm", "a", "9.0.0", "release"),
        Question("npm", "a", "1.0.0", "status"),
        Question("npm", "a", "2.0.0", "release"),
        Question("pypi", "a", "1.0.0", "status"),
    ]
    registries = make(fresh=True)
    found = registries.ask(questions)
    assert [type(answer) for answer in found] == [Release, Release, Missing, Release, Release, Release]
    assert found[0] == found[4]
    assert sorted(asked.path for asked in registry.requests) == ["/npm/a", "/simple/a/"]
    assert isinstance(registries.versions("npm", "a"), Versions)
    assert len(registry.requests) == 2
    assert registries.ask([]) == ()


def test_a_registry_other_than_the_default_is_named(make: Make, registry: Registry) -> None:
    registry.publish_npm("a", "1.0.0")
    (answer,) = make().ask([Question("npm", "a", "1.0.0", "status")])
    assert isinstance(answer, Release)
    assert answer.registry == registry.npm_url


def test_the_default_registry_is_not_named(make: Make, registry: Registry, monkeypatch: pytest.MonkeyPatch) -> None:
    registry.publish_npm("a", "1.0.0")
    monkeypatch.setattr("mcp_guard.registries._default", {"npm": registry.npm_url, "pypi": registry.pypi_url}.get)
    (answer,) = make({}).ask([Question("npm", "a", "1.0.0", "status")])
    assert isinstance(answer, Release)
    assert answer.registry is None


def test_fresh_asks_again(make: Make, registry: Registry) -> None:
    registry.publish_npm("a", "1.0.0")
    question = Question("npm", "a", "1.0.0", "status")
    for _ in range(2):
        make().ask([question])
    assert len(registry.requests) == 1
    registry.publish_npm("a", "1.0.0", deprecated="now")
    (answer,) = make(fresh=True).ask([question])
    assert isinstance(answer, Release)
    assert answer.deprecated == "now"


# ------------------------------------------------------------------------------------------------ in time


def test_the_deadline(make: Make, registry: Registry) -> None:
    registry.publish_npm("quick", "1.0.0")
    for number in range(12):
        registry.break_down("stall", path=f"/npm/slow{number}")
    slow = [Question("npm", f"slow{number}", "1.0.0", "release") for number in range(12)]
    began = time.monotonic()
    found = make(deadline=1.0).ask([Question("npm", "quick", "1.0.0", "release"), *slow])
    assert time.monotonic() - began < 3
    assert isinstance(found[0], Release)
    assert {type(answer) for answer in found[1:]} == {Unreachable}
    assert Unreachable("no answer within 1 s") in found


def test_the_deadline_of_versions(make: Make, registry: Registry) -> None:
    registry.break_down("silence")
    assert isinstance(make(deadline=0.3).versions("npm", "a"), Unreachable)


def test_in_parallel(make: Make, registry: Registry) -> None:
    for number in range(20):
        registry.publish_npm(f"p{number}", "1.0.0")
    questions = [Question("npm", f"p{number}", "1.0.0", "release") for number in range(20)]
    assert {type(answer) for answer in make().ask(questions)} == {Release}
    assert len(registry.requests) == 20


def test_a_dead_registry_is_dead_for_all(make: Make) -> None:
    with Registry() as gone:
        environ = gone.environ
    questions = [Question("npm", f"p{number}", "1.0.0", "release") for number in range(30)]
    began = time.monotonic()
    assert {type(answer) for answer in make(environ).ask(questions)} == {Unreachable}
    assert time.monotonic() - began < 5


def test_gather() -> None:
    until = time.monotonic() + 5
    assert gather([], until) == []
    assert gather([partial(abs, -number) for number in range(30)], until) == list(range(30))


def test_gather_begins_nothing_after_the_end() -> None:
    release = threading.Event()
    begun: list[int] = []

    def job(number: int) -> int:
        begun.append(number)
        release.wait(10)
        return number

    jobs = [partial(job, number) for number in range(20)]
    assert gather(jobs, time.monotonic() + 0.2) == [None] * 20
    release.set()
    time.sleep(0.1)
    assert len(begun) == 8


def test_an_exception_is_not_swallowed(make: Make, registry: Registry, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError

    registry.publish_npm("a", "1.0.0")
    monkeypatch.setattr(npm, "_release", broken)
    with pytest.raises(ZeroDivisionError):
        make().ask([Question("npm", "a", "1.0.0", "release")])


# ------------------------------------------------------------------------------------------------ lightness


def test_importing_is_cheap() -> None:
    heavy = ["requests", "requests_cache", "urllib3", "packageurl", "packaging", "tomli", "html.parser"]
    code = (
        "import sys; from mcp_guard.registries import Registries, Settings, sources; sources({});"
        f"print([name for name in {heavy!r} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_making_and_closing_asks_nothing(make: Make, registry: Registry, tmp_path: Path) -> None:
    make().close()
    assert registry.requests == []
    assert not (tmp_path / "cache").exists()
