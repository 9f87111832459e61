"""`accept publisher`: whom it names in the policy, and when it names nobody."""

from __future__ import annotations

from pathlib import Path

import pytest

from mcp_guard import accept, pipeline, policy
from mcp_guard.accept import AcceptError
from mcp_guard.model import Network
from tests.cli.conftest import Desk
from tests.core.conftest import PIN, Site, blocking
from tests.registry import Registry
from tests.registry.trusted import trusted

NAME, OTHER, PLAIN, TOOL = "@octo/server", "@octo/other", "plain", "octo-tool"
WHO, MALLORY = "github:octo/server#4711", "github:mallory/server#666"
BOTH = {"command": "npx", "args": ["-y", f"--package={NAME}@1.2.3", f"--package={PLAIN}@1.0.0", "server"]}


def publish(registry: Registry) -> None:
    """Two attested packages of npm and one of PyPI, and one that is only signed."""
    for name in (NAME, OTHER):
        registry.publish_npm(name, "1.2.3", signed=True)
        registry.attest_npm(name, "1.2.3")
    registry.publish_npm(PLAIN, "1.0.0", signed=True)
    registry.publish_pypi(TOOL, "1.0")
    registry.attest_pypi(TOOL, "1.0")


@pytest.fixture
def shop(site: Site, monkeypatch: pytest.MonkeyPatch) -> Site:
    trusted(monkeypatch)
    publish(site.registry)
    return site


def name_them(site: Site, *names: str, network: Network = "auto") -> tuple[str, str, str]:
    """What naming the publishers of these servers would write, or of all."""
    space = site.space()
    with site.world(space.policy, network) as world:
        facts = pipeline.gather(space, world, {})
    servers = [one for one in facts.servers if not names or one.server.name.text in names]
    return accept.name_publishers(space, facts, servers)


def added(site: Site, *names: str) -> list[str]:
    """Write it; the lines that came."""
    file, old, new = name_them(site, *names)
    site.write(file, new)
    return [line for line in new.splitlines() if line and line not in old.splitlines()]


def refused(site: Site, *names: str, network: Network = "auto") -> str:
    before = {path: path.read_bytes() for path in site.folder.glob("*.toml")}
    with pytest.raises(AcceptError) as raised:
        name_them(site, *names, network=network)
    assert {path: path.read_bytes() for path in site.folder.glob("*.toml")} == before
    return str(raised.value)


# ------------------------------------------------------------------------------------------------ who is named


def test_who_is_proven_is_named_by_repository_and_id(shop: Site) -> None:
    shop.servers(a=NAME, b={"command": "uvx", "args": [TOOL]})
    shop.pin()
    assert blocking(shop.judge()) == ["new-publisher"]
    assert added(shop) == ["[publishers]", f'"npm:{NAME}" = "{WHO}"', f'"pypi:{TOOL}" = "{WHO}"']
    assert blocking(shop.judge()) == []


def test_only_the_servers_that_are_meant(shop: Site) -> None:
    shop.servers(a=NAME, b=OTHER)
    shop.pin()
    assert added(shop, "b") == ["[publishers]", f'"npm:{OTHER}" = "{WHO}"']
    report = shop.judge()
    assert {finding.server for finding in report.findings if finding.rule == "new-publisher"} == {"a"}


def test_what_is_there_stays_as_it_is(shop: Site) -> None:
    text = f'# ours\nmin-age = "1h"  # short\n\n[publishers]\n# by hand\n"npm:{OTHER}" = "{MALLORY}"\n'
    shop.write("mcp-guard.toml", text)
    shop.servers(a=NAME)
    shop.pin()
    file, old, new = name_them(shop)
    assert (file, old) == ("mcp-guard.toml", text)
    assert new == f'{text}"npm:{NAME}" = "{WHO}"\n'


def test_a_version_that_nobody_has_pinned_yet_can_be_named_when_it_is_exact(shop: Site) -> None:
    shop.servers(a=f"{NAME}@1.2.3")
    assert added(shop) == ["[publishers]", f'"npm:{NAME}" = "{WHO}"']
    assert blocking(shop.judge()) == ["not-locked"]


def test_who_is_named_already_is_not_named_again(shop: Site) -> None:
    shop.servers(a=NAME)
    shop.pin()
    added(shop)
    assert "named already" in refused(shop)


def test_the_entry_of_a_scope_suffices(shop: Site) -> None:
    shop.write("mcp-guard.toml", f'[publishers]\n"npm:@octo/*" = "{WHO}"\n')
    shop.servers(a=NAME, b=OTHER)
    shop.pin()
    assert blocking(shop.judge()) == []
    assert "named already" in refused(shop)


@pytest.mark.parametrize("other", ["@octopus/*", "@octo/serve", "@oct/*"])
def test_the_entry_of_another_name_or_scope_does_not(shop: Site, other: str) -> None:
    shop.write("mcp-guard.toml", f'[publishers]\n"npm:{other}" = "{WHO}"\n')
    shop.servers(a=NAME)
    shop.pin()
    assert added(shop) == [f'"npm:{NAME}" = "{WHO}"']


def test_who_is_named_without_an_id_gets_it(shop: Site) -> None:
    shop.write("mcp-guard.toml", f'[publishers]\n"npm:{NAME}" = "github:Octo/server"\n')
    shop.servers(a=NAME)
    shop.pin()
    assert blocking(shop.judge()) == []
    assert added(shop) == [f'"npm:{NAME}" = "{WHO}"']
    assert "named already" in refused(shop)


def test_a_repository_that_got_another_name_is_named_by_its_id_already(shop: Site) -> None:
    shop.write("mcp-guard.toml", f'[publishers]\n"npm:{NAME}" = "github:octo/before#4711"\n')
    shop.servers(a=NAME)
    shop.pin()
    assert blocking(shop.judge()) == []
    assert "named already" in refused(shop)


def test_a_table_keeps_what_it_demands_beside_the_identity(shop: Site) -> None:
    entry = f'"npm:{NAME}" = {{ repository = "github:octo/server", workflow = "release.yml", ref = "refs/tags/*" }}\n'
    shop.write("mcp-guard.toml", f"[publishers]\n{entry}")
    shop.servers(a=NAME)
    shop.pin()
    added(shop)
    assert shop.read("mcp-guard.toml") == f"[publishers]\n{entry}".replace(
        "octo/server", "octo/server#4711", 2
    ).replace(f"npm:{NAME}#4711", f"npm:{NAME}")
    ((_, named),) = shop.space().policy.publishers
    assert named == (WHO, "release.yml", "refs/tags/*")


def test_a_scope_without_an_id_never_loses_what_it_demands(shop: Site) -> None:
    """Whatever gets the id, the workflow that a person demands of the scope goes on counting for the package."""
    shop.write(
        "mcp-guard.toml",
        '[publishers]\n"npm:@octo/*" = { identity = "github:octo/server", workflow = "release.yml" }\n',
    )
    shop.servers(a=NAME)
    shop.pin()
    added(shop)
    named = policy.publisher_named(shop.space().policy, f"npm:{NAME}")
    assert named is not None
    assert (named.identity, named.workflow) == (WHO, "release.yml")


# ------------------------------------------------------------------------------------------------ nobody is named


@pytest.mark.parametrize("order", [1, -1])
def test_of_two_packages_only_the_proven_one_is_named(shop: Site, order: int) -> None:
    definition = BOTH | {"args": ["-y", *BOTH["args"][1:3][::order], "server"]}
    shop.servers(a=definition)
    shop.pin()
    assert added(shop) == ["[publishers]", f'"npm:{NAME}" = "{WHO}"']
    assert blocking(shop.judge()) == ["unverified-publisher"]
    message = refused(shop)
    assert f"nothing proves who published npm:{PLAIN}@1.0.0" in message
    assert message.endswith("mcp-guard accept package a")


def test_what_nothing_proves_names_nobody(shop: Site) -> None:
    shop.servers(**{"a server": PLAIN})
    shop.pin()
    assert "only that version can be accepted: mcp-guard accept package 'a server'" in refused(shop)


def test_an_account_is_no_publisher(shop: Site) -> None:
    """Whatever an account is called, it is not written as who publishes."""
    shop.registry.publish_npm("fake", "1.0.0", publisher=WHO, signed=True)
    shop.servers(a="fake")
    shop.pin()
    assert "nothing proves who published npm:fake@1.0.0" in refused(shop)


@pytest.mark.parametrize("named", [MALLORY, "github:octo/server#4712", "github:octo/other", "gitlab:octo/server#4711"])
def test_whom_a_person_has_named_is_not_replaced(shop: Site, named: str) -> None:
    shop.write("mcp-guard.toml", f'[publishers]\n"npm:{NAME}" = "{named}"\n')
    shop.servers(a=NAME)
    shop.pin()
    message = refused(shop)
    assert f"[publishers] names {named} for npm:{NAME}" in message
    assert WHO in message
    assert message.endswith(f"mcp-guard accept publisher npm:{NAME} '{WHO}'")


def test_nor_is_a_registry_that_a_person_has_named(shop: Site) -> None:
    shop.write("mcp-guard.toml", f'[publishers]\n"npm:{NAME}" = "registry:https://npm.example/"\n')
    shop.servers(a=NAME)
    shop.pin()
    assert "registry:https://npm.example/" in refused(shop)


def test_a_scope_that_names_somebody_else_is_told(shop: Site) -> None:
    shop.write("mcp-guard.toml", f'[publishers]\n"npm:@octo/*" = "{MALLORY}"\n')
    shop.servers(a=NAME)
    shop.pin()
    assert MALLORY in refused(shop)


@pytest.mark.parametrize("part", ['workflow = "other.yml"', 'ref = "refs/heads/*"'])
def test_another_build_than_a_person_demands_is_not_named(shop: Site, part: str) -> None:
    shop.write("mcp-guard.toml", f'[publishers]\n"npm:{NAME}" = {{ identity = "{WHO}", {part} }}\n')
    shop.servers(a=NAME)
    shop.pin()
    message = refused(shop)
    assert part.partition(" ")[0] in message
    assert "accept publisher" not in message, "a command that would change nothing"


def test_one_contradiction_stops_the_whole_decision(shop: Site) -> None:
    shop.write("mcp-guard.toml", f'[publishers]\n"npm:{OTHER}" = "{MALLORY}"\n')
    shop.servers(a=NAME, b=OTHER)
    shop.pin()
    for names in ((), ("a", "b"), ("b",)):
        assert MALLORY in refused(shop, *names)
    assert added(shop, "a") == [f'"npm:{NAME}" = "{WHO}"']


def test_where_a_proof_does_not_hold_nobody_is_named(shop: Site) -> None:
    shop.servers(a=NAME)
    shop.pin()
    (proof,) = (shop.folder / "mcp-guard.proofs").iterdir()
    proof.write_bytes(proof.read_bytes()[:-100])
    for network in ("auto", "off", "required"):
        message = refused(shop, network=network)
        assert message.startswith(f"npm:{NAME}@1.2.3 rests on the proof mcp-guard.proofs/")
        assert message.endswith("see mcp-guard explain proof-invalid")


def test_what_the_registry_forges_names_nobody(shop: Site) -> None:
    shop.servers(a=f"{NAME}@1.2.3")
    attestations = shop.registry.attestations
    attestations[f"{NAME}@1.2.3"] = attestations[f"{OTHER}@1.2.3"]
    assert "explain proof-invalid" in refused(shop)


def test_offline_what_the_lock_proves_can_be_named_and_nothing_else(shop: Site) -> None:
    shop.servers(a=f"{NAME}@1.2.3", b=f"{OTHER}@1.2.3")
    shop.pin("a")
    shop.forget()
    before = shop.registry.count()
    assert name_them(shop, "a", network="off")[2] == f'[publishers]\n"npm:{NAME}" = "{WHO}"\n'
    message = refused(shop, "b", network="off")
    assert message.startswith(f"who published npm:{OTHER}@1.2.3 is not known: pin it first")
    assert shop.registry.count() == before


def test_an_outage_names_nobody(shop: Site) -> None:
    shop.servers(a=f"{NAME}@1.2.3")
    shop.registry.break_down("status", status=503)
    for network in ("auto", "required"):
        assert "is not known: pin it first" in refused(shop, network=network)


@pytest.mark.parametrize("spec", [NAME, f"{NAME}@latest", "github:octo/server", f"{NAME}@9.9.9"])
def test_what_names_no_published_version_is_nobodys(shop: Site, spec: str) -> None:
    shop.servers(a=spec)
    assert "is not known" in refused(shop)


@pytest.mark.parametrize(
    "definition",
    [
        {"command": "docker", "args": ["run", f"mcp/fetch@sha256:{'0' * 64}"]},
        {"command": "gh"},
        {"url": "https://x.example/"},
    ],
)
def test_what_no_registry_of_packages_serves_is_not_called_named(shop: Site, definition: object) -> None:
    shop.servers(a=definition)
    shop.pin()
    assert "named already" not in refused(shop), "nobody is, so that is not why there is nothing to accept"


def test_without_any_server_nobody_is_named(shop: Site) -> None:
    shop.servers()
    assert refused(shop)


# ------------------------------------------------------------------------------------------------ pyproject.toml


def test_the_policy_of_pyproject_is_where_it_goes(shop: Site) -> None:
    text = '[project]\nname = "x"\n\n[tool.mcp-guard]\nrequire = ["pin", "provenance"]\n\n[tool.other]\nx = 1\n'
    shop.write("pyproject.toml", text)
    shop.servers(a=NAME)
    shop.pin()
    file, old, new = name_them(shop)
    assert (file, old) == ("pyproject.toml", text)
    assert dict(policy.load({file: new.encode()}).publishers)[f"npm:{NAME}"].identity == WHO
    for line in text.splitlines():
        assert line in new.splitlines()
    shop.write(file, new)
    assert not (shop.folder / "mcp-guard.toml").exists()
    assert blocking(shop.judge()) == []


def test_a_pyproject_without_our_table_is_left_alone(shop: Site) -> None:
    shop.write("pyproject.toml", '[project]\nname = "x"\n')
    shop.servers(a=NAME)
    shop.pin()
    assert name_them(shop)[:2] == ("mcp-guard.toml", "")


# ------------------------------------------------------------------------------------------------ the command line


@pytest.fixture
def counter(desk: Desk, registry: Registry, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """A desk with one attested server in two configs, pinned."""
    trusted(monkeypatch)
    publish(registry)
    desk.config(a=NAME, b=PLAIN)
    desk.config("sub/.mcp.json", a=OTHER)
    desk.guard("pin")
    desk.git("add", "--all")
    return desk


def toml(desk: Desk) -> str:
    path = desk.folder / "mcp-guard.toml"
    return path.read_text() if path.exists() else ""


def test_it_shows_who_published_and_what_was_written(counter: Desk) -> None:
    done = counter.guard("accept", "publisher", "a", "--file", ".mcp.json")
    assert done.code == 0
    assert done.out.splitlines() == [
        f"npm:{NAME}@1.2.3  proven: {WHO} (.github/workflows/release.yml at refs/tags/v1.2.3)",
        "mcp-guard.toml: + [publishers]",
        f'mcp-guard.toml: + "npm:{NAME}" = "{WHO}"',
        "stage:  git add mcp-guard.toml",
    ]
    assert toml(counter) == f'[publishers]\n"npm:{NAME}" = "{WHO}"\n'


def test_a_name_means_all_configs_and_file_one_of_them(counter: Desk) -> None:
    assert counter.guard("accept", "publisher", "a", "--file", "sub/.mcp.json").code == 0
    assert OTHER in toml(counter)
    assert NAME not in toml(counter)
    assert counter.guard("accept", "publisher", "a").code == 0, "what is left of them"
    assert NAME in toml(counter)
    again = counter.guard("accept", "publisher", "a")
    assert again.code == 2
    assert "named already" in again.err


@pytest.mark.parametrize("argv", [["nobody"], ["a", "nobody"], ["b", "--file", "sub/.mcp.json"], ["a", "--file", "x"]])
def test_an_unknown_server_is_told_and_nothing_written(counter: Desk, argv: list[str]) -> None:
    done = counter.guard("accept", "publisher", *argv)
    assert done.code == 2
    assert "no server is called" in done.err
    assert toml(counter) == ""


@pytest.mark.parametrize("argv", [["b"], ["b", "--network=required"]])
def test_what_is_unproven_is_told_and_nothing_written(counter: Desk, argv: list[str]) -> None:
    done = counter.guard("accept", "publisher", *argv)
    assert done.code == 2
    assert "nothing proves who published" in done.err
    assert "mcp-guard accept package b" in done.err
    assert toml(counter) == ""


@pytest.mark.parametrize(
    ("pattern", "identity", "line"),
    [
        (f"npm:{NAME}", WHO, f'"npm:{NAME}" = "{WHO}"'),
        ("npm:@octo/*", "github:octo/server", '"npm:@octo/*" = "github:octo/server"'),
        ("pypi:Octo_Tool", MALLORY, f'"pypi:octo-tool" = "{MALLORY}"'),
        ("npm:x", "registry:https://npm.example/", '"npm:x" = "registry:https://npm.example/"'),
        ("npm:x", "google:robot@project.example", '"npm:x" = "google:robot@project.example"'),
    ],
)
def test_by_pattern_anybody_can_be_named(counter: Desk, pattern: str, identity: str, line: str) -> None:
    for _ in range(2):  # the second time it stands there
        assert counter.guard("accept", "publisher", pattern, identity).code == 0
        assert toml(counter) == f"[publishers]\n{line}\n"


def test_by_pattern_another_one_replaces_the_first(counter: Desk) -> None:
    counter.guard("accept", "publisher", f"npm:{NAME}", WHO)
    done = counter.guard("accept", "publisher", f"npm:{NAME}", MALLORY)
    assert done.code == 0
    assert toml(counter) == f'[publishers]\n"npm:{NAME}" = "{MALLORY}"\n'


@pytest.mark.parametrize(
    "words",
    [
        [f"npm:{NAME}"],
        [f"npm:{NAME}", WHO, "a"],
        [f"npm:{NAME}", ""],
        [f"npm:{NAME}", "octo/server"],
        [f"npm:{NAME}", "github:octo"],
        [f"npm:{NAME}", "github:octo/server#"],
        [f"npm:{NAME}", f"{WHO}\n"],
        [f"npm:{NAME}", f'{WHO}"'],
        [f"npm:{NAME}", "registry:http://npm.example/"],
        ["npm:", WHO],
        ["npm:*", WHO],
        ["npm:@octo", WHO],
        [f"npm:{NAME}@1.2.3", WHO],
        ["pypi:octo/tool", WHO],
        ["pypi:*", WHO],
    ],
)
def test_another_pattern_form_is_told_and_nothing_written(counter: Desk, words: list[str]) -> None:
    counter.write("mcp-guard.toml", PIN)
    done = counter.guard("accept", "publisher", *words)
    assert done.code == 2, done.out + done.err
    assert done.err.strip()
    assert "Traceback" not in done.err
    assert toml(counter) == PIN


def test_a_pattern_needs_no_network_and_no_server(desk: Desk, registry: Registry) -> None:
    done = desk.guard("accept", "publisher", "npm:@octo/*", WHO, "--network=required")
    assert done.code == 0
    assert registry.count() == 0
    assert toml(desk) == f'[publishers]\n"npm:@octo/*" = "{WHO}"\n'


@pytest.mark.parametrize("argv", [["a"], ["npm:x", WHO]])
@pytest.mark.parametrize("text", ["[publishers", 'publishers = "x"\n', "unknown = 1\n", '[publishers]\n"npm:x" = 7\n'])
def test_a_policy_that_cannot_be_read_is_not_written_over(counter: Desk, text: str, argv: list[str]) -> None:
    counter.write("mcp-guard.toml", text)
    done = counter.guard("accept", "publisher", *argv)
    assert done.code == 2
    assert "mcp-guard.toml" in done.err
    assert toml(counter) == text


@pytest.mark.parametrize("argv", [["a", "--file", ".mcp.json"], ["npm:x", WHO]])
def test_a_linked_policy_is_not_followed(counter: Desk, tmp_path: Path, argv: list[str]) -> None:
    target = tmp_path / "elsewhere.toml"
    target.write_text(PIN)
    (counter.folder / "mcp-guard.toml").symlink_to(target)
    done = counter.guard("accept", "publisher", *argv)
    assert done.code == 2
    assert target.read_text() == PIN
    assert (counter.folder / "mcp-guard.toml").is_symlink()


def test_what_it_writes_and_shows_is_escaped(counter: Desk, registry: Registry) -> None:
    """A repository cannot paint the terminal of whoever accepts it."""
    registry.publish_npm("odd", "1.0.0", signed=True)
    registry.attest_npm("odd", "1.0.0", ref="refs/tags/\x1b[2J\x08")
    counter.config("odd/.mcp.json", odd="odd@1.0.0")
    done = counter.guard("accept", "publisher", "odd")
    assert "\x1b" not in done.out + done.err
    assert "\x08" not in done.out + done.err
    assert "octo/server#4711" in done.out + done.err, "and it is shown"
