"""Who is named, by whom, and whether what the findings print leads out of them."""

from __future__ import annotations

import json
import re
import shlex

import pytest

from mcp_guard.provenance import npm
from mcp_guard.provenance.errors import Unsupported
from tests.adversarial.conftest import IN_90_DAYS, Clock, clock
from tests.provenance.attest import Build, npm_provenance, npm_publish
from tests.publishers.conftest import NAME, PURL, VERSION, WHO, Office, authority, desk, office, registry
from tests.registry import SIGNED, PypiFile
from tests.registry.documents import JSON, integrity

__all__ = ["authority", "clock", "desk", "office", "registry"]

MALLORY = {"repository": "https://github.com/mallory/server", "repository_id": "666", "owner_id": "13"}
DOCUMENT = f"{NAME}@{VERSION}"
Packages = dict[str, dict[str, object]]


def remedies(office: Office) -> list[list[str]]:
    """What the findings that block tell a person to run, once each."""
    found = json.loads(office.desk.guard("check", "--format", "json").out)["findings"]
    blocking = [one for one in found if one["severity"] == "error" and one["accepted"] is None]
    told = dict.fromkeys(one["remedy"] for one in blocking if " explain " not in one["remedy"])
    return [shlex.split(command)[1:] for command in told]


def follow(office: Office) -> int:
    """Do what the findings say until they say nothing new; return the exit code of the last check."""
    done: list[list[str]] = []
    for _ in range(4):
        new = [command for command in remedies(office) if command not in done]
        for command in new:
            office.desk.guard(*command)
            done.append(command)
    return office.desk.guard("check").code


# ------------------------------------------------------------------------------------------------ ways out


@pytest.mark.parametrize("order", [1, -1])
def test_a_server_of_two_packages_of_which_one_is_unproven_can_be_accepted(office: Office, order: int) -> None:
    """`accept publisher` refuses the whole server for the one without proof, and the printed commands go in circles.

    It should name those that are proven, and say of the others what is left.
    """
    office.publish()
    office.registry.publish_npm("plain", "1.0.0", signed=True)
    packages = [f"--package={NAME}@{VERSION}", "--package=plain@1.0.0"][::order]
    office.desk.config(server={"command": "npx", "args": ["-y", *packages, "server"]})
    office.desk.guard("pin")
    assert set(office.desk.rules()) == {"new-publisher", "unverified-publisher"}
    assert follow(office) == 0, office.desk.guard("check").out


@pytest.mark.parametrize("repository", ["jane_octo/server", "octo/.github", "o/s_e.r-v-er"])
def test_any_repository_that_github_has_can_be_named(office: Office, repository: str) -> None:
    """The logins of enterprise managed users have an underscore (`jane_octo`), which the policy's grammar refuses."""
    office.publish(repository=f"https://github.com/{repository}")
    office.start()
    office.desk.guard("pin")
    assert office.desk.rules() == ["new-publisher"]
    assert follow(office) == 0, office.desk.guard("accept", "publisher", "server").err


def test_another_workflow_than_the_named_one_is_not_told_to_name_the_same_repository(office: Office) -> None:
    """`accept publisher` says "if that is right, say so:" with a command that changes nothing."""
    office.established()
    table = f'[publishers]\n"npm:{NAME}" = {{ identity = "{WHO}", workflow = "release.yml" }}\n'
    office.desk.write("mcp-guard.toml", table)
    office.commit()
    office.publish("1.2.4", workflow=".github/workflows/nightly.yml")
    office.start(f"{NAME}@1.2.4")
    office.desk.guard("pin")
    assert "publisher-mismatch" in office.desk.rules()
    done = office.desk.guard("accept", "publisher", "server")
    assert done.code == 2
    printed = re.search(r"mcp-guard (accept publisher .*)", done.err)
    if printed:
        office.desk.guard(*shlex.split(printed[1]))
        assert office.desk.read("mcp-guard.toml") != table, "the printed command changes nothing"


def test_accepting_does_not_drop_the_workflow_that_the_scope_demands(office: Office) -> None:
    """The own entry that `accept publisher` writes beats the scope's table, and with it its workflow and ref."""
    office.publish()
    office.start()
    office.desk.guard("pin")
    table = '{ identity = "github:octo/server", workflow = "release.yml" }'
    office.desk.write("mcp-guard.toml", f'[publishers]\n"npm:@octo/*" = {table}\n')
    office.commit()
    assert office.desk.guard("check").code == 0
    office.desk.guard("accept", "publisher", "server")
    office.commit()
    office.publish("1.2.4", workflow=".github/workflows/nightly.yml")
    office.start(f"{NAME}@1.2.4")
    office.desk.guard("pin")
    assert "publisher-mismatch" in office.desk.rules()


def test_an_own_entry_beats_the_scope_and_is_told(office: Office) -> None:
    """A change that names its own publisher for one package of a scope passes, but never unseen."""
    office.publish()
    office.start()
    office.desk.guard("pin")
    office.desk.write("mcp-guard.toml", f'[publishers]\n"npm:@octo/*" = "{WHO}"\n')
    office.commit()
    assert office.desk.guard("check").code == 0
    office.publish("1.2.4", **MALLORY)
    office.start(f"{NAME}@1.2.4")
    office.desk.guard("pin")
    assert {"publisher-mismatch", "publisher-changed"} <= set(office.desk.rules())
    own = f'[publishers]\n"npm:@octo/*" = "{WHO}"\n"npm:{NAME}" = "github:mallory/server#666"\n'
    office.desk.write("mcp-guard.toml", own)
    assert "policy-weakened" in office.findings()
    assert office.desk.guard("check", "--strict").code == 1


# ------------------------------------------------------------------------------------------------ keys


def test_a_key_that_this_release_does_not_know_never_passes_and_pinning_takes_nothing_away(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The registry has a new key; a colleague's newer mcp-guard has pinned, this one is older.

    `proof-invalid` tells people to run `mcp-guard pin`, and that writes what only this old one cannot prove into the
    lock as unproven. It has to say "update it", and `pin` must leave what it cannot judge.
    """
    office.established()
    office.forget()
    before = office.desk.read("mcp-guard.lock")

    def unknown(_usage: str) -> tuple[object, ...]:
        return ()

    monkeypatch.setattr(npm, "npm_keys", unknown)
    for argv in (("--offline",), (), ("--network=required",), ("--hook", "--all")):
        done = office.desk.guard("check", *argv)
        assert done.code == 1, argv
        assert "update it" in done.out
    office.desk.guard("pin")
    assert office.desk.read("mcp-guard.lock") == before


def test_an_unknown_trust_domain_is_no_forgery_and_no_pass(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its reason is told the first time, and lost when a receipt says that the entry's words have held."""
    office.publish()
    office.start()

    def unsupported(*_: object, **__: object) -> None:
        raise Unsupported("trust.root", "signed under another root")

    monkeypatch.setattr(npm, "verify_npm_attestations", unsupported)
    office.desk.guard("pin")
    assert office.desk.rules() == ["unverified-publisher"]
    assert "another root" in office.findings()["unverified-publisher"]


# ------------------------------------------------------------------------------------------------ documents


def kept(office: Office, *kinds: str) -> None:
    """Let the registry serve only these attestations of the version."""
    document = office.registry.attestations[DOCUMENT]
    assert isinstance(document, dict)
    items = document["attestations"]
    assert isinstance(items, list)
    publish, provenance = items
    office.registry.attestations[DOCUMENT] = {
        "attestations": [{"publish": publish, "provenance": provenance}[kind] for kind in kinds]
    }


@pytest.mark.parametrize(
    ("kinds", "rule"),
    [
        (("publish",), "unverified-publisher"),
        (("provenance", "provenance"), "proof-invalid"),
        (("publish", "publish", "provenance"), "proof-invalid"),
        ((), "proof-invalid"),
    ],
)
@pytest.mark.parametrize("argv", [(), ("--network=required",)])
def test_half_a_document_proves_nobody(
    office: Office, kinds: tuple[str, ...], rule: str, argv: tuple[str, ...]
) -> None:
    office.publish()
    kept(office, *kinds)
    office.start()
    office.desk.guard("pin")
    assert rule in office.desk.rules(*argv)


def test_deep_junk_beside_the_bundles_is_no_internal_error(office: Office) -> None:
    """What a mirror adds to a bundle is read, kept and written as a proof: nothing of that may run out of stack."""
    for levels in (150, 300, 600, 900):
        office.publish()
        junk = json.loads("[" * levels + "]" * levels)
        document = office.registry.attestations[DOCUMENT]
        assert isinstance(document, dict)
        items = document["attestations"]
        assert isinstance(items, list)
        items.append({"predicateType": "https://example.com/later/v1", "bundle": {"junk": junk}})
        office.start()
        assert office.desk.guard("check").code == 1, levels
        assert office.desk.guard("pin").code != 4, levels
        assert office.desk.guard("check").code == 1, levels


@pytest.mark.parametrize("argv", [(), ("--network=required",)])
def test_a_mirror_that_serves_the_attestation_of_somebody_else(office: Office, argv: tuple[str, ...]) -> None:
    """Anybody can attest the genuine tarball; what the tree has proven is not replaced by that."""
    office.established()
    build = Build("https://github.com/mallory/server", "666", "13")
    made = npm_provenance(NAME, VERSION, integrity(NAME, VERSION), build)
    office.registry.attestations[DOCUMENT] = {"attestations": [made]}
    office.forget()
    assert office.desk.guard("check", *argv).code == (1 if argv else 0), "only required runs look at it"
    office.desk.guard("pin")
    assert "mallory" not in office.desk.read("mcp-guard.lock")


def test_a_lock_that_is_older_than_what_the_registry_has_signed(office: Office) -> None:
    """The publish attestation is the registry's signed word on when it took a release in, and it is in the proof.

    `proving._npm_attestations` takes the time of the build alone: what was attested weeks ago and published today
    (`npm publish --provenance-file`) can be called weeks old in the lock, and `auto` then asks for the status only.
    """
    from datetime import timedelta

    from packageurl.validate import DEFINITIONS_BY_TYPE

    url = str(DEFINITIONS_BY_TYPE["npm"].default_repository_url).rstrip("/")
    late = SIGNED + timedelta(days=20)
    office.publish()
    digest = integrity(NAME, VERSION)
    both: list[JSON] = [npm_publish(NAME, VERSION, digest, url, late), npm_provenance(NAME, VERSION, digest, Build())]
    office.registry.attestations[DOCUMENT] = {"attestations": both}
    time = office.registry.packuments[NAME]["time"]
    assert isinstance(time, dict)
    time[VERSION] = late.strftime("%Y-%m-%dT%H:%M:%S.000Z")
    office.start()
    office.desk.guard("pin")
    assert office.desk.guard("accept", "publisher", "server").code == 0
    assert office.desk.guard("check", "--offline").code == 0

    def backdate(packages: Packages) -> None:
        packages[PURL]["published"] = SIGNED.strftime("%Y-%m-%dT%H:%M:%SZ")

    office.edit(backdate)
    office.forget()
    for argv in ((), ("--offline",)):
        assert office.desk.guard("check", *argv).code == 1, argv


def test_what_a_mirror_serves_wrongly_is_not_told_of_the_lock(office: Office) -> None:
    """Lock and proofs hold, a mirror's answer does not: the finding stands in the lock and says "pin", which fails."""
    office.established()
    office.publish("1.2.4")
    office.registry.attestations[DOCUMENT] = office.registry.attestations[f"{NAME}@1.2.4"]
    office.forget()
    done = office.desk.guard("check", "--network=required", "--format", "json")
    (finding,) = (one for one in json.loads(done.out)["findings"] if one["rule"] == "proof-invalid")
    assert done.code == 1
    office.forget()
    assert office.desk.guard("check", "--offline").code == 0, "the lock is in order"
    assert finding["file"] != "mcp-guard.lock" or office.registry.npm_url in finding["message"]
    assert "mcp-guard pin" not in finding["remedy"]


# ------------------------------------------------------------------------------------------------ PyPI's pages


@pytest.mark.parametrize(
    ("demand", "workflow", "ref"),
    [
        ('workflow = "release.yml"', ".github/workflows/nightly.yml", "refs/heads/main"),
        ('ref = "refs/heads/*"', ".github/workflows/release.yml", "refs/tags/anything"),
        ('ref = "refs/heads/*"', ".github/workflows/release.yml", "refs/pull/7/merge"),
    ],
)
def test_each_file_comes_from_the_workflow_and_the_ref_that_are_named(
    office: Office, demand: str, workflow: str, ref: str
) -> None:
    """`proving._joined` makes one text of all workflows and refs, and `publisher_differs` matches that text.

    Of "nightly.yml, release.yml" the part after the last slash is release.yml; `refs/heads/*` is "refs/heads/main, …".
    """
    office.registry.publish_pypi("octo-tool", "1.0.0")
    wheel, archive = (file.filename for file in office.registry.projects["octo-tool"].files("1.0.0"))
    office.registry.attest_pypi("octo-tool", "1.0.0", ref="refs/heads/main", files=[archive])
    office.registry.attest_pypi("octo-tool", "1.0.0", workflow=workflow, ref=ref, files=[wheel])
    office.desk.write("mcp-guard.toml", f'[publishers]\n"pypi:octo-tool" = {{ identity = "{WHO}", {demand} }}\n')
    office.desk.config(tool={"command": "uvx", "args": ["octo-tool==1.0.0"]})
    office.desk.guard("pin")
    assert office.desk.rules() == ["publisher-mismatch"]


def test_a_file_that_stands_twice_on_the_page_is_not_proven_by_the_better_one(office: Office) -> None:
    office.registry.publish_pypi("octo-tool", "1.0.0")
    office.registry.attest_pypi("octo-tool", "1.0.0")
    project = office.registry.projects["octo-tool"]
    wheel, archive = project.files("1.0.0")
    project.add("1.0.0", (wheel, archive, archive._replace(sha256="0" * 64)))
    office.desk.config(tool={"command": "uvx", "args": ["octo-tool==1.0.0"]})
    office.desk.guard("pin")
    office.desk.guard("accept", "publisher", "tool")
    assert office.desk.guard("check").code == 1


def test_the_files_of_a_local_version_are_files_of_the_release(office: Office) -> None:
    """`==1.0.0` takes 1.0.0+evil too (PEP 440), and pip and uv prefer it."""
    office.registry.publish_pypi("octo-tool", "1.0.0")
    office.registry.attest_pypi("octo-tool", "1.0.0")
    more = PypiFile("octo_tool-1.0.0+evil-py3-none-any.whl", "0" * 64)
    office.registry.publish_pypi("octo-tool", "1.0.0+evil", files=(more,))
    office.desk.config(tool={"command": "uvx", "args": ["octo-tool==1.0.0"]})
    office.desk.guard("pin")
    assert office.desk.rules() == ["unverified-publisher"]


def test_the_same_version_in_another_spelling_is_no_other_version(office: Office) -> None:
    """1.0 is 1.0.0: its entry is new, and is weaker than the base's all the same."""
    office.registry.publish_pypi("octo-tool", "1.0.0")
    office.registry.attest_pypi("octo-tool", "1.0.0")
    office.desk.config(tool={"command": "uvx", "args": ["octo-tool==1.0.0"]})
    office.desk.guard("pin")
    office.desk.guard("accept", "publisher", "tool")
    office.commit()
    project = office.registry.projects["octo-tool"]
    project.add("1.0.0", tuple(file._replace(provenance=None) for file in project.files("1.0.0")))
    office.desk.config(tool={"command": "uvx", "args": ["octo-tool==1.0"]})
    office.forget()
    office.desk.guard("pin")
    assert "provenance-downgrade" in office.desk.rules()


# ------------------------------------------------------------------------------------------------ memory


def test_a_downgrade_is_not_forgotten_when_the_version_was_away_for_a_while(clock: Clock, office: Office) -> None:
    """A 404 between two looks: the receipt of "missing" keeps `agreed` and loses `weaker_than` (`evidence._finish`).

    From then on only the cheap document is asked for, which has no history, so the downgrade is never found again.
    """
    office.publish("1.2.2")
    office.registry.publish_npm(NAME, VERSION, signed=True, published="2026-02-01T00:00:00.000Z")
    office.start()
    office.desk.guard("pin")
    assert set(office.desk.rules()) == {"provenance-downgrade"}
    clock.tick(days=2)
    assert set(office.desk.rules()) == {"provenance-downgrade"}, "from this machine's memory"
    office.registry.break_down("status", status=404)
    clock.tick(days=2)
    assert "not-published" in office.desk.rules()
    office.registry.mend()
    clock.tick(days=2)
    assert set(office.desk.rules()) == {"provenance-downgrade"}


def test_an_accepted_publisher_does_not_hide_a_downgrade_or_other_digests(office: Office) -> None:
    office.established()
    office.registry.publish_npm(NAME, "1.2.4", signed=True, published="2026-02-01T00:00:00.000Z")
    office.start(f"{NAME}@1.2.4")
    office.desk.guard("pin")
    accept = f"""
[[accept]]
rule = "unverified-publisher"
package = "npm:{NAME}@1.2.4"
reason = "by hand"
until = {IN_90_DAYS}
"""
    office.desk.write("mcp-guard.toml", office.desk.read("mcp-guard.toml") + accept)
    office.desk.git("add", "--all")
    for argv in ((), ("--offline",), ("--network=required",), ("--hook",)):
        assert office.desk.guard("check", *argv).code == 1, argv
