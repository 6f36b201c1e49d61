"""Keys: secrets as files, derivation, signatures, sealing, and the group behind linkage.

The only room that imports ``cryptography`` and ``rbcl``; no cipher is made up here: Ed25519, HPKE,
HKDF, OPRF/VOPRF of RFC 9497, Shamir's shares, and ElGamal with a proof (``veil.py``).
Promises: a secret never appears in an error, a ``repr`` or a log. Start at ``secret_files.py``,
then ``oprf.py`` and ``veil.py``.
"""

from yushan.engines.keys.certificates import Authority
from yushan.engines.keys.derivation import derive, fingerprint, mac, short_name
from yushan.engines.keys.group import (
    Element,
    Scalar,
    invert_scalar,
    multiply,
    multiply_generator,
    multiply_scalars,
    random_scalar,
    read_element,
    read_scalar,
)
from yushan.engines.keys.oprf import (
    PROOF_SIZE,
    Blinded,
    blind,
    compute,
    derive_key,
    evaluate,
    finalize,
    hash_to_group,
    hash_to_scalar,
    is_proven,
    prove,
)
from yushan.engines.keys.person import Domain, folded, person_input
from yushan.engines.keys.sealing import Sealer, seal
from yushan.engines.keys.secret_files import load_secret, make_secret
from yushan.engines.keys.sharing import (
    HOLDERS,
    THRESHOLD,
    Dealt,
    Rotation,
    Share,
    deal,
    group_of,
    join,
    read_groups,
    read_publics,
    rotation,
)
from yushan.engines.keys.signing import Signer, verify
from yushan.engines.keys.veil import (
    PAIR_SIZE,
    VEILED_PROOF_SIZE,
    Veiled,
    evaluate_veiled,
    join_veiled,
    mix,
    read_parts,
    take_off,
    unveil,
)

__all__ = [
    "HOLDERS",
    "PAIR_SIZE",
    "PROOF_SIZE",
    "THRESHOLD",
    "VEILED_PROOF_SIZE",
    "Authority",
    "Blinded",
    "Dealt",
    "Domain",
    "Element",
    "Rotation",
    "Scalar",
    "Sealer",
    "Share",
    "Signer",
    "Veiled",
    "blind",
    "compute",
    "deal",
    "derive",
    "derive_key",
    "evaluate",
    "evaluate_veiled",
    "finalize",
    "fingerprint",
    "folded",
    "group_of",
    "hash_to_group",
    "hash_to_scalar",
    "invert_scalar",
    "is_proven",
    "join",
    "join_veiled",
    "load_secret",
    "mac",
    "make_secret",
    "mix",
    "multiply",
    "multiply_generator",
    "multiply_scalars",
    "person_input",
    "prove",
    "random_scalar",
    "read_element",
    "read_groups",
    "read_parts",
    "read_publics",
    "read_scalar",
    "rotation",
    "seal",
    "short_name",
    "take_off",
    "unveil",
    "verify",
]
