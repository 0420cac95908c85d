"""One-time passwords: random, yet easy to dictate and to type on a phone."""

import secrets
from datetime import timedelta

CONSONANTS = "bdfghklmnprstvz"
VOWELS = "aeiou"
GROUPS = 5

# How long a password that somebody else has seen may be used to sign in.
ONE_TIME_FOR = timedelta(days=7)


def typeable_password() -> str:
    """Such as "rubi-meko-tasu-vone-lafi": ten syllables, 62 bits of randomness."""
    return "-".join(syllable() + syllable() for _ in range(GROUPS))


def syllable() -> str:
    return secrets.choice(CONSONANTS) + secrets.choice(VOWELS)
