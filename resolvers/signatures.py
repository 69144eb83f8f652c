"""How an estimate is signed: by a typed name, or by a drawn signature with a name (R41)."""

import unicodedata
from dataclasses import dataclass, field
from enum import Enum
from typing import Final

from resolvers.drawn_images import drawn_image
from resolvers.drawn_paths import drawn_path

LONGEST_NAME: Final = 200


class SignedAs(Enum):
    """In which form a signature was given."""

    TYPED = "typed"
    PATH = "path"
    IMAGE = "image"


@dataclass(frozen=True, slots=True)
class SignatureWish:
    """A signature as it was sent: a typed name, or a name with exactly one drawing of two kinds."""

    typed_name: str | None = None
    drawn_name: str | None = None
    svg_path: str | None = field(default=None, repr=False)
    png_data_url: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Signature:
    """A signature that was read: `drawn` is an SVG path, or a PNG image; nothing for a name."""

    signer: str
    kind: SignedAs
    drawn: bytes = field(default=b"", repr=False)


class NameMissing(ValueError):  # noqa: N818  # what is missing, told to who signs
    """There is no name, or none that can be printed."""


class NotSigned(ValueError):  # noqa: N818  # as above
    """There is no drawing, or none that can be read."""


def signature_of(wish: SignatureWish) -> Signature:
    """Return the signature; raises NameMissing, NotSigned with what to do about it."""
    if wish.drawn_name is None:
        return Signature(_name(wish.typed_name), SignedAs.TYPED)
    signer = _name(wish.drawn_name)
    try:
        match wish.svg_path, wish.png_data_url:
            case str(path), None:
                return Signature(signer, SignedAs.PATH, drawn_path(path).told.encode())
            case None, str(image):
                return Signature(signer, SignedAs.IMAGE, drawn_image(image))
    except ValueError as error:
        raise NotSigned(f"{error} Sign again.") from None
    raise NotSigned("Send the drawing as an SVG path or as a PNG image, one of the two.")


def _name(told: str | None) -> str:
    """Return the name as it is printed: no blanks around it, and none but single ones in it."""
    name = " ".join(unicodedata.normalize("NFC", told or "").split())
    if not any(sign.isalnum() for sign in name):
        raise NameMissing("Sign with your name.")
    if len(name) > LONGEST_NAME or not name.isprintable():
        raise NameMissing(f"Sign with your name, in at most {LONGEST_NAME} printable characters.")
    return name
