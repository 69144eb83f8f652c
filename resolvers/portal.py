"""The portal itself: the business behind it, and which of its screens the tenant offers."""

from resolvers.policy import Policy, Screen
from resolvers.verdict import Refusal, Verdict


def is_offered(policy: Policy, screen: Screen) -> Verdict:
    """Does the tenant's portal have this screen (section 2, "which items appear")?"""
    if screen in policy.screens.shown:
        return True
    return Refusal("Settings", f"The tenant's portal does not have the screen {screen.value}.")
