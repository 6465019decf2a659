"""Why the intake may not take something in. None of these says anything about what was sent."""

from __future__ import annotations


class Refusal(Exception):
    """Anything the intake refuses for a reason it can name."""


class NotOpen(Refusal):
    """No key is in force, or the directory expired: nothing can be sealed, so nothing is taken in."""


class Full(Refusal):
    """The disk is so full that the intake takes nothing more in."""


class NotSealed(Refusal):
    """Not a sealed file of one of the allowed sizes, to exactly one post-quantum key."""


class FilesMissing(Refusal):
    """A message names a file that did not arrive, or not completely, or that belongs to somebody else."""


class Taken(Refusal):
    """There is something else under this name already."""


class Unknown(Refusal):
    """There is nothing under this name."""


class Malformed(Refusal):
    """What a desk sent cannot be what it says. The message is a sentence for the desk."""
