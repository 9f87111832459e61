"""Who published: registry signatures, Sigstore bundles and certificate identity, verified offline (DESIGN §8).

Entry points, each in its module: `npm.verify_npm_signature`, `npm.verify_npm_attestations`,
`pypi.verify_pypi_provenance`, `verify.verify_bundle`, `trust.trusted_root`, `trust.npm_keys`, and `shape.read_json`
for whatever is to be verified. A function returns what it has verified or raises `errors.VerificationError`, which
names the step that refused; `errors.Unsupported` is the kind of it where nothing can be said. No network, no clock.
"""
