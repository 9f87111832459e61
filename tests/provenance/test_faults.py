"""Every one-fault bundle is refused by the step that is named for it, and by no accident of another."""

from __future__ import annotations

import sys
from collections import Counter

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from mcp_guard.provenance import errors
from mcp_guard.provenance.errors import Step, Unsupported, VerificationError
from mcp_guard.provenance.trust import TrustedRoot
from tests.provenance.authority import Forged, forge
from tests.provenance.faults import FAULTS, Fault, put
from tests.provenance.issuing import tsa_certificate
from tests.provenance.material import EXPECTED, OTHER, OURS, REPOSITORY, SIGNED
from tests.provenance.stamps import tlv

V1, V2 = ("dsse/0.0.1", "intoto/0.0.2", "hashedrekord/0.0.1"), ("dsse/0.0.2", "hashedrekord/0.0.2")


def bundle(fault: Fault) -> Forged:
    return forge({fault.stage: fault.change}, version=fault.version, kind=fault.kind, signer=fault.signer)


def each(faults: list[Fault]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("fault", faults, ids=lambda fault: fault.name)


@pytest.mark.parametrize("signer", ["certificate", "key"])
@pytest.mark.parametrize(
    ("version", "kind"), [*((v, k) for v in ("0.1", "0.2", "0.3") for k in V1), *(("0.3", k) for k in V2)]
)
def test_a_bundle_without_fault_verifies(version: str, kind: str, signer: str) -> None:
    verified = forge({}, version=version, kind=kind, signer=signer).verify()
    assert verified.times == (SIGNED,)
    assert verified.steps[0] == "rekor.log"
    assert verified.steps[-1] == "rekor.body"
    assert (verified.identity is None) == (signer == "key")
    if verified.identity:
        assert (verified.identity.repository, verified.identity.repository_id) == (REPOSITORY, "4711")
    assert (verified.statement is None) == kind.startswith("hashedrekord")


@each(list(FAULTS))
def test_the_named_step_refuses(fault: Fault) -> None:
    with pytest.raises(VerificationError) as refused:
        bundle(fault).verify()
    assert refused.value.step == fault.step
    assert isinstance(refused.value, Unsupported) == fault.unsupported


@each([fault for fault in FAULTS if fault.alone])
def test_without_that_step_the_bundle_would_pass(fault: Fault, monkeypatch: pytest.MonkeyPatch) -> None:
    forged = bundle(fault)
    switch_off(fault.step, monkeypatch)
    assert forged.verify().log_id


def switch_off(step: Step, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every check of this step hold."""

    def require(taken: Step, holds: bool, reason: str) -> None:
        if taken != step:
            errors.require(taken, holds, reason)

    modules = [module for name, module in sys.modules.items() if name.startswith("mcp_guard.provenance.")]
    for module in modules:
        if module is not errors and hasattr(module, "require"):
            monkeypatch.setattr(module, "require", require)
    if step in ("fulcio.chain", "rfc3161.chain"):
        place = "fulcio" if step == "fulcio.chain" else "timestamps"
        monkeypatch.setattr(
            f"mcp_guard.provenance.{place}.check_path", lambda leaf, authority, _time, _step: (leaf, *authority.chain)
        )


def test_there_are_enough_faults() -> None:
    names = Counter((fault.name, fault.kind, fault.step) for fault in FAULTS)
    assert max(names.values()) == 1
    assert len([fault for fault in FAULTS if fault.alone]) >= 60


def test_expected_digests_are_needed() -> None:
    with pytest.raises(VerificationError, match=r"statement\.digest: no SHA-2"):
        forge({"expected": lambda _old: ()}).verify()
    assert forge({"expected": lambda _old: EXPECTED[:1]}).verify()


def test_a_promise_is_enough_for_the_oldest_bundles_only() -> None:
    without = {"entry": put("inclusionProof", value=None)}
    assert "rekor.inclusion-proof" not in forge(without, version="0.1").verify().steps
    unsigned = {"proof": put("checkpoint", value=None)}
    assert "rekor.checkpoint" not in forge(unsigned, version="0.1").verify().steps
    for fault in ("leaf hash", "checkpoint key"):
        changed = {"leaf hash": lambda _old: bytes(32), "checkpoint key": lambda _old: OTHER}[fault]
        with pytest.raises(VerificationError):
            forge({fault: changed}, version="0.1").verify()


def test_without_promise_the_position_is_that_in_the_shard() -> None:
    assert forge({}).verify().log_index == 1000 + OURS
    assert forge({}, kind="dsse/0.0.2").verify().log_index == OURS


def test_an_authority_s_certificate_may_be_embedded_where_the_root_has_none() -> None:
    def rootless(root: TrustedRoot) -> TrustedRoot:
        (authority,) = root.timestamp_authorities
        return root._replace(timestamp_authorities=(authority._replace(chain=authority.chain[1:]),))

    embedded = tlv(0xA0, tsa_certificate().public_bytes(Encoding.DER))
    kind = "hashedrekord/0.0.2"
    assert forge({"root": rootless, "embedded": lambda _old: embedded}, kind=kind).verify().times == (SIGNED,)
    assert forge({"embedded": lambda _old: embedded}, kind=kind).verify().times == (SIGNED,)
    with pytest.raises(VerificationError, match=r"signing\.time"):
        forge({"root": rootless}, kind=kind).verify()
    with pytest.raises(VerificationError, match=r"rfc3161\.token"):
        forge({"embedded": lambda _old: tlv(0xA0, tlv(0x30))}, kind=kind).verify()
