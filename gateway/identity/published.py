"""Which keys of a published key set tokens may be verified with."""

from collections import Counter
from collections.abc import Iterable, Mapping

from joserfc.errors import JoseError
from joserfc.jwk import ECKey, RSAKey

SigningKey = RSAKey | ECKey

_RSA_BITS = 2048
_BITS_OF_LETTER = 6
_CURVE = "P-256"


def readable(keys: Iterable[Mapping[str, object]]) -> dict[str, SigningKey]:
    """Return the RSA (2048 bits or more) and P-256 signing keys by their key ids.

    Left out is what could confuse: keys without an id, for encryption, secret ones, and every key
    whose id two keys share (JW-7).
    """
    documents = [key for key in keys if isinstance(key.get("kid"), str) and key["kid"]]
    shared = Counter(str(key["kid"]) for key in documents)
    found = {str(key["kid"]): _imported(key) for key in documents if shared[str(key["kid"])] == 1}
    return {kid: key for kid, key in found.items() if key is not None}


def _imported(key: Mapping[str, object]) -> SigningKey | None:
    if key.get("use", "sig") != "sig" or "verify" not in _operations(key):
        return None
    try:
        return _public(key)
    except (JoseError, ValueError, TypeError, KeyError):
        return None


def _operations(key: Mapping[str, object]) -> list[object]:
    operations = key.get("key_ops", ["verify"])
    return operations if isinstance(operations, list) else []


def _public(key: Mapping[str, object]) -> SigningKey | None:
    """Import the public members alone, so that nothing else of the document has a say."""
    if key.get("kty") == "RSA" and len(str(key["n"])) * _BITS_OF_LETTER >= _RSA_BITS:
        rsa = RSAKey.import_key({"kty": "RSA", "n": str(key["n"]), "e": str(key["e"])})
        return rsa if rsa.raw_value.key_size >= _RSA_BITS else None
    if key.get("kty") == "EC" and key.get("crv") == _CURVE:
        return ECKey.import_key(
            {"kty": "EC", "crv": _CURVE, "x": str(key["x"]), "y": str(key["y"])}
        )
    return None
