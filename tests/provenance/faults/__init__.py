"""One-fault mutations of forged bundles, each with the step that must refuse it."""

from __future__ import annotations

from tests.provenance.faults.bodies import bodies
from tests.provenance.faults.bundles import bundles
from tests.provenance.faults.certificates import certificates, identities, transparency
from tests.provenance.faults.contents import content, keys, messages
from tests.provenance.faults.fault import Fault, edit, put
from tests.provenance.faults.logs import checkpoints, log, proofs
from tests.provenance.faults.stamped import stamps

__all__ = ["FAULTS", "Fault", "edit", "put"]

FAULTS: tuple[Fault, ...] = (
    *bundles(),
    *log(),
    *proofs(),
    *checkpoints(),
    *certificates(),
    *transparency(),
    *content(),
    *messages(),
    *bodies(),
    *identities(),
    *keys(),
    *stamps(),
)
