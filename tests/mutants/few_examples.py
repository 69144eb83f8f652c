"""Hypothesis while mutants are asked about: few examples, always the same, and no smaller ones.

A mutant is noticed by the first example that fails; which is the simplest of them nobody reads.
"""

from hypothesis import Phase, settings

settings.register_profile(
    "few",
    max_examples=25,
    phases=[Phase.explicit, Phase.generate],
    derandomize=True,
    database=None,
    deadline=None,
)
